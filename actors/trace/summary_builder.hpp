#pragma once

#include "actors/trace/aging_map.hpp"
#include "actors/trace/summary.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace tern {

/// An actor as the key of a map that can be written down.
struct traced_actor {
  actor_id id;

  template <class Archive>
  void fields(Archive& a) {
    a(id.high, id.low);
  }
  friend bool operator==(const traced_actor&, const traced_actor&) = default;
};

} // namespace tern

template <>
struct std::hash<tern::traced_actor> {
  std::size_t operator()(const tern::traced_actor& a) const noexcept {
    return std::hash<tern::actor_id>{}(a.id);
  }
};

namespace tern {

/// Time that intervals cover together, which come in order of their ends but
/// for those within each other.
class covered_time {
public:
  void add(std::uint64_t from, std::uint64_t to);
  /// No interval to come reaches back beyond the last.
  void settle();
  std::uint64_t total() const noexcept;

  template <class Archive>
  void fields(Archive& a) {
    a(settled_, until_, open_);
  }

private:
  void settle(std::size_t count);

  std::uint64_t settled_ = 0;
  std::uint64_t until_ = 0; ///< what was settled ends here
  std::vector<std::pair<std::uint64_t, std::uint64_t>> open_; ///< apart
};

/// Makes a summary of a trace that comes piece by piece, in order of its file.
/// Can be written down (archive.hpp) and go on later.
///
/// Its memory does not grow with the trace: of tasks that have begun and
/// messages that were sent it remembers the youngest until their other ends
/// come (aging_map.hpp), two million at most of each.
class summary_builder {
public:
  static constexpr std::uint32_t version = 1;
  static constexpr std::size_t usual_most_open = std::size_t{1} << 20;

  explicit summary_builder(std::size_t most_open = usual_most_open)
    : most_open_(most_open), sent_(most_open), received_(most_open) {}

  /// What is said of a node, but for its events.
  void add(const node_trace& node);
  /// The next events of a thread of it.
  void add(node_id id, const thread_trace& run);

  /// Of what there was so far.
  trace_summary summary() const;

  template <class Archive>
  void fields(Archive& a) {
    a(events_, nodes_, layers_, traffic_, sent_, received_);
  }

private:
  /// A task that began, and on which thread.
  struct begun_task {
    traced_actor task;
    std::uint64_t time = 0;
    std::uint32_t thread = 0;

    template <class Archive>
    void fields(Archive& a) {
      a(task, time, thread);
    }
  };
  struct task_end {
    std::uint64_t time = 0;
    bool failed = false;

    template <class Archive>
    void fields(Archive& a) {
      a(time, failed);
    }
  };
  struct thread_state {
    bool computed = false;
    std::vector<begun_task> running; ///< one inside the other
    covered_time busy;

    template <class Archive>
    void fields(Archive& a) {
      a(computed, running, busy);
    }
  };
  struct node_state {
    trace_summary::node sums; ///< its busy time is that of the threads
    std::vector<std::uint64_t> scopes;
    std::uint64_t first = ~std::uint64_t{0};
    std::uint64_t last = 0;
    std::map<std::uint32_t, thread_state> threads;
    /// Begun tasks that do not end on their threads, and ends on threads where
    /// nothing began.
    aging_map<traced_actor, begun_task> begun{usual_most_open};
    aging_map<traced_actor, task_end> ends{usual_most_open};

    template <class Archive>
    void fields(Archive& a) {
      a(sums, scopes, first, last, threads, begun, ends);
    }
  };
  /// One end of a message.
  struct message_seen {
    std::uint64_t time = 0;
    std::uint16_t kind = 0;

    template <class Archive>
    void fields(Archive& a) {
      a(time, kind);
    }
  };

  node_state& node_of(node_id id);
  void begin_task(node_state& n, thread_state& thread, begun_task task);
  void end_task(node_state& n, thread_state& thread, const traced_actor& task,
                const task_end& end);
  void leave_thread(node_state& n, const begun_task& task);
  void match_elsewhere(node_state& n, thread_state& thread);
  static std::optional<begun_task> take_begun(node_state& n,
                                              const traced_actor& task);
  void note_task(node_state& n, const begun_task& begun, const task_end& end);
  void note_sent(node_state& n, const trace_event& e);
  void note_received(node_state& n, const trace_event& e);
  void note_flight(std::uint64_t sent, const message_seen& received);
  trace_summary::traffic& traffic_of(std::uint16_t kind);

  std::size_t most_open_;
  std::uint64_t events_ = 0;
  std::map<std::uint64_t, node_state> nodes_; ///< by id
  std::map<trace_summary::layer_name, trace_summary::layer> layers_;
  std::vector<trace_summary::traffic> traffic_; ///< by `message_kind`
  aging_map<std::uint64_t, message_seen> sent_; ///< by number
  aging_map<std::uint64_t, message_seen> received_;
};

} // namespace tern
