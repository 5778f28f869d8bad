#pragma once

#include "actors/trace/clock.hpp"
#include "actors/trace/event.hpp"
#include "actors/trace/flight_file.hpp"
#include "actors/trace/level.hpp"
#include "actors/trace/step_log.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace tern {

class trace_exchange;
class trace_ring;

/// The variable of the environment that says `off` where no node should record
/// before a session wants it to.
inline constexpr const char* flight_variable = "TERN_FLIGHT";

/// What a recorder takes of memory, and does without being asked.
struct tracer_options {
  std::uint64_t ring_events = 1u << 14; ///< of each thread; a power of two
  /// Events that wait for a session, beyond those in the rings; what comes on
  /// top is lost, and counted.
  std::uint64_t waiting_events = 0;
  trace_level usual = trace_level::off; ///< while no session records
  std::string directory{};              ///< of its flight file; empty: none
};

/// A node's recorder: one ring for each thread that emits.
///
/// Off, `emit` is one relaxed load. On, it writes 32 bytes into the ring of
/// the calling thread and takes no lock. The rings keep the newest events, for
/// `snapshot` and for those who find them in a file when the process is dead;
/// at the level `messages` threads also hand over what they wrote before they
/// write over it, for `drain`. Any thread may call anything.
class tracer {
public:
  explicit tracer(node_id self, std::uint64_t ring_events = 1u << 16);
  tracer(node_id self, tracer_options how);
  ~tracer();
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;

  /// A session wants all there is of this level, from now on: `messages` or
  /// more. Again: of another level.
  void enable(trace_level level = trace_level::messages);
  /// It has enough; what was recorded till now waits for `drain`.
  void disable();
  /// Whether a session records.
  bool enabled() const noexcept {
    return level() >= trace_level::messages;
  }
  trace_level level() const noexcept {
    return level_.load(std::memory_order_relaxed);
  }
  bool is_on() const noexcept {
    return level() != trace_level::off;
  }

  /// Records that `kind` happened to `actor`, now, on this thread. `peer` is
  /// an index from `peer_index`.
  void emit(trace_kind kind, const actor_id& actor, std::uint64_t argument = 0,
            std::uint16_t extra = 0, std::uint16_t peer = 0) noexcept {
    if (is_on())
      record(kind, actor, argument, extra, peer);
  }
  /// The same, between this node and `peer`.
  void emit_between(trace_kind kind, const actor_id& actor,
                    std::uint64_t argument, std::uint16_t extra,
                    node_id peer) noexcept {
    if (is_on())
      record_between(kind, actor, argument, extra, peer);
  }

  /// A number that no other message of any node has: bits of the incarnation
  /// above, a counter below. Never 0.
  std::uint64_t next_number() noexcept {
    return number_base_ | numbers_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Where actors of users' classes write down what they do.
  step_log& steps() noexcept {
    return steps_;
  }

  /// The index by which events name `node`; 0 for this node itself and, once
  /// the table is full, for any other.
  std::uint16_t peer_index(node_id node);

  /// Takes what was recorded for the session since the last call. `name` and
  /// `pid` are left empty, as they are by `snapshot`.
  node_trace drain();
  /// What the rings have of the last so many ns; they keep it.
  node_trace snapshot(std::chrono::nanoseconds last);

  /// Who fetches it, for whom has a node only; null: nobody.
  trace_exchange* exchange = nullptr;

  /// What people see of the node, for its flight file.
  void set_name(const std::string& name) noexcept;
  /// Empty without one.
  const std::string& flight_path() const noexcept {
    return memory_.path();
  }

private:
  struct handed_over;

  void record(trace_kind kind, const actor_id& actor, std::uint64_t argument,
              std::uint16_t extra, std::uint16_t peer) noexcept;
  void record_between(trace_kind kind, const actor_id& actor,
                      std::uint64_t argument, std::uint16_t extra,
                      node_id peer) noexcept;
  bool make_way(trace_ring& ring) noexcept;
  void hand_over(trace_ring& ring);
  std::uint16_t scope_index(trace_ring& ring, std::uint64_t high) noexcept;
  std::uint16_t near_peer_index(trace_ring& ring, node_id peer) noexcept;
  trace_ring* ring_of_this_thread() noexcept;
  std::shared_ptr<trace_ring> make_ring();
  std::shared_ptr<trace_ring> reuse_ring(const std::string& name);
  std::vector<std::shared_ptr<trace_ring>> rings();
  void collect();
  void collect_waiting();
  void take(trace_ring& ring, std::uint64_t first,
            const std::vector<trace_event>& events);
  node_trace without_events();

  std::atomic<trace_level> level_;
  const std::uint64_t serial_; // tells tracers apart, also after their end
  const std::uint64_t number_base_;
  const tracer_options how_;
  std::atomic<std::uint64_t> numbers_{1};
  std::atomic<std::uint64_t> lost_without_ring_{0};
  std::atomic<handed_over*> waiting_{nullptr}; // the newest first
  std::atomic<std::uint64_t> waiting_events_{0};
  const trace_clock clock_;
  step_log steps_;

  std::mutex reading_; // of one reader of rings; before `mutex_`
  std::uint64_t lost_ = 0;

  std::mutex mutex_; // guards what follows
  flight_file memory_;
  std::vector<node_id> peers_;
  std::vector<std::uint64_t> scopes_{0};
  std::vector<std::shared_ptr<trace_ring>> rings_;
  std::uint32_t threads_ = 0;
};

} // namespace tern
