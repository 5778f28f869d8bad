#include "actors/actor_runner.hpp"

#include "actors/trace/clock.hpp"
#include "actors/trace/tracer.hpp"
#include "actors/wait_report.hpp"
#include "actors/worker_turn.hpp"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace tern {

namespace {

// Nanoseconds after which no further message of a job begins.
constexpr std::uint64_t longest_batch = 20'000;

class handler_context final : public actor_context {
public:
  handler_context(actor_host::impl& host, const instance_id& instance,
                  std::uint64_t cause, room_book& book,
                  mobility_event::handled& done)
    : host_(host), instance_(instance), cause_(cause), book_(book),
      done_(done) {}

  const actor_id& self() const override {
    return instance_.actor;
  }
  node_id node() const override {
    return host_.on().id();
  }
  std::uint32_t epoch() const override {
    return instance_.epoch;
  }
  std::size_t room(const actor_id& to) override {
    auto& page = book_[to];
    ask(to, page);
    return page.left;
  }
  bool send(const actor_id& to, buffer payload) override {
    if (!takes(to)) {
      done_.refused.push_back(to);
      return false;
    }
    done_.sent.push_back({to, cause_, std::move(payload)});
    return true;
  }

  void wake_after(std::chrono::nanoseconds delay) override {
    done_.wake = delay;
  }
  void rest(std::chrono::nanoseconds delay) override {
    done_.wake = delay;
    done_.rest = true;
  }
  void stop() override {
    done_.stop = true;
  }

private:
  bool takes(const actor_id& to) {
    if (book_.take(to))
      return true;
    ask(to, book_[to]);
    return book_.take(to);
  }

  // Once in a job: what others do meanwhile can only make room. The machine has
  // not heard yet of what its handlers sent.
  void ask(const actor_id& to, room_book::page& page) {
    if (page.asked == book_.job())
      return;
    page.asked = book_.job();
    const auto room = host_.room(instance_.actor, to);
    const auto sent = static_cast<std::size_t>(
        std::ranges::count(done_.sent, to, &outgoing_message::to));
    page.left = room > sent ? room - sent : 0;
  }

  actor_host::impl& host_;
  const instance_id& instance_;
  std::uint64_t cause_;
  room_book& book_;
  mobility_event::handled& done_;
};

/// What the handlers of a job do, in memory that the thread keeps.
class leased_event {
public:
  leased_event() = default;
  ~leased_event() {
    if (said.sent.capacity() > most_kept)
      said = {};
    said.clear();
  }
  leased_event(const leased_event&) = delete;
  leased_event& operator=(const leased_event&) = delete;

  mobility_event::handled& said = spare();

private:
  static constexpr std::size_t most_kept = 4096;

  static mobility_event::handled& spare() {
    thread_local mobility_event::handled one;
    return one;
  }
};

// To some milliseconds; much cheaper than the exact time.
std::uint64_t coarse_ns() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000
         + static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t thread_number() noexcept {
  thread_local const auto number = static_cast<std::uint64_t>(::gettid());
  return number;
}

thread_local const actor_id* running = nullptr;

} // namespace

/// While handlers of a job run: who looks can see that, and since when.
class actor_runner::handler_mark {
public:
  explicit handler_mark(actor_runner& of)
    : of_(of), before_(std::exchange(running, &of.instance_.actor)) {
    of_.thread_.store(thread_number(), std::memory_order_relaxed);
    of_.began_.store(coarse_ns(), std::memory_order_relaxed);
  }
  ~handler_mark() {
    running = before_;
    of_.ended_.store(coarse_ns(), std::memory_order_relaxed);
    of_.began_.store(0, std::memory_order_relaxed);
  }
  handler_mark(const handler_mark&) = delete;
  handler_mark& operator=(const handler_mark&) = delete;

private:
  actor_runner& of_;
  const actor_id* const before_; // of another host, mostly none
};

std::optional<actor_id> actor_runner::running_here() noexcept {
  return running ? std::optional{*running} : std::nullopt;
}

