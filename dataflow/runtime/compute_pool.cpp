// A plan may be removed while threads look at it. Each thread says in `active`
// which plan it is about to touch, and touches it only if the list of plans is
// still the same after that; `remove` first takes the plan out of the list and
// out of the heaps, then waits until no thread is active in it. Lists are
// never changed, only replaced, and live as long as the pool.
//
// For each task that waits there is a thread more, started when it is first
// needed: number k of these runs tasks while more than k tasks wait, and sleeps
// else. So a task that has waited may find one thread too many at work, until
// that one's task has run.

#include "dataflow/runtime/compute_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <system_error>

#include <sys/resource.h>

namespace tern {

namespace {

thread_local int current_worker = -1;
thread_local compute_pool* current_pool = nullptr;

constexpr auto any_priority = std::numeric_limits<std::uint32_t>::max();

// Kernels leave the processor to whoever has a message to pass on: with three
// busy nodes on two cores a question to one took 185 ms, and takes 115 ms with
// this.
constexpr int niceness = 5;

void step_back() {
  pthread_setname_np(pthread_self(), "tern.compute");
  const auto before = getpriority(PRIO_PROCESS, 0); // of this thread
  setpriority(PRIO_PROCESS, 0, before + niceness);
}

// With memory refused to all sources nobody may tell us when there is some.
constexpr auto refused_wait = std::chrono::milliseconds(5);

bool runs_later(const auto& a, const auto& b) noexcept {
  return a.priority > b.priority;
}

} // namespace

compute_pool::compute_pool(unsigned threads) : threads_(threads) {
  publish({});
  workers_.reserve(threads + most_waiting);
  for (unsigned i = 0; i < threads; ++i)
    workers_.push_back(std::make_unique<worker>());
  started_.store(threads);
  for (unsigned i = 0; i < threads; ++i)
    workers_[i]->thread = std::thread([this, i] { loop(i); });
}

compute_pool::~compute_pool() {
  {
    std::scoped_lock guard{stand_ins_mutex_, sleep_mutex_};
    stop_ = true;
  }
  wake_.notify_all();
  parked_.notify_all();
  for (const auto& w : workers())
    w->thread.join();
}

int compute_pool::current() noexcept {
  return current_worker;
}

void compute_pool::push(runnable_plan& plan, task_record& task) {
  if (threads_ == 0)
    return;
  const auto own = current_pool == this;
  const auto at =
      own ? static_cast<std::size_t>(current_worker)
          : next_.fetch_add(1, std::memory_order_relaxed) % threads_;
  auto& w = *workers_[at];
  std::size_t queued = 0;
  {
    std::lock_guard guard{w.lock};
    w.heap.push_back({task.priority, &task, &plan});
    std::push_heap(w.heap.begin(), w.heap.end(), runs_later<work, work>);
    queued = w.heap.size();
  }
  if (own && queued == 1)
    return; // this thread takes it itself, next
  tell(tell_surplus_, &load_watcher::surplus);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_relaxed) > 0)
    wake();
}

void compute_pool::publish(plan_list list) {
  lists_.push_back(std::make_unique<const plan_list>(std::move(list)));
  plans_.store(lists_.back().get());
}

void compute_pool::add(runnable_plan& plan) {
  {
    std::lock_guard guard{plans_mutex_};
    auto list = *plans_.load();
    list.push_back(&plan);
    publish(std::move(list));
  }
  for (std::size_t i = 0; i < workers().size(); ++i)
    wake();
}

void compute_pool::withdraw(runnable_plan& plan) {
  {
    std::lock_guard guard{plans_mutex_};
    auto list = *plans_.load();
    std::erase(list, &plan);
    publish(std::move(list));
  }
  empty_heaps(plan);
}

void compute_pool::empty_heaps(const runnable_plan& of) {
  for (const auto& w : workers()) {
    std::lock_guard guard{w->lock};
    std::erase_if(w->heap, [&](const work& x) { return x.plan == &of; });
    std::make_heap(w->heap.begin(), w->heap.end(), runs_later<work, work>);
  }
}

bool compute_pool::is_active(const runnable_plan& plan) const noexcept {
  return std::ranges::any_of(
      workers(), [&](const auto& w) { return w->active.load() == &plan; });
}

