#pragma once

#include "actors/actor_id.hpp"
#include "actors/trace/recorded_step.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// What happened. A file carries the names, so a reader need not know this
/// list; numbers are never used again for something else.
enum class trace_kind : std::uint16_t {
  none = 0,
  sent = 1,       ///< argument: number of the message; peer: its receiver
  received = 2,   ///< argument: number of the message; peer: its sender
  fired = 3,      ///< a task begins to run, on this thread
  finished = 4,   ///< it ends well; one that fetches a block on another thread
  failed = 5,     ///< it ends in an error
  moved = 6,      ///< an actor or a task arrived from peer; argument: its epoch
  transition = 7, ///< a task's state took an event; argument: which, and what
                  ///< came of it (dataflow/runtime/replay.hpp)
  node_up = 8,    ///< peer became a member
  node_down = 9,  ///< peer is gone
  counter = 10,   ///< argument: the value; extra: which one
  lent = 11,      ///< a task goes to peer; argument: bytes that go with it
  stolen = 12,    ///< the same, for peer had nothing to do
  spilled = 13,   ///< a block went to disk; argument: bytes
  read_back = 14, ///< blocks came back from disk; argument: bytes
  recomputed = 15, ///< a task that had run before a death ran again
};

/// The name of a kind; empty for numbers without one.
std::string_view name_of(trace_kind kind) noexcept;

/// One thing that happened on one thread of one node: 32 bytes.
struct trace_event {
  std::uint64_t time = 0;     ///< CLOCK_MONOTONIC in ns (in a ring: raw ticks)
  std::uint64_t actor = 0;    ///< `actor_id::low`
  std::uint64_t argument = 0; ///< by kind
  trace_kind kind = trace_kind::none;
  std::uint16_t peer = 0;  ///< index in the table of nodes; 0: this node
  std::uint16_t extra = 0; ///< by kind; for messages: `message_kind`
  std::uint16_t scope = 0; ///< index in the table of scopes; 0: not known

  friend bool operator==(const trace_event&, const trace_event&) = default;
};
static_assert(sizeof(trace_event) == 32);

/// The events of one thread, in order of time.
struct thread_trace {
  std::uint32_t thread = 0; ///< number within its node
  std::string name;
  std::vector<trace_event> events;

  friend bool operator==(const thread_trace&, const thread_trace&) = default;
};

/// The events of one node. `peers[i]` is the node that `trace_event::peer` i
/// means; `peers[0]` is the node itself. `scopes[i]` is the `actor_id::high`
/// (a task's plan, an actor's birth node) that `trace_event::scope` i means;
/// `scopes[0]` is 0.
struct node_trace {
  node_id node;
  std::string name; ///< what people see: HOST:PORT, or the id
  std::int32_t pid = 0;
  std::uint64_t lost = 0; ///< events that found their ring full
  std::vector<node_id> peers;
  std::vector<std::uint64_t> scopes;
  std::vector<thread_trace> threads;
  std::vector<recorded_step> steps{}; ///< of its actors; those of one in order
  std::vector<step_loss> lost_steps{};

  friend bool operator==(const node_trace&, const node_trace&) = default;
};

/// To whom `e`, an event of `n`, happened. `high` is 0 where it is not known.
actor_id actor_of(const node_trace& n, const trace_event& e) noexcept;

} // namespace tern
