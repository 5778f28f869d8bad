// An actor whose handlers are recorded: each runs in a world that writes down
// what is asked of it (recording_world.hpp), and becomes one step of the node's
// log. What an actor was before the first of them is recorded, too, whenever
// that is: at its birth, when it has come from another node, or in the middle
// of its life, if nobody recorded before.
//
// How steps are done again is in actors/replay/replay_actor.cpp.

#include "actors/api/actor_core.hpp"
#include "actors/api/recording_world.hpp"
#include "actors/api/step_recorder.hpp"
#include "serialization/checksum.hpp"

#include <utility>

namespace tern {

namespace {

/// Puts another world around an actor for a while.
class other_world {
public:
  other_world(actor_world*& of, actor_world& with)
    : of_(of), before_(std::exchange(of, &with)) {}
  ~other_world() {
    of_ = before_;
  }
  other_world(const other_world&) = delete;
  other_world& operator=(const other_world&) = delete;

private:
  actor_world*& of_;
  actor_world* const before_;
};

std::string words_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "what is no std::exception";
  }
}

std::uint64_t as_number(std::chrono::nanoseconds t) {
  return static_cast<std::uint64_t>(t.count());
}

} // namespace

std::uint64_t actor_core::sum() const noexcept {
  try {
    return checksum(pack({}));
  } catch (...) { // of `fields` of the class
    return 0;
  }
}

std::string actor_core::attempt(const std::function<void()>& f,
                                std::exception_ptr& thrown) {
  try {
    f();
  } catch (...) {
    thrown = std::current_exception();
    return words_of(thrown);
  }
  return {};
}

// What it was, unless this recording has that already. What `fields` of the
// class throws must not cost it a message.
bool actor_core::begin_recording(step_log& log,
                                 const actor_context& here) noexcept {
  try {
    if (!recorder_)
      recorder_ = std::make_unique<step_recorder>();
    recorder_->name(here.self(), here.epoch());
    if (recorder_->is_part_of(log))
      return true;
    recorded_state was{print(), pack({}), alarm_};
    recorder_->note_size(was.packed.size());
    recorder_->add_state(log, as_number(world_->now()), std::move(was));
    return true;
  } catch (...) {
    return false;
  }
}

std::uint64_t actor_core::state_for_record() noexcept {
  if (!recorder_->takes_states())
    return 0;
  try {
    const auto packed = pack({});
    recorder_->note_size(packed.size());
    return checksum(packed);
  } catch (...) {
    return 0;
  }
}

void actor_core::record(actor_context& here, const step_input& in,
                        const handler& f) {
  auto& log = *world_->history();
  if (!begin_recording(log, here))
    return f(here);
  tape_writer tape;
  recorded_step out;
  std::exception_ptr thrown;
  const auto time = as_number(world_->now());
  {
    recording_world world{*world_, tape};
    recording_context context{here, tape};
    const other_world around{world_, world};
    out.threw = attempt([&] { f(context); }, thrown);
  }
  out.calls = tape.take();
  out.state = state_for_record();
  recorder_->add(log, time, in, std::move(out));
  if (thrown)
    std::rethrow_exception(thrown);
}

void actor_core::departs() {
  if (!is_recorded() || !recorder_
      || !recorder_->is_part_of(*world_->history()))
    return handle_departure();
  recorded_step out;
  std::exception_ptr thrown;
  const auto time = as_number(world_->now());
  out.threw = attempt([&] { handle_departure(); }, thrown);
  out.state = state_for_record();
  recorder_->add(*world_->history(), time, {step_kind::departs},
                 std::move(out));
  if (thrown)
    std::rethrow_exception(thrown);
}

void actor_core::record_packing(std::chrono::nanoseconds now,
                                bytes_view packed) const {
  if (recorder_ && recorder_->is_part_of(*world_->history()))
    recorder_->add(*world_->history(), as_number(now),
                   {step_kind::saved, {}, as_number(now), packed}, {});
}

} // namespace tern
