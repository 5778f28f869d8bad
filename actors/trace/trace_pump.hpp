#pragma once

#include "actors/trace/level.hpp"
#include "actors/trace/trace_file.hpp"
#include "serialization/failure.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tern {

class node;

/// What is in a file of traces.
struct trace_totals {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;       ///< that found no room before they were fetched
  std::uint64_t steps = 0;      ///< of actors of users' classes
  std::uint64_t lost_steps = 0; ///< of these found no room
  std::uint64_t nodes = 0;
  std::uint64_t silent = 0; ///< nodes whose last events did not come
};

/// Writes what all nodes of a cluster record into a file, while they do: it
/// fetches several times a second, so that no recorder has to forget.
class trace_pump {
public:
  /// Switches the recorders on, `level` being `messages` or more. `self` must
  /// outlive it. Fails with `io` and the path.
  static result<std::unique_ptr<trace_pump>>
  start(node& self, const std::string& file,
        trace_level level = trace_level::messages);
  ~trace_pump();
  trace_pump(const trace_pump&) = delete;
  trace_pump& operator=(const trace_pump&) = delete;

  /// With the next events, and before them.
  void add(trace_plan plan);

  /// Writes what there is by now; it goes on. Fails with `io` and the path if
  /// that, or something before, could not be written.
  result<trace_totals> write_all();

private:
  trace_pump(node& self, trace_writer out, trace_level level);
  void run(std::stop_token stop);
  void fetch(std::chrono::milliseconds limit);
  result<void> write_plans();
  void count(const node_trace& n);

  node& self_;
  std::mutex mutex_; ///< guards what follows, and is held while it fetches
  std::condition_variable_any stopped_;
  trace_writer out_;
  std::optional<failure> problem_;
  trace_totals totals_;
  std::map<node_id, std::uint64_t> lost_; ///< by each node that it knows
  std::atomic<bool> failed_{false};
  std::mutex plans_mutex_; ///< guards the next one
  std::vector<trace_plan> plans_;
  std::jthread thread_;
};

} // namespace tern
