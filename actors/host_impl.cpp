// The shell around `mobility`. It decides nothing: each thing that happens (a
// message, a handler's end, a timer, a call) becomes an event, and each
// instruction one call.
//
//   link's loop --received--> [lock: machine] --> transmit   node.send
//   runner      --handled-->                      run, save  to its runner
//   CAF's clock --timed_out-->                    arm        CAF's clock
//   user        --ordered-->                      order_done user's callback
//
// The way of a message between two processes is: link's loop, one CAF message
// to the runner if it sleeps, handler. While the mailbox has more, the runner
// goes on by itself. Nothing polls.
#include "actors/host_impl.hpp"

#include "actors/actor_runner.hpp"
#include "actors/trace/clock.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <utility>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::mobility_timer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::view_timer)

namespace tern {

namespace {

// Numbers are for the life of the process, so that a host that follows another
// on the same node has another name: channels remember.
std::atomic<std::uint64_t> gateways{0};
constexpr std::uint64_t first_gateway = std::uint64_t{1} << 32;
std::atomic<std::uint64_t> births{0};

constexpr message_kind kinds[] = {
    message_kind::actor_message,   message_kind::channel_ack,
    message_kind::migrate_prepare, message_kind::migrate_prepared,
    message_kind::migrate_state,   message_kind::migrate_installed,
    message_kind::migrate_abort,   message_kind::migrate_aborted,
    message_kind::location_update, message_kind::location_query,
    message_kind::location_answer, message_kind::order_migration,
    message_kind::order_answer,    message_kind::migrate_released,
    message_kind::census_report,   message_kind::census_taken,
    message_kind::census_query,    message_kind::census_answer,
};

} // namespace

actor_host::impl::gate::gate(impl& host) : host_(host) {
  std::lock_guard guard{host_.gate_mutex_};
  open_ = !host_.closed_;
  host_.inside_ += open_;
}

actor_host::impl::gate::~gate() {
  if (open_)
    host_.leave();
}

/// The host as an actor.
class actor_host::impl::gateway_behavior final : public mobile_behavior {
public:
  explicit gateway_behavior(impl& host) : host_(host) {}
  void receive(actor_context&, const envelope& head,
               std::span<const std::byte> payload) override {
    std::unique_lock lock{host_.callbacks_mutex_};
    const auto f = host_.on_message_;
    lock.unlock();
    if (f)
      f(head, payload);
  }
  void writable(actor_context&, const actor_id& to) override {
    std::unique_lock lock{host_.callbacks_mutex_};
    const auto f = host_.on_writable_;
    lock.unlock();
    if (f)
      f(to);
  }
  void down(actor_context&, const actor_id& actor, std::uint64_t) override {
    std::unique_lock lock{host_.callbacks_mutex_};
    const auto f = host_.on_down_;
    lock.unlock();
    if (f)
      f(actor);
  }
  buffer save() const override {
    return {};
  }

private:
  impl& host_; // its runner keeps the host alive
};

/// CAF's clock calls this actor, and this actor the machine.
class actor_host::impl::timer_actor final : public caf::event_based_actor {
public:
  timer_actor(caf::actor_config& config, std::weak_ptr<impl> host)
    : caf::event_based_actor(config), host_(std::move(host)) {}

