// The timers of a host: those of the machine, which a timer_book keeps, and
// those of the views. CAF's clock calls an actor, and that one the host.
#include "actors/host_impl.hpp"
#include "actors/trace/clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace tern {

/// Timers of the machine are due.
struct timers_due {};
/// Time to look whether the workers go on.
struct watch_due {};

} // namespace tern

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::timers_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::watch_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::view_timer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::balance_timer)

namespace tern {

/// CAF's clock calls this actor, and this actor the machine.
class actor_host::impl::timer_actor final : public caf::event_based_actor {
public:
  timer_actor(caf::actor_config& config, std::weak_ptr<impl> host)
    : caf::event_based_actor(config), host_(std::move(host)) {}

  caf::behavior make_behavior() override {
    return {[this](timers_due) {
              const auto host = host_.lock();
              if (!host)
                return;
              if (const gate in{*host}; in)
                host->on_timers();
            },
            [this](watch_due) {
              const auto host = host_.lock();
              if (!host)
                return;
              if (const gate in{*host}; in)
                host->on_watch();
            },
            [this](const view_timer& t) {
              if (const auto host = host_.lock())
                host->on_view_timer(t);
            },
            [this](const balance_timer& t) {
              const auto host = host_.lock();
              if (!host)
                return;
              if (const gate in{*host}; in)
                host->on_balance_timer(t);
            }};
  }

private:
  std::weak_ptr<impl> host_; // timers may be due long after its end
};

void actor_host::impl::start_timers() {
  timers_ = node_.system().spawn<timer_actor, caf::hidden>(weak_from_this());
}

void actor_host::impl::end_timers() {
  std::lock_guard guard{timers_mutex_};
  caf::anon_send_exit(timers_, caf::exit_reason::kill);
  if (balance_timers_)
    caf::anon_send_exit(balance_timers_, caf::exit_reason::kill);
  timers_ = balance_timers_ = nullptr;
}

void actor_host::impl::arm_watch() {
  constexpr std::chrono::milliseconds period{2};
  std::lock_guard guard{timers_mutex_};
  if (timers_)
    caf::delayed_anon_send(timers_, period, watch_due{});
}

void actor_host::impl::arm(const instruction::arm& i) {
  const timer_book::time now{monotonic_ns()};
  std::lock_guard guard{timers_mutex_};
  call_timers_at(timer_book_.add(i.timer, i.delay, now), now);
}

// Under the timers' lock.
void actor_host::impl::call_timers_at(timer_book::time when,
                                      timer_book::time now) {
  if (timers_ && when != timer_book::never)
    caf::delayed_anon_send(timers_, std::max(when - now, duration{}),
                           timers_due{});
}

void actor_host::impl::on_timers() {
  std::vector<mobility_timer> due;
  const auto take = [&](timer_book::time now) {
    std::lock_guard guard{timers_mutex_};
    due.clear();
    const bool more = timer_book_.take_due(now, due);
    if (!more)
      call_timers_at(timer_book_.next_call(now), now);
    return more;
  };
  for (bool more = true; more;) {
    more = take(timer_book::time{monotonic_ns()});
    apply(due);
  }
  flush();
}

// With a thread of its own: a node whose workers have too much to do is the one
// that must not be late.
void actor_host::impl::arm(const balance_timer& t, duration period) {
  std::lock_guard guard{timers_mutex_};
  if (!timers_)
    return; // the host ends
  if (!balance_timers_)
    balance_timers_ =
        node_.system().spawn<timer_actor, caf::detached + caf::hidden>(
            weak_from_this());
  caf::delayed_anon_send(balance_timers_, period, t);
}

void actor_host::impl::carry_out(view_agreement::arm& i) {
  std::lock_guard guard{timers_mutex_};
  if (timers_)
    caf::delayed_anon_send(timers_, i.delay, view_timer{i.generation});
}

} // namespace tern
