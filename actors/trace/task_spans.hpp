#pragma once

#include "actors/trace/event.hpp"

#include <cstdint>
#include <functional>

namespace tern {

enum class span_end : std::uint8_t {
  finished,
  failed,
  open, ///< it had not ended when the trace did
};

/// From `fired` to its end: a task that ran on one node, by that node's clock.
struct task_span {
  actor_id task;
  std::uint32_t thread = 0; ///< on which it began
  std::uint64_t begin = 0;
  std::uint64_t end = 0; ///< open: as `begin`
  span_end how = span_end::open;
  bool holds_thread = true; ///< no: it fetched a block and ended elsewhere

  std::uint64_t duration() const noexcept {
    return end - begin;
  }
};

/// f(span) for all tasks that began on `n`: thread by thread in the order in
/// which they ended there, then those that ended on another thread or not at
/// all. Ends whose beginning was lost are left out.
void each_task(const node_trace& n,
               const std::function<void(const task_span&)>& f);

} // namespace tern
