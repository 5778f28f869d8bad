// Who runs the runners of a host: workers of CAF's, as many as the queue calls.
//
// A worker takes one runner after the other from the queue, and what was posted
// (host_posts.cpp) in between; finds nothing, looks around for a moment, and
// leaves. It gives its thread to others after half a millisecond.
//
// What came over a link and wakes brief handlers, as far as can be known, finds
// a thread awake: the link's. It is the worker then, between two rounds of its
// loop, for some microseconds; to wake another one would take about as long as
// the message was under way. If a handler keeps it, another thread serves the
// links meanwhile (event_loop.hpp).
//
// The queue calls no more workers than can be busy, as far as can be known.
// That a handler takes much longer than those before it cannot; so while
// somebody relies on it, the host looks every two milliseconds whether it goes
// on, and calls another worker if not. (As the monitor of Go's scheduler does.)
#include "actors/host_impl.hpp"
#include "actors/worker_turn.hpp"

#include <utility>

namespace tern {

/// One object, however many workers are at it.
class actor_host::impl::worker final : public caf_job {
public:
  explicit worker(std::weak_ptr<impl> host) : host_(std::move(host)) {}

private:
  void work() override {
    if (const auto host = host_.lock())
      host->work(worker_kind::called);
  }

  std::weak_ptr<impl> host_; // CAF may come to it long after its end
};

void actor_host::impl::open_workers() {
  worker_ = caf::make_counted<worker>(weak_from_this());
}

// All runners are closed; what those do that are still in the queue is leave.
void actor_host::impl::end_workers() {
  worker_turn t{*this, worker_turn::called};
  while (run(t, t.follower()) || run(t, {ready_.pop(), false})) {
  }
}

void actor_host::impl::queue(actor_runner& r) {
  caf::intrusive_ptr<actor_runner> held{&r};
  using need = run_queue<actor_runner>::need;
  const auto needed = ready_.push(held.get());
  held.detach(); // it is the queue's
  switch (needed) {
  case need::nothing:
    return;
  case need::worker:
    return call_worker();
  case need::watch:
    return watch();
  }
}

void actor_host::impl::call_worker() {
  if (may_visit() && node_.between_rounds([self = shared_from_this()] {
        self->work(worker_kind::visiting);
      }))
    watch(); // the round may last
  else
    worker_->put_in_queue(system_); // the node may be gone
}

bool actor_host::impl::may_visit() const noexcept {
  return ready_.is_brief()
         && taking_.load(std::memory_order_relaxed)
                == std::this_thread::get_id();
}

// Once the host closes, its node may go as soon as all runners that had
// something to do have left: from then on only they are worked on.
void actor_host::impl::work(worker_kind kind) {
  const bool visits = kind == worker_kind::visiting;
  const gate in{*this};
  const auto desk = ready_.sit_down();
  worker_turn t{*this, visits ? worker_turn::visiting : worker_turn::called};
  for (;;) {
    const bool over = in && t.is_over();
    if (over)
      t.pass_on();
    if (in && !posts_.empty())
      deliver_posts();
    if (!over) {
      if (run(t, t.follower()) || run(t, {ready_.pop(desk), false}))
        continue;
      if (!visits) // there may be more to read
        ready_.wait([this] { return !posts_.empty(); });
      if (in && !posts_.empty())
        continue;
    }
    if (ready_.leave(desk))
      break;
    if (over) {
      ready_.get_up(desk);
      worker_->put_in_queue(system_); // the node may be gone
      return;
    }
  }
  if (!ready_.empty()) // others see to it, for all that is known
    watch();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (in) // who posted something may have counted on this one
    deliver_posts();
}

// Returns whether there was something.
bool actor_host::impl::run(worker_turn& t,
                           const caf::intrusive_ptr<actor_runner>& next) {
  if (next)
    next->work(t);
  return next != nullptr;
}

void actor_host::impl::watch() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!watched_.load(std::memory_order_relaxed)
      && !watched_.exchange(true, std::memory_order_relaxed))
    arm_watch();
}

void actor_host::impl::on_watch() {
  if (ready_.stalled())
    call_worker();
  deliver_posts();
  if (ready_.workers() > 0)
    return arm_watch();
  watched_.store(false, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (ready_.workers() > 0)
    watch();
}

} // namespace tern
