#include "actors/api/restart_book.hpp"

#include "actors/api/open_work.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tern {

namespace {

// Doubled so often, and never past `most`.
std::chrono::nanoseconds back_off(const supervision::restart& how,
                                  std::size_t before) {
  auto wait = how.first;
  for (; before > 0 && wait.count() > 0 && wait < how.most; --before)
    wait = wait > how.most / 2 ? how.most : 2 * wait;
  return wait;
}

} // namespace

// Where it was quiet for the whole time, the waits begin anew.
bool restart_book::failed(const supervision::restart& how, time now) {
  const auto within = bounded(how.within);
  std::erase_if(failures_, [&](time t) { return now - t >= within; });
  if (failures_.size() >= how.times)
    return false;
  due_ = now + bounded(back_off(how, failures_.size()));
  failures_.push_back(now);
  return true;
}

void restart_book::save(archive_writer& to, time now) const {
  std::vector<time> ago;
  for (const auto t : failures_)
    ago.push_back(now - t);
  to(arrived, ago, due_.has_value(), due_.value_or(now) - now);
}

void restart_book::load(archive_reader& from, time now) {
  std::vector<time> ago;
  bool waits = false;
  time left{};
  from(arrived, ago, waits, left);
  failures_.clear();
  for (const auto t : ago)
    failures_.push_back(now - bounded(t));
  due_.reset();
  if (waits)
    due_ = now + bounded(left);
}

} // namespace tern
