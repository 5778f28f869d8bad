#include "actors/trace/step_log.hpp"

#include <utility>

namespace tern {

namespace {

/// Actors whose losses are counted; one actor more is not told.
constexpr std::size_t most_losers = 65'536;

std::uint64_t bytes_of(const recorded_step& s) {
  return sizeof s + s.payload.size() + s.calls.size() + s.threw.size();
}

} // namespace

void step_log::set_level(trace_level level) {
  const bool on = level >= trace_level::hashes;
  std::lock_guard guard{mutex_};
  if (on && session_.load() == 0) {
    steps_.clear();
    lost_.clear();
    bytes_ = 0;
  }
  const bool same = on && level == level_.load();
  level_.store(on ? level : trace_level::off);
  if (!same) // who was recorded without payloads has to be once more
    session_.store(on ? ++last_session_ : 0);
}

bool step_log::add(recorded_step step) {
  const auto bytes = bytes_of(step);
  std::lock_guard guard{mutex_};
  if (bytes <= largest_step && bytes_ + bytes <= most_bytes_) {
    bytes_ += bytes;
    steps_.push_back(std::move(step));
    return true;
  }
  const std::pair stay{step.actor, step.epoch};
  if (lost_.size() < most_losers || lost_.contains(stay)) {
    auto& lost = lost_[stay];
    if (lost.count++ == 0)
      lost = {step.actor, step.epoch, step.index, 1};
  }
  return false;
}

step_log::content step_log::take() {
  content out;
  std::lock_guard guard{mutex_};
  out.steps.swap(steps_);
  for (auto& [stay, lost] : std::exchange(lost_, {}))
    out.lost.push_back(lost);
  bytes_ = 0;
  return out;
}

} // namespace tern
