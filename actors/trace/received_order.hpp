#pragma once

#include "actors/trace/trace_file.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// A number for each node of a trace, by position. Ids and ports of nodes are
/// other ones in each run; so those in `first` come first, in that order, then
/// the others in order of their processes.
std::vector<std::size_t> number_nodes(const trace_content& trace,
                                      std::span<const node_id> first);

/// Who an actor is, in words that are the same in each run: its birth node is a
/// number, unless the trace lacks that node.
struct actor_in_run {
  actor_kind kind = actor_kind::none;
  std::uint64_t birth = 0; ///< of a keyed actor or a task: `actor_id::high`
  std::uint64_t low = 0;

  friend auto operator<=>(const actor_in_run&, const actor_in_run&) = default;
};

/// `actor 3 of node 1`.
std::string to_string(const actor_in_run& who);

/// A message that an actor received.
struct received_message {
  actor_in_run sender;    ///< kind `none`: not seen where it was sent
  std::size_t from = 0;   ///< number of the node that sent it
  std::uint32_t kind = 0; ///< `message_kind`
  std::string name;       ///< of its type, "request book"; empty: not recorded
  // where and when
  std::size_t node = 0; ///< position in the trace
  std::uint32_t thread = 0;
  std::uint64_t time = 0;

  /// Whether it is the same message as far as two runs can be compared.
  bool same_as(const received_message& other) const noexcept {
    return sender == other.sender && from == other.from && kind == other.kind
           && name == other.name;
  }
};

/// What each actor that is no task received, in its order, over all its places:
/// by its steps if these are recorded (then `from` is 0, for it does not
/// matter), else by events.
std::map<actor_in_run, std::vector<received_message>>
received_by_actors(const trace_content& trace,
                   std::span<const std::size_t> numbers);

/// Where what an actor received parts.
struct order_difference {
  actor_in_run actor;
  std::size_t position = 0;          ///< messages that are the same before it
  std::optional<received_message> a; ///< none: it received no more
  std::optional<received_message> b;
  std::uint64_t since_begin = 0; ///< in the first run that has it
};

struct actors_difference {
  std::size_t actors = 0; ///< that received something in one of the runs
  std::vector<order_difference> all; ///< the earliest first
};

actors_difference compare_received(const trace_content& a,
                                   std::span<const std::size_t> numbers_a,
                                   const trace_content& b,
                                   std::span<const std::size_t> numbers_b);

} // namespace tern
