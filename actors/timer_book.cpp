#include "actors/timer_book.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

constexpr std::size_t most_at_once = 64;

} // namespace

timer_book::time timer_book::add(const mobility_timer& t, duration delay,
                                 time now) {
  const auto due = now + delay;
  if (delay == common_)
    queue_.push_back({due, t});
  else
    others_.emplace(due, t);
  if (promised_ <= due)
    return never;
  return promised_ = due;
}

bool timer_book::take_due(time now, std::vector<mobility_timer>& out) {
  while (!others_.empty() && others_.begin()->first <= now) {
    if (out.size() >= most_at_once)
      return true;
    out.push_back(others_.begin()->second);
    others_.erase(others_.begin());
  }
  while (!queue_.empty() && queue_.front().due <= now) {
    if (out.size() >= most_at_once)
      return true;
    out.push_back(queue_.front().timer);
    queue_.pop_front();
  }
  return false;
}

timer_book::time timer_book::next_call(time now) {
  if (now < promised_)
    return never; // this was an earlier promise, which a later one overtook
  auto next = never;
  if (!queue_.empty())
    next = std::max(queue_.front().due, now + slack);
  if (!others_.empty())
    next = std::min(next, others_.begin()->first);
  return promised_ = next;
}

} // namespace tern