// While a worker has it, its behavior belongs to that.
void actor_runner::add_to(wait_report& report) {
  report.came_from = {came_from_.load(std::memory_order_relaxed)};
  report.sender = {sender_high_.load(std::memory_order_relaxed),
                   sender_low_.load(std::memory_order_relaxed)};
  report.replies = sent_.load(std::memory_order_relaxed);
  const auto now = coarse_ns();
  const auto ended = ended_.load(std::memory_order_relaxed);
  report.ago = ended > 0 && now > ended ? now - ended : 0;
  std::lock_guard guard{mutex_};
  if (!scheduled_) {
    if (!closed_ && behavior_)
      behavior_->add_waits(report);
    return;
  }
  const auto began = began_.load(std::memory_order_relaxed);
  if (began == 0) {
    if (report.activity == actor_activity::running)
      report.activity = actor_activity::queued;
    return;
  }
  report.activity = actor_activity::running;
  report.ns = now > began ? now - began : 0;
  report.thread = thread_.load(std::memory_order_relaxed);
}

actor_runner::actor_runner(std::shared_ptr<actor_host::impl> host,
                           std::unique_ptr<mobile_behavior> made)
  : host_(std::move(host)), behavior_(std::move(made)) {}

void actor_runner::take(runner_job job) {
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    if (first_)
      jobs_.push_back(std::move(job));
    else
      first_ = std::move(job);
    if (std::exchange(scheduled_, true))
      return;
    if (host_->measures())
      since_ = monotonic_ns();
  }
  schedule();
}

// What goes on all the time is measured too, also if it began before somebody
// wanted to know.
std::uint64_t actor_runner::take_active(std::uint64_t now) {
  std::lock_guard guard{mutex_};
  auto all = std::exchange(active_, 0);
  if (since_ != 0 && now > since_)
    all += now - since_;
  since_ = scheduled_ ? now : 0;
  return all;
}

bool actor_runner::close() {
  std::lock_guard guard{mutex_};
  closed_ = true;
  return scheduled_;
}

void actor_runner::schedule() {
  if (auto* here = worker_turn::current(); !here || !here->follow_with(*this))
    host_->queue(*this);
}

void actor_runner::work(worker_turn& t) {
  t.begin_runner();
  auto job = next_job();
  while (job) {
    if (!t.take_one())
      return put_back(std::move(*job));
    const bool last = std::holds_alternative<instruction::discard>(*job);
    auto next = std::visit([&](auto& j) { return perform(j, t); }, *job);
    if (next && !closed_.load(std::memory_order_relaxed)) {
      job = std::move(next);
    } else {
      if (!last) // else the host may have ended
        host_->flush();
      job = next_job();
    }
    if (job)
      t.pass_on();
  }
}

std::optional<runner_job> actor_runner::next_job() {
  std::unique_lock lock{mutex_};
  if (!closed_ && first_) {
    auto next = std::exchange(first_, std::nullopt);
    if (!jobs_.empty()) {
      first_ = std::move(jobs_.front());
      jobs_.erase(jobs_.begin());
    }
    return next;
  }
  scheduled_ = false;
  if (since_ != 0)
    active_ += monotonic_ns() - std::exchange(since_, 0);
  const bool was_closed = closed_;
  lock.unlock();
  if (was_closed) {
    behavior_.reset(); // it may build upon what ends after the host
    host_->leave();
  }
  return std::nullopt;
}

void actor_runner::put_back(runner_job job) {
  host_->flush();
  {
    std::lock_guard guard{mutex_};
    if (first_)
      jobs_.insert(jobs_.begin(), std::move(*first_));
    first_ = std::move(job);
  }
  host_->queue(*this);
}

