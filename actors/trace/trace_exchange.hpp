#pragma once

#include "actors/node.hpp"
#include "actors/trace/level.hpp"
#include "actors/trace/trace_record.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tern {

/// How the nodes of a cluster record together: one tells all to record, and
/// fetches what they have.
///
/// Belongs to a node and speaks by it; any thread may call it, but `collect`
/// and `flight` wait and so must not be called from a handler.
class trace_exchange {
public:
  /// Registers its handlers at `owner`, which must outlive it.
  explicit trace_exchange(node& owner);
  ~trace_exchange();

  /// Of a node.
  static trace_exchange& of(node& owner);

  /// Sets what the recorders of all members record for this node, also of those
  /// that join later: `messages` or more, or `off`.
  void record(trace_level level);

  /// Takes what the recorders of all members have for sessions. A member that
  /// does not answer in time has no events and "no answer" in its name; what
  /// it had is in the next collection.
  std::vector<node_trace> collect(std::chrono::milliseconds timeout);

  /// What all members did lately: of the last `last`, as far as they still have
  /// it. They keep it. As `collect` otherwise.
  std::vector<node_trace> flight(std::chrono::milliseconds last,
                                 std::chrono::milliseconds timeout);

  /// What people see of the node.
  std::string name() const;

  /// Answers no more; the node is about to leave.
  void stop();

private:
  enum class request : std::uint64_t { switch_off, switch_on, drain, flight };

  /// Somebody waits for the answers to a `drain` or `flight`.
  struct collection {
    std::vector<node_trace> arrived;
    std::vector<member> awaited;
  };

  void ask(node_id to, request what, std::uint64_t number,
           std::uint64_t detail);
  void ask_to_record(node_id who, trace_level level);
  static trace_level level_in(const incoming& m);
  std::vector<node_trace> fetch(request what, std::chrono::milliseconds last,
                                std::chrono::milliseconds timeout);
  void on_request(const incoming& m);
  void on_reply(const incoming& m);
  void on_down(node_id who);
  void switch_on(node_id by, trace_level level);
  void switch_off(node_id by);
  trace_level most_wanted() const;
  void answer_later(node_id to, const envelope& head,
                    std::function<node_trace()> of);
  void work(std::stop_token stop);

  node& node_;
  std::mutex switch_mutex_;                  // guards the next one
  std::map<node_id, trace_level> wanted_by_; // whoever records, and lives
  std::mutex mutex_;                         // guards what follows
  std::condition_variable answered_;
  std::map<std::uint64_t, collection> collections_; // by number of request
  std::uint64_t numbers_ = 0;
  std::vector<node_trace> late_; // drained, and came when nobody waited
  trace_level recording_ = trace_level::off;
  bool stopped_ = false;
  std::condition_variable_any asked_;
  std::deque<std::function<void()>> answers_; // to give
  std::jthread worker_;                       // gives them; from the first on
};

} // namespace tern
