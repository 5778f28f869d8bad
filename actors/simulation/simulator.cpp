#include "actors/simulation/simulator.hpp"

#include <algorithm>
#include <utility>

namespace tern::simulation {

void simulator::after(sim_time delay, action f) {
  heap_.push_back({now_ + delay, next_tie_++, std::move(f)});
  std::push_heap(heap_.begin(), heap_.end(), later{});
}

bool simulator::step() {
  if (heap_.empty())
    return false;
  std::pop_heap(heap_.begin(), heap_.end(), later{});
  auto next = std::move(heap_.back());
  heap_.pop_back();
  now_ = next.time;
  ++events_;
  note(next.time);
  note(next.tie);
  next.run();
  return true;
}

std::uint64_t simulator::run(std::uint64_t max_events) {
  std::uint64_t n = 0;
  while (n < max_events && step())
    ++n;
  return n;
}

std::uint64_t simulator::run_until(sim_time time) {
  std::uint64_t n = 0;
  while (!heap_.empty() && heap_.front().time <= time) {
    step();
    ++n;
  }
  now_ = std::max(now_, time);
  return n;
}

} // namespace tern::simulation
