// The shell around `mobility`. It decides nothing: each thing that happens (a
// message, a handler's end, a timer, a call) becomes an event, and each
// instruction one call.
//
//   link's loop --received--> [lock: machine] --> transmit   node.send
//   runner      --handled-->                      run, save  to its runner
//   CAF's clock --timed_out-->                    arm        CAF's clock
//   user        --ordered-->                      order_done user's callback
//
// The way of a message between two processes is: link's loop, one job
// for the runner, handler. While the mailbox has more, the runner
// goes on by itself. Nothing polls, but that a worker who has run out of work
// looks around for some microseconds before it leaves (run_queue.hpp), and that
// somebody looks from time to time whether busy workers go on
// (host_workers.cpp).
#include "actors/host_impl.hpp"

#include "actors/actor_runner.hpp"
#include "actors/caf_compat.hpp"
#include "actors/trace/clock.hpp"

#include <utility>

namespace tern {

namespace {

// Numbers are for the life of the process, so that a host that follows another
// on the same node has another name: channels remember.
std::atomic<std::uint64_t> gateways{0};
constexpr std::uint64_t first_gateway = std::uint64_t{1} << 32;

// As many are taken under one lock.
constexpr std::size_t arrivals_at_once = 64;

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
  void down(actor_context&, const actor_id& actor,
            std::uint64_t lost) override {
    std::unique_lock lock{host_.callbacks_mutex_};
    const auto f = host_.on_down_;
    lock.unlock();
    if (f)
      f(actor, lost);
  }
  buffer save() const override {
    return {};
  }

private:
  impl& host_; // its runner keeps the host alive
};

actor_host::impl::impl(node& on, mobility_options options)
  : node_(on), system_(on.system()),
    gateway_(actor_id::service(on.id(), first_gateway + gateways++)),
    machine_(on.id(), options), agreement_(on.id(), {}),
    ready_(workers_of(on.system())), timer_book_(options.channel.resend) {}

actor_host::impl::~impl() = default;

void actor_host::impl::open() {
  open_workers();
  start_timers();
  for (const auto kind : kinds)
    node_.on(kind, [self = shared_from_this()](incoming& m) {
      self->on_incoming(m);
    });
  node_.on_batch_end([self = shared_from_this()] { self->take_arrivals(); });
  const auto runner =
      start({gateway_, 1}, std::make_unique<gateway_behavior>(*this));
  apply(mobility_event::spawned{gateway_, "gateway", true, runner});
  open_balance();
  open_views();
}

void actor_host::impl::close() {
  say_farewell();
  {
    std::lock_guard guard{gate_mutex_};
    closed_ = true;
  }
  end_timers();
  const auto runners = end_runners(); // the machine names them until then
  end_workers();
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
    arrivals_.push_back({m.from, std::move(*message)});
  if (arrivals_.size() >= arrivals_at_once)
    take_arrivals();
}

void actor_host::impl::take_arrivals() {
  if (arrivals_.empty())
    return;
  if (const gate in{*this}; in) {
    taking_.store(std::this_thread::get_id(), std::memory_order_relaxed);
    apply(arrivals_);
    taking_.store({}, std::memory_order_relaxed);
  }
  arrivals_.clear();
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
      if (own && r->instance == *own)
        mine = std::move(*r);
      else
        dispatch(*r);
    } else if (auto* s = std::get_if<instruction::save>(&o)) {
      notify(move_event::kind::frozen, {s->instance.actor, s->attempt});
      run(s->instance, *s);
    } else if (auto* n = std::get_if<instruction::restore>(&o)) {
      const instance_id instance{n->attempt.actor, n->attempt.epoch};
      start(instance, std::unique_ptr<mobile_behavior>{});
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
  if (i.to == node_.id()) // would use `wire` again while it is in use
    return receive_own(i);
  encode(i.message, wire);
  if (wire.bulk)
    node_.send_bulk(i.to, wire.kind, wire.head, wire.payload, wire.bulk);
  else
    node_.send(i.to, wire.kind, wire.head, wire.payload);
  wire.bulk = {};
  unsent_.store(true, std::memory_order_release);
}

// Without what was posted meanwhile: who posts may do so again and again, and
// this is on the way out of the machine already.
void actor_host::impl::receive_own(const instruction::transmit& i) {
  leased_outputs said;
  {
    std::lock_guard guard{mutex_};
    mobility_event::received event{i.to, i.message};
    handle(event, said.out);
  }
  std::optional<runner_job> none;
  carry_out(said.out, nullptr, none);
}

// Who finds it false was preceded by someone who sent what was there.
void actor_host::impl::flush() {
  if (unsent_.load(std::memory_order_acquire)
      && unsent_.exchange(false, std::memory_order_acq_rel))
    node_.flush();
}

void actor_host::impl::give_order(const actor_id& actor, node_id target,
                                  outcome_handler done) {
  const auto number = ++numbers_;
  {
    std::lock_guard guard{callbacks_mutex_};
    orders_[number] = std::move(done);
  }
  apply(mobility_event::ordered{actor, target, number});
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

result<std::unique_ptr<mobile_behavior>>
actor_host::impl::make(const std::string& type,
                       std::span<const std::byte> state) {
  behavior_factory f;
  {
    std::lock_guard guard{types_mutex_};
    const auto known = types_.find(type);
    if (known == types_.end())
      return fail(failure_kind::not_found, "no type " + type + " here");
    f = known->second;
  }
  return f(state);
}

} // namespace tern