void compute_pool::remove(runnable_plan& plan) {
  withdraw(plan);
  while (is_active(plan))
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  empty_heaps(plan); // of what a running task pushed meanwhile
}

void compute_pool::loop(unsigned self) {
  step_back();
  current_worker = static_cast<int>(self);
  current_pool = this;
  auto& me = *workers_[self];
  work next{};
  bool waited = false;
  while (!stop_.load(std::memory_order_relaxed)) {
    if (!may_run(self)) {
      park(self);
      continue;
    }
    if (!take(self, waited, next)) {
      if (auto* watcher = watcher_.load())
        watcher->idle();
      waited = sleep(self);
      continue;
    }
    waited = false;
    tell(tell_busy_, &load_watcher::busy);
    me.began.store(clock_.ticks(), std::memory_order_relaxed);
    me.executing.store(next.task, std::memory_order_release);
    next.plan->run(*next.task);
    me.executing.store(nullptr, std::memory_order_relaxed);
    me.executed.store(me.executed.load(std::memory_order_relaxed) + 1,
                      std::memory_order_relaxed);
    me.active.store(nullptr, std::memory_order_release);
    tell(tell_surplus_, &load_watcher::surplus);
  }
}

compute_pool* compute_pool::of_this_thread() noexcept {
  return current_pool;
}

bool compute_pool::begin_wait() {
  if (waiting_.fetch_add(1) >= most_waiting) {
    waiting_.fetch_sub(1);
    return false;
  }
  workers_[static_cast<std::size_t>(current_worker)]->waits.store(true);
  start_stand_in();
  {
    std::lock_guard guard{sleep_mutex_};
    ++wake_count_;
  }
  wake_.notify_all(); // for what was left to this thread
  parked_.notify_all();
  return true;
}

void compute_pool::end_wait() noexcept {
  workers_[static_cast<std::size_t>(current_worker)]->waits.store(false);
  waiting_.fetch_sub(1);
}

// Where the system has no thread the task waits without one.
void compute_pool::start_stand_in() {
  std::lock_guard guard{stand_ins_mutex_};
  const auto number = static_cast<unsigned>(workers_.size());
  if (number - threads_ >= std::min(waiting_.load(), most_waiting) || stop_)
    return;
  workers_.push_back(std::make_unique<worker>());
  try {
    workers_.back()->thread = std::thread([this, number] { loop(number); });
    started_.store(number + 1, std::memory_order_release);
  } catch (const std::system_error&) {
    workers_.pop_back();
  }
}

bool compute_pool::may_run(unsigned self) const noexcept {
  return self < threads_
         || self - threads_ < waiting_.load(std::memory_order_relaxed);
}

// What it had ready, others take.
void compute_pool::park(unsigned self) {
  wake();
  std::unique_lock guard{sleep_mutex_};
  parked_.wait(guard, [&] { return stop_ || may_run(self); });
}

bool compute_pool::pop(worker& from, unsigned self, std::uint32_t better_than,
                       work& out) {
  std::lock_guard guard{from.lock};
  if (from.heap.empty() || from.heap.front().priority > better_than)
    return false;
  std::pop_heap(from.heap.begin(), from.heap.end(), runs_later<work, work>);
  out = from.heap.back();
  from.heap.pop_back();
  workers_[self]->active.store(out.plan);
  return true;
}

bool compute_pool::take_source(unsigned self, std::uint32_t better_than,
                               source_rule rule, work& out) {
  auto& active = workers_[self]->active;
  for (;;) {
    const auto* list = plans_.load();
    bool changed = false;
    for (auto* plan : *list) {
      active.store(plan);
      if (plans_.load() != list) {
        changed = true;
        break;
      }
      const auto priority = plan->source_priority();
      if (priority == any_priority || priority > better_than)
        continue;
      const bool must_progress = rule == source_rule::must_progress;
      if (must_progress && plan->waits_for_blocks())
        continue;
      if (rule == source_rule::make_room && !plan->make_room())
        continue;
      if (auto* task = plan->next_source(must_progress)) {
        out = {priority, task, plan};
        return true;
      }
    }
    active.store(nullptr, std::memory_order_release);
    if (!changed)
      return false;
  }
}