// Ends early if the actor stops or rests, or after a while: what the handlers
// sent waits for the last of them, and so does a move.
std::optional<runner_job> actor_runner::perform(instruction::run& job,
                                                worker_turn& t) {
  leased_event event;
  auto& said = event.said;
  said.instance = instance_;
  said.more = std::move(job.more);
  room_.begin(job.free);
  t.begin_job();
  std::optional<handler_mark> mark{*this};
  handle(job.what, said);
  if (!said.more.empty()) {
    const auto end = monotonic_ns() + longest_batch;
    while (said.ran < said.more.size() && !said.stop && !said.rest
           && !closed_.load(std::memory_order_relaxed) && monotonic_ns() < end)
      handle(said.more[said.ran++], said);
  }
  mark.reset();
  t.end_handlers();
  t.take(said.ran);
  auto next = host_->apply(said);
  t.end_job();
  return next;
}

void actor_runner::handle(const mail& m, mobility_event::handled& said) {
  const auto sent_before = said.sent.size();
  if (m.what == mail::kind::message) {
    sender_high_.store(m.from.high, std::memory_order_relaxed);
    sender_low_.store(m.from.low, std::memory_order_relaxed);
  }
  handler_context context(*host_, instance_, m.number ? m.number : m.cause,
                          room_, said);
  try {
    switch (m.what) {
    case mail::kind::writable:
      behavior_->writable(context, m.from);
      break;
    case mail::kind::woken:
      behavior_->woken(context);
      break;
    case mail::kind::arrived:
      behavior_->arrived(context);
      break;
    case mail::kind::down:
      behavior_->down(context, m.from, m.channel);
      break;
    default: {
      envelope head;
      head.to = instance_.actor;
      head.from = m.from;
      head.sequence = m.sequence;
      head.epoch = instance_.epoch;
      head.cause = m.cause;
      head.number = m.number;
      behavior_->receive(context, head, m.payload.bytes());
    }
    }
  } catch (...) { // whatever it is, the actor goes on
    host_->handler_failed();
  }
  if (m.what == mail::kind::message)
    sent_.store(said.sent.size() - sent_before, std::memory_order_relaxed);
  if (host_->counts_talks())
    host_->count_talks(instance_.actor, m,
                       std::span{said.sent}.subspan(sent_before));
}

std::optional<runner_job> actor_runner::perform(instruction::save& job,
                                                worker_turn&) {
  if (!behavior_)
    return std::nullopt; // of an attempt that failed before it came here
  mobility_event::saved event{instance_, job.attempt, {}, {}};
  const auto begin = host_->measures() ? monotonic_ns() : 0;
  try {
    behavior_->departs();
    event.snapshot = behavior_->save();
  } catch (const std::exception& e) {
    event.why = e.what();
  } catch (...) {
    event.why = "it threw what is no std::exception";
  }
  if (begin != 0)
    host_->note_saved(instance_.actor, event.snapshot.size(), begin);
  return host_->apply(std::move(event), &instance_);
}

std::optional<runner_job> actor_runner::perform(instruction::restore& job,
                                                worker_turn&) {
  bytes_.store(job.snapshot.size(), std::memory_order_relaxed);
  came_from_.store(job.source.value, std::memory_order_relaxed);
  mobility_event::restored event{job.attempt, {}, handle()};
  try {
    auto made = host_->make(job.type, job.snapshot.bytes());
    if (made)
      behavior_ = std::move(*made);
    else
      event.why = made.error().what;
  } catch (const std::exception& e) {
    event.why = e.what();
  } catch (...) {
    event.why = "it threw what is no std::exception";
  }
  const bool runs = event.why.empty();
  auto next = host_->apply(std::move(event), &instance_);
  if (next && std::holds_alternative<instruction::discard>(*next))
    return next;
  if (runs) {
    auto& trace = host_->on().trace();
    trace.emit_between(trace_kind::moved, instance_.actor, instance_.epoch, 0,
                       job.source);
  }
  return next;
}

// The last one. From `forget` on the host does not wait for this runner, so
// nothing of the host may be needed any more.
std::optional<runner_job> actor_runner::perform(instruction::discard&,
                                                worker_turn&) {
  behavior_.reset();
  host_->flush();
  host_->forget(instance_);
  return std::nullopt;
}

} // namespace tern
