#include "actors/api/step_recorder.hpp"

#include "serialization/archive.hpp"
#include "serialization/checksum.hpp"

#include <utility>

namespace tern {

step_recorder::step_recorder(std::uint32_t session,
                             std::chrono::nanoseconds unpacked,
                             std::span<const std::byte> state)
  : unpacked_in_(session), unpacked_(unpacked), came_(checksum(state)) {}

void step_recorder::add_state(step_log& log, std::uint64_t time,
                              recorded_state s) {
  session_ = log.session();
  const bool comes = std::exchange(unpacked_in_, 0) == session_;
  s.came = comes ? came_ : 0;
  const auto payload = to_bytes(s);
  recorded_step out;
  out.state = checksum(s.packed);
  add(log, time,
      {step_kind::state,
       {},
       comes ? static_cast<std::uint64_t>(unpacked_.count()) : 0,
       payload},
      std::move(out));
}

// What was lost nobody can do again, so the state is needed once more.
void step_recorder::add(step_log& log, std::uint64_t time, const step_input& in,
                        recorded_step out) {
  out.actor = actor_;
  out.epoch = epoch_;
  out.index = index_++;
  out.kind = in.kind;
  out.peer = in.peer;
  out.number = in.number;
  out.time = time;
  out.size = in.payload.size();
  out.sum = checksum(in.payload);
  // the next state is what was saved
  if (log.level() == trace_level::payloads && in.kind != step_kind::saved)
    out.payload.assign(in.payload.begin(), in.payload.end());
  if (!log.add(std::move(out)))
    session_ = 0;
}

} // namespace tern
