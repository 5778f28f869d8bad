#pragma once

#include "dataflow/graph/resources.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// Where a session's plans run. The bits of an answer do not depend on it.
enum class scheduler : std::uint8_t {
  synchronous, ///< in the caller's thread, in static order: the oracle
  threads,     ///< compute threads of this process
  processes,   ///< node processes on this host, started and stopped with it
  cluster,     ///< running nodes that it joins
};

/// The scheduler of that name (`sync` included).
std::optional<scheduler> scheduler_named(std::string_view name) noexcept;

struct session_options {
  tern::scheduler scheduler = tern::scheduler::threads;
  unsigned threads = 0;    ///< per node; 0: max(1, cores / nodes)
  unsigned nodes = 0;      ///< of `processes`; 0: one a core
  std::string join_host{}; ///< of `cluster`
  std::uint16_t join_port = 0;
  /// May listen on an address that others can reach, which nodes of other
  /// machines need: nodes do not authenticate each other yet.
  bool insecure = false;
  std::uint64_t memory = 0; ///< bytes of all nodes together; 0: no limit
  /// Where the nodes that it starts write blocks which do not fit in memory;
  /// empty: TERN_SPILL_DIR, else TMPDIR, else /var/tmp. One a process: the
  /// first that was used.
  std::string spill_directory{};
  bool rotate = false; ///< move every actor at every step
  bool trace = false;  ///< record messages and tasks
  /// Where to, as they happen; empty: in memory, for `traces`, as far as there
  /// is room.
  std::string trace_file{};
  /// What the plans in it are called: the user's own words.
  std::string trace_words{};
  /// Where a file goes that says what all nodes did before nothing was done for
  /// some time, if `compute_hooks::stalled` is heard; empty: the current
  /// directory.
  std::string flight_directory{};
  bool record = false;       ///< and every transition of every task
  std::string executable{};  ///< of node processes; empty: this program
  kernel_registry kernels{}; ///< for `threads`; other nodes have their own
  /// Files of libraries of functions (kernel_library.hpp), for the nodes that
  /// it starts and for itself, beside `kernels`.
  std::vector<std::string> libraries{};
  /// What each of the nodes that it starts has for calls that need it
  /// (`call_options::resources`). Not for `cluster`: its nodes have their own.
  resource_counts resources{};
};

/// What a run took, counted by the nodes.
struct run_report {
  std::uint64_t plan = 0;
  double seconds = 0;
  std::uint64_t tasks = 0;
  std::uint64_t messages = 0; ///< between nodes, dataflow only
  std::uint64_t migrations = 0;
  std::uint64_t steals = 0;
  std::uint64_t bytes_moved = 0;
  std::uint64_t bytes_spilled = 0;
  std::uint64_t peak_bytes = 0; ///< of blocks, the largest sum over the nodes
  unsigned nodes = 1;           ///< of the view, and guests that took tasks
  unsigned deaths = 0;          ///< of nodes of the view
  std::uint64_t recomputed = 0; ///< tasks that ran again because of these
  std::uint64_t submission_bytes = 0; ///< to one node
  /// Messages sent and received, by node: those of the view in its order, then
  /// guests.
  std::vector<std::uint64_t> messages_by_node;
  /// Tasks run, in the same order: all of a guest's have migrated to it.
  std::vector<std::uint64_t> tasks_by_node;
};

} // namespace tern
