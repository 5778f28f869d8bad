#include "dataflow/api/background_run.hpp"

#include "dataflow/api/run_error.hpp"
#include "dataflow/runtime/running_call.hpp"

#include <chrono>
#include <utility>

namespace tern {

namespace {

constexpr auto look_again = std::chrono::milliseconds(50);

} // namespace

std::vector<array> calls_of(std::span<const future> futures) {
  std::vector<array> calls;
  calls.reserve(futures.size());
  for (const auto& f : futures)
    calls.push_back(f.made_by());
  return calls;
}

background_run::background_run(std::shared_ptr<executor> where,
                               std::vector<future> calls)
  : where_(std::move(where)), calls_(std::move(calls)),
    thread_([this](const std::stop_token& stop) { run(stop); }) {}

background_run::~background_run() {
  end();
}

void background_run::end() {
  thread_.request_stop();
  if (thread_.joinable())
    thread_.join();
  where_.reset();
}

// What it throws is for whoever asks for results.
void background_run::run(const std::stop_token& stop) {
  compute_hooks hooks;
  hooks.any_order = true;
  hooks.sink = [this](std::size_t number, const shape&, const shape&,
                      const block& data) -> result<void> {
    put(number, ndarray{data});
    return {};
  };
  hooks.failed = [this](std::size_t number, const failure& why) {
    put(number, tl::make_unexpected(why));
  };
  hooks.cancelled = [&stop] {
    return stop.stop_requested();
  };
  std::exception_ptr why;
  try {
    const auto done = where_->compute(calls_of(calls_), hooks);
    if (!done)
      throw run_error{done.error()};
  } catch (...) {
    why = std::current_exception();
  }
  std::lock_guard guard{mutex_};
  over_ = true;
  why_ = std::move(why);
  changed_.notify_one();
}

void background_run::put(std::size_t number, result<ndarray> outcome) {
  std::lock_guard guard{mutex_};
  come_.emplace_back(number, calls_[number], std::move(outcome));
  changed_.notify_one();
}

std::optional<completion> background_run::next() {
  const waiting_task waits;
  if (waits.is_refused())
    throw run_error{{failure_kind::refused,
                     "too many functions of a node wait for others"}};
  std::unique_lock guard{mutex_};
  while (!changed_.wait_for(guard, look_again,
                            [this] { return over_ || !come_.empty(); }))
    if (waits.is_abandoned())
      throw run_error{{failure_kind::cancelled, "the node ends"}};
  if (come_.empty()) {
    if (why_)
      std::rethrow_exception(why_);
    return std::nullopt;
  }
  auto first = std::move(come_.front());
  come_.pop_front();
  return first;
}

} // namespace tern
