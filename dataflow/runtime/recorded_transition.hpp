#pragma once

#include "dataflow/runtime/task_engine.hpp"

#include <cstdint>

namespace tern {

/// What a `transition` of a trace says: an event of a task's state machine, its
/// argument (see `task_event`) and what the machine answered.
struct recorded_transition {
  task_event event = task_event::created;
  std::uint32_t argument = 0;
  effect answer = effect::none;
};

/// As `trace_event::argument` holds it: answer (24 bits), event (8), argument
/// (32).
constexpr std::uint64_t pack(const recorded_transition& t) noexcept {
  return std::uint64_t{static_cast<std::uint32_t>(t.answer)} << 40
         | std::uint64_t{static_cast<std::uint8_t>(t.event)} << 32 | t.argument;
}

constexpr recorded_transition unpack_transition(std::uint64_t bits) noexcept {
  return {static_cast<task_event>(bits >> 32 & 0xff),
          static_cast<std::uint32_t>(bits), static_cast<effect>(bits >> 40)};
}

} // namespace tern
