#pragma once

#include "actors/node.hpp"
#include "actors/trace/trace_record.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <vector>

namespace tern {

/// How the nodes of a cluster record together: one tells all to record, and
/// fetches what they have.
///
/// Belongs to a node and speaks by it; any thread may call it, but `collect`
/// waits and so must not be called from a handler.
class trace_exchange {
public:
  /// Registers its handlers at `owner`, which must outlive it.
  explicit trace_exchange(node& owner);

  /// Switches the recorders of all members on or off, also of those that join
  /// later.
  void record(bool on);

  /// Takes the events out of the rings of all members. A member that does not
  /// answer in time has no events and "no answer" in its name.
  std::vector<node_trace> collect(std::chrono::milliseconds timeout);

private:
  enum class request : std::uint64_t { switch_off, switch_on, drain };

  /// Somebody waits for the answers to a `drain`.
  struct collection {
    std::vector<node_trace> arrived;
    std::vector<member> awaited;
  };

  void ask(node_id to, request what, std::uint64_t number);
  void on_request(const incoming& m);
  void on_reply(const incoming& m);
  void on_down(node_id who);
  node_trace own_trace();

  node& node_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::map<std::uint64_t, collection> collections_; // by number of request
  std::uint64_t numbers_ = 0;
  bool recording_ = false;
};

} // namespace tern
