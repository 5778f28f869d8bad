#include "bench/savina_finish.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

namespace tern::bench {

namespace {

constexpr std::chrono::seconds patience{100};

} // namespace

finish_line& finish_line::here() {
  static finish_line one;
  return one;
}

void finish_line::report(std::uint64_t steps) {
  steps_ += steps;
  if (++reports_ != expected_)
    return;
  std::lock_guard guard{mutex_};
  done_ = true;
  changed_.notify_all();
}

void finish_line::wrong(const std::string& what) {
  std::lock_guard guard{mutex_};
  if (wrong_.empty())
    wrong_ = what;
  changed_.notify_all();
}

std::uint64_t finish_line::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience,
                    [this] { return done_ || !wrong_.empty(); });
  if (!wrong_.empty())
    throw std::runtime_error(wrong_);
  if (!done_)
    throw std::runtime_error(
        fmt::format("{} of {} are done", reports_.load(), expected_));
  return steps_;
}

} // namespace tern::bench