  caf::behavior make_behavior() override {
    return {[this](mobility_timer& t) {
              const auto host = host_.lock();
              if (!host)
                return;
              if (const gate in{*host}; in) {
                host->apply(mobility_event::timed_out{t});
                host->node_.flush();
              }
            },
            [this](const view_timer& t) {
              if (const auto host = host_.lock())
                host->on_view_timer(t);
            }};
  }

private:
  std::weak_ptr<impl> host_; // timers may be due long after its end
};

actor_host::impl::impl(node& on, mobility_options options)
  : node_(on), gateway_(actor_id::service(on.id(), first_gateway + gateways++)),
    machine_(on.id(), options), agreement_(on.id(), {}) {}

void actor_host::impl::open() {
  start_timers();
  for (const auto kind : kinds)
    node_.on(kind, [self = shared_from_this()](incoming& m) {
      if (const gate in{*self}; in)
        self->on_incoming(m);
    });
  start({gateway_, 1}, std::make_unique<gateway_behavior>(*this));
  apply(mobility_event::spawned{gateway_, "gateway", true});
  open_views();
}

void actor_host::impl::start_timers() {
  timers_ = node_.system().spawn<timer_actor, caf::hidden>(weak_from_this());
}

void actor_host::impl::close() {
  {
    std::lock_guard guard{gate_mutex_};
    closed_ = true;
  }
  {
    std::lock_guard guard{runners_mutex_};
    for (auto& [id, runner] : runners_)
      caf::anon_send_exit(runner, caf::exit_reason::kill);
    runners_.clear();
    caf::anon_send_exit(timers_, caf::exit_reason::kill);
    timers_ = nullptr;
  }
  {
    std::unique_lock lock{gate_mutex_};
    left_.wait(lock, [this] { return inside_ == 0; });
  }
  std::unique_lock lock{callbacks_mutex_};
  const auto orders = std::exchange(orders_, {});
  const auto queries = std::exchange(queries_, {});
  lock.unlock();
  for (auto& [number, done] : orders)
    done({false, {}, 0, "this host ended"});
  for (auto& [number, done] : queries)
    done({});
}

void actor_host::impl::enter() {
  std::lock_guard guard{gate_mutex_};
  ++inside_;
}

void actor_host::impl::leave() {
  std::lock_guard guard{gate_mutex_};
  if (--inside_ == 0)
    left_.notify_all();
}

void actor_host::impl::on_incoming(incoming& m) {
  auto message = decode_mobile(m.kind, m.head, m.payload, m.bulk);
  if (message) // what is malformed is as good as lost
    apply(mobility_event::received{m.from, std::move(*message)});
}

// Under the lock.
void actor_host::impl::handle(mobility_input event, mobility_outputs& out) {
  if (!recorder_)
    return machine_.handle(std::move(event), out);
  const auto copy = event;
  machine_.handle(std::move(event), out);
  recorder_(copy, out);
}

std::optional<runner_job> actor_host::impl::apply(mobility_input event,
                                                  const instance_id* own) {
  mobility_outputs out;
  {
    std::lock_guard guard{mutex_};
    handle(std::move(event), out);
  }
  std::optional<runner_job> mine;
  carry_out(out, own, mine);
  return mine;
}

void actor_host::impl::carry_out(mobility_outputs& out, const instance_id* own,
                                 std::optional<runner_job>& mine) {
  const auto run = [&](const instance_id& to, runner_job job) {
    if (own && to == *own)
      mine = std::move(job);
    else
      dispatch(to, std::move(job));
  };
  for (auto& o : out) {
    if (auto* t = std::get_if<instruction::transmit>(&o)) {
      transmit(*t);
    } else if (auto* r = std::get_if<instruction::run>(&o)) {
      run(r->instance, std::move(*r));
    } else if (auto* s = std::get_if<instruction::save>(&o)) {
      notify(move_event::kind::frozen, {s->instance.actor, s->attempt});
      run(s->instance, *s);
    } else if (auto* n = std::get_if<instruction::restore>(&o)) {
      const instance_id instance{n->attempt.actor, n->attempt.epoch};
      start(instance, nullptr);
      dispatch(instance, std::move(*n));
    } else if (auto* d = std::get_if<instruction::discard>(&o)) {
      run(d->instance, *d);
    } else if (auto* a = std::get_if<instruction::arm>(&o)) {
      arm(*a);
    } else if (auto* done = std::get_if<instruction::order_done>(&o)) {
      answer(*done);
    } else if (auto* found = std::get_if<instruction::located>(&o)) {
      answer(*found);
    } else if (auto* up = std::get_if<instruction::resumed>(&o)) {
      notify(move_event::kind::running,
             {up->instance.actor, up->instance.epoch});
    }
  }
}

void actor_host::impl::transmit(const instruction::transmit& i) {
  thread_local encoded_message wire;
  if (i.to == node_.id()) { // would use `wire` again while it is in use
    apply(mobility_event::received{i.to, i.message});
    return;
  }
  encode(i.message, wire);
  if (wire.bulk)
    node_.send_bulk(i.to, wire.kind, wire.head, wire.payload, wire.bulk);
  else
    node_.send(i.to, wire.kind, wire.head, wire.payload);
  wire.bulk = {};
}

void actor_host::impl::arm(const instruction::arm& i) {
  std::lock_guard guard{runners_mutex_};
  if (timers_)
    caf::delayed_anon_send(timers_, i.delay, i.timer);
}

void actor_host::impl::carry_out(view_agreement::arm& i) {
  std::lock_guard guard{runners_mutex_};
  if (timers_)
    caf::delayed_anon_send(timers_, i.delay, view_timer{i.generation});
}

void actor_host::impl::start(const instance_id& instance,
                             std::unique_ptr<mobile_behavior> made) {
  auto runner =
      node_.system().spawn<actor_runner, caf::lazy_init + caf::hidden>(
          shared_from_this(), instance, std::move(made));
  std::lock_guard guard{runners_mutex_};
  runners_[instance] = std::move(runner);
}

void actor_host::impl::dispatch(const instance_id& to, runner_job job) {
  caf::actor runner;
  {
    std::lock_guard guard{runners_mutex_};
    const auto found = runners_.find(to);
    if (found == runners_.end())
      return;
    runner = found->second;
  }
  caf::anon_send(runner, std::move(job));
}

void actor_host::impl::forget(const instance_id& instance) {
  std::lock_guard guard{runners_mutex_};
  runners_.erase(instance);
}

// The machine hears of births in their order: a census says how many it knows.
actor_id actor_host::impl::give_birth(const std::string& type,
                                      std::unique_ptr<mobile_behavior> made) {
  mobility_outputs out;
  actor_id id;
  {
    std::lock_guard guard{mutex_};
    id = actor_id::stateful(node_.id(), ++births);
    start({id, 1}, std::move(made));
    handle(mobility_event::spawned{id, type, false}, out);
  }
  std::optional<runner_job> none;
  carry_out(out, nullptr, none);
  return id;
}

void actor_host::impl::answer(const instruction::order_done& i) {
  std::unique_lock lock{callbacks_mutex_};
  auto done = orders_.extract(i.number);
  lock.unlock();
  if (done)
    done.mapped()(i.outcome);
}

void actor_host::impl::answer(const instruction::located& i) {
  std::unique_lock lock{callbacks_mutex_};
  auto done = queries_.extract(i.number);
  lock.unlock();
  if (done)
    done.mapped()(i.where);
}

void actor_host::impl::notify(move_event::kind what,
                              const attempt_id& attempt) {
  const std::chrono::nanoseconds now{monotonic_ns()};
  std::unique_lock lock{callbacks_mutex_};
  const auto f = on_move_;
  lock.unlock();
  if (f)
    f({what, attempt, now});
}

std::size_t actor_host::impl::room(const actor_id& from, const actor_id& to) {
  std::lock_guard guard{mutex_};
  return machine_.room(from, to);
}

result<std::unique_ptr<mobile_behavior>>
actor_host::impl::make(const std::string& type,
                       std::span<const std::byte> state) {
  behavior_factory f;
  {
    std::lock_guard guard{mutex_};
    const auto known = types_.find(type);
    if (known == types_.end())
      return fail(failure_kind::not_found, "no type " + type + " here");
    f = known->second;
  }
  return f(state);
}

} // namespace tern
