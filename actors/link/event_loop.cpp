#include "actors/link/event_loop.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace tern {

namespace {

constexpr int events_a_round = 64;

// How often the deputy looks. What lasts from one look to the next is long.
constexpr std::chrono::milliseconds look_interval{2};
// After so many looks at nothing it sleeps until there is something.
constexpr int most_idle_looks = 100;

int checked(int fd) {
  if (fd < 0)
    throw std::system_error(errno, std::generic_category(), "event loop");
  return fd;
}

} // namespace

event_loop::event_loop()
  : epoll_(checked(epoll_create1(EPOLL_CLOEXEC))),
    wake_(checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))), now_(clock::now()) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr; // stands for the wake-up
  checked(epoll_ctl(epoll_.value(), EPOLL_CTL_ADD, wake_.value(), &event));
}

event_loop::~event_loop() {
  stop();
}

void event_loop::start(const std::string& name) {
  name_ = name.substr(0, 15);
  thread_ = std::thread{[this] {
    run(true);
  }};
  pthread_setname_np(thread_.native_handle(), name_.c_str());
}

void event_loop::stop() {
  if (!thread_.joinable())
    return;
  post([this] {
    std::lock_guard guard{mutex_};
    stopping_ = true;
    woken_.notify_all();
  });
  thread_.join();
  if (deputy_.joinable())
    deputy_.join();
  loop_thread_.store({}, std::memory_order_relaxed);
  // Their captures may own watchers of this loop.
  posted_.clear();
  timers_.clear();
  between_rounds_ = {};
  watchers_.clear();
  forgotten_.clear();
}

void event_loop::post(task f) {
  bool first = false;
  {
    std::lock_guard guard{mutex_};
    if (stopping_)
      return;
    first = posted_.empty();
    posted_.push_back(std::move(f));
  }
  std::uint64_t one = 1;
  if (first && write(wake_.value(), &one, sizeof one) < 0)
    return; // EAGAIN: the loop is awake anyway
}

bool event_loop::in_loop() const noexcept {
  return loop_thread_.load(std::memory_order_relaxed)
         == std::this_thread::get_id();
}

void event_loop::watch(int fd, std::uint32_t events, ready f) {
  auto& place = watchers_[fd];
  place = std::make_unique<watcher>(watcher{fd, std::move(f)});
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.ptr = place.get();
  checked(epoll_ctl(epoll_.value(), EPOLL_CTL_ADD, fd, &event));
}

void event_loop::forget(int fd) {
  auto found = watchers_.find(fd);
  if (found == watchers_.end())
    return;
  epoll_ctl(epoll_.value(), EPOLL_CTL_DEL, fd, nullptr);
  found->second->alive = false;
  // It may be running now, or be named by an event of this round.
  forgotten_.push_back(std::move(found->second));
  watchers_.erase(found);
}

event_loop::timer_id event_loop::after(std::chrono::milliseconds delay,
                                       task f) {
  timer_id id{clock::now() + delay, ++timer_numbers_};
  timers_.emplace(id, std::move(f));
  return id;
}

void event_loop::cancel(timer_id id) {
  timers_.erase(id);
}

void event_loop::at_end_of_round(task f) {
  end_of_round_.push_back(std::move(f));
}

bool event_loop::between_rounds(task f) {
  if (!in_loop() || between_rounds_)
    return false;
  if (!has_deputy_.load(std::memory_order_relaxed)) {
    start_deputy();
    return false;
  }
  between_rounds_ = std::move(f);
  return true;
}

void event_loop::run(bool serves) {
  while (serves ? serve() : stand_by())
    serves = !serves;
}

// Returns true when the deputy has taken over, false at the end of the loop.
bool event_loop::serve() {
  const auto self = std::this_thread::get_id();
  for (;;) {
    loop_thread_.store(self, std::memory_order_relaxed);
    wait();
    run_posted();
    run_timers();
    run_end_of_round();
    forgotten_.clear();
    if (between_rounds_ && !step_aside())
      return true;
    if (is_stopping())
      return false;
  }
}

// Nothing of the loop is in this thread's hands meanwhile. Returns false when
// the deputy has taken over.
bool event_loop::step_aside() {
  auto f = std::exchange(between_rounds_, {});
  loop_thread_.store({}, std::memory_order_relaxed);
  {
    std::lock_guard guard{mutex_};
    ++breaks_;
    in_break_ = true;
    if (std::exchange(deputy_sleeps_, false))
      woken_.notify_all();
  }
  f();
  f = {};
  std::lock_guard guard{mutex_};
  return std::exchange(in_break_, false);
}

bool event_loop::is_stopping() {
  std::lock_guard guard{mutex_};
  return stopping_;
}

void event_loop::start_deputy() {
  if (deputy_.joinable())
    return; // it serves
  try {
    deputy_ = std::thread{[this] {
      run(false);
    }};
    pthread_setname_np(deputy_.native_handle(), name_.c_str());
  } catch (const std::system_error&) {
    return; // it goes without, until there are threads again
  }
}

// Returns true when it has taken over, false at the end of the loop.
bool event_loop::stand_by() {
  std::unique_lock lock{mutex_};
  has_deputy_.store(true, std::memory_order_relaxed);
  auto seen = breaks_;
  for (int idle = 0; !stopping_;) {
    deputy_sleeps_ = idle >= most_idle_looks;
    if (deputy_sleeps_)
      woken_.wait(lock);
    else
      woken_.wait_for(lock, look_interval);
    if (!stopping_ && in_break_ && breaks_ == seen) {
      in_break_ = false;
      deputy_sleeps_ = false;
      has_deputy_.store(false, std::memory_order_relaxed);
      return true;
    }
    idle = breaks_ == seen ? idle + 1 : 0;
    seen = breaks_;
  }
  return false;
}

void event_loop::wait() {
  std::array<epoll_event, events_a_round> events;
  auto count =
      epoll_wait(epoll_.value(), events.data(), events_a_round, wait_ms());
  now_ = clock::now();
  for (int i = 0; i < count; ++i) {
    auto w = static_cast<watcher*>(events[i].data.ptr);
    if (w == nullptr) {
      std::uint64_t wakes = 0;
      if (read(wake_.value(), &wakes, sizeof wakes) < 0)
        continue;
    } else if (w->alive) {
      w->call(events[i].events);
    }
  }
}

void event_loop::run_posted() {
  std::vector<task> tasks;
  {
    std::lock_guard guard{mutex_};
    tasks.swap(posted_);
  }
  for (auto& f : tasks)
    f();
}

void event_loop::run_timers() {
  while (!timers_.empty() && timers_.begin()->first.first <= now_) {
    auto f = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    f();
  }
}

void event_loop::run_end_of_round() {
  std::vector<task> tasks;
  tasks.swap(end_of_round_);
  for (auto& f : tasks)
    f();
}

int event_loop::wait_ms() const {
  if (!end_of_round_.empty())
    return 0;
  if (timers_.empty())
    return -1;
  auto left = timers_.begin()->first.first - clock::now();
  auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

} // namespace tern
