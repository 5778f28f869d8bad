#include "actors/actor_runner.hpp"

#include "actors/trace/tracer.hpp"

#include <exception>
#include <utility>

namespace tern {

namespace {

// Messages that an actor handles before others get their turn.
constexpr int messages_a_turn = 64;

class handler_context final : public actor_context {
public:
  handler_context(actor_host::impl& host, const instance_id& instance,
                  std::uint64_t cause)
    : host_(host), instance_(instance), cause_(cause) {}

  const actor_id& self() const override {
    return instance_.actor;
  }
  node_id node() const override {
    return host_.on().id();
  }
  // Asked once: what others do meanwhile can only make room.
  std::size_t room(const actor_id& to) override {
    return room_left(to);
  }
  bool send(const actor_id& to, buffer payload) override {
    auto& left = room_left(to);
    if (left == 0) {
      done.refused.push_back(to);
      return false;
    }
    --left;
    done.sent.push_back({to, cause_, std::move(payload)});
    return true;
  }

  void wake_after(std::chrono::nanoseconds delay) override {
    done.wake = delay;
  }
  void stop() override {
    done.stop = true;
  }

  mobility_event::handled done;

private:
  std::size_t& room_left(const actor_id& to) {
    for (auto& [receiver, left] : room_)
      if (receiver == to)
        return left;
    room_.emplace_back(to, host_.room(instance_.actor, to));
    return room_.back().second;
  }

  actor_host::impl& host_;
  const instance_id& instance_;
  std::uint64_t cause_;
  std::vector<std::pair<actor_id, std::size_t>> room_;
};

} // namespace

actor_runner::actor_runner(caf::actor_config& config,
                           std::shared_ptr<actor_host::impl> host,
                           const instance_id& instance,
                           std::unique_ptr<mobile_behavior> made)
  : caf::event_based_actor(config), host_(std::move(host)), instance_(instance),
    behavior_(std::move(made)) {
  host_->enter();
}

actor_runner::~actor_runner() {
  behavior_.reset();
  host_->leave();
}

caf::behavior actor_runner::make_behavior() {
  return {[this](runner_job& job) {
    work(std::move(job));
  }};
}

void actor_runner::work(runner_job job) {
  std::optional<runner_job> next = std::move(job);
  for (int i = 0; next && i < messages_a_turn; ++i)
    next = std::visit([this](auto& j) { return perform(j); }, *next);
  host_->on().flush();
  if (next)
    send(this, std::move(*next));
}

std::optional<runner_job> actor_runner::perform(instruction::run& job) {
  const auto& m = job.what;
  handler_context context(*host_, instance_, m.number ? m.number : m.cause);
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
  context.done.instance = instance_;
  return host_->apply(std::move(context.done), &instance_);
}

std::optional<runner_job> actor_runner::perform(instruction::save& job) {
  mobility_event::saved event{instance_, job.attempt, {}, {}};
  try {
    event.snapshot = behavior_->save();
  } catch (const std::exception& e) {
    event.why = e.what();
  } catch (...) {
    event.why = "it threw what is no std::exception";
  }
  return host_->apply(std::move(event), &instance_);
}

std::optional<runner_job> actor_runner::perform(instruction::restore& job) {
  mobility_event::restored event{job.attempt, {}};
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
    if (trace.enabled())
      trace.emit(trace_kind::moved, instance_.actor, instance_.epoch, 0,
                 trace.peer_index(job.source));
  }
  return next;
}

std::optional<runner_job> actor_runner::perform(instruction::discard&) {
  host_->forget(instance_);
  quit();
  return std::nullopt;
}

} // namespace tern