bool compute_pool::take(unsigned self, bool waited, work& out) {
  auto& own = *workers_[self];
  auto top = any_priority;
  {
    std::lock_guard guard{own.lock};
    if (!own.heap.empty())
      top = own.heap.front().priority;
  }
  // a source only goes before a ready task that is later in the order
  if ((top == any_priority || top > 0)
      && take_source(self, top == any_priority ? any_priority - 1 : top - 1,
                     source_rule::has_memory, out)) {
    if (sleepers_.load(std::memory_order_relaxed) > 0)
      wake(); // there may be memory for one more
    return true;
  }
  if (pop(own, self, any_priority, out))
    return true;
  const auto all = workers();
  for (std::size_t i = 1; i < all.size(); ++i)
    if (pop(*all[(self + i) % all.size()], self, any_priority, out))
      return true;
  const bool alone = idle_but(self);
  return ((waited || alone)
          && take_source(self, any_priority - 1, source_rule::make_room, out))
         || (alone
             && take_source(self, any_priority - 1, source_rule::must_progress,
                            out));
}

void compute_pool::tell(const std::atomic<bool>& wanted,
                        void (load_watcher::*what)()) {
  if (wanted.load(std::memory_order_relaxed))
    if (auto* watcher = watcher_.load())
      (watcher->*what)();
}

// The end of a heap's array is among its leaves: late in the order, and it may
// go without the heap being mended.
std::vector<task_record*> compute_pool::take_back(runnable_plan& plan,
                                                  std::size_t most) {
  std::vector<task_record*> out;
  for (const auto& w : workers()) {
    std::lock_guard guard{w->lock};
    while (out.size() < most && !w->heap.empty()
           && w->heap.back().plan == &plan) {
      out.push_back(w->heap.back().task);
      w->heap.pop_back();
    }
  }
  return out;
}

std::size_t compute_pool::queued() const {
  std::size_t n = 0;
  for (const auto& w : workers()) {
    std::lock_guard guard{w->lock};
    n += w->heap.size();
  }
  return n;
}

std::optional<execution>
compute_pool::execution_of(const task_record& task) const {
  const auto all = workers();
  for (unsigned i = 0; i < all.size(); ++i) {
    const auto& w = *all[i];
    if (w.executing.load(std::memory_order_acquire) != &task)
      continue;
    const auto began = w.began.load(std::memory_order_relaxed);
    const auto to_ns = clock_.calibrate();
    const auto now = to_ns(clock_.ticks());
    return execution{i, now - std::min(now, to_ns(began))};
  }
  return {};
}

std::uint64_t compute_pool::executed() const noexcept {
  std::uint64_t all = 0;
  for (const auto& w : workers())
    all += w->executed.load(std::memory_order_relaxed);
  return all;
}

unsigned compute_pool::executing() const noexcept {
  unsigned n = 0;
  for (const auto& w : workers())
    n += w->computes() ? 1 : 0;
  return n;
}

bool compute_pool::idle_but(unsigned self) const noexcept {
  const auto all = workers();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i != self && all[i]->computes())
      return false;
  return true;
}

bool compute_pool::sources_left() const {
  return !plans_.load()->empty();
}

// Returns whether it waited for memory in vain.
bool compute_pool::sleep(unsigned self) {
  std::unique_lock guard{sleep_mutex_};
  sleepers_.fetch_add(1);
  const auto before = wake_count_;
  // look once more: a push that did not see the sleeper is seen here
  bool work_left = false;
  for (const auto& w : workers()) {
    std::lock_guard heap_guard{w->lock};
    work_left = work_left || !w->heap.empty();
  }
  static_cast<void>(self);
  bool in_vain = false;
  if (!work_left && !stop_) {
    const auto woken = [&] {
      return stop_ || wake_count_ != before;
    };
    if (sources_left())
      in_vain = !wake_.wait_for(guard, refused_wait, woken);
    else
      wake_.wait(guard, woken);
  }
  sleepers_.fetch_sub(1);
  return in_vain;
}

void compute_pool::wake() noexcept {
  {
    std::lock_guard guard{sleep_mutex_};
    ++wake_count_;
  }
  wake_.notify_one();
}

} // namespace tern
