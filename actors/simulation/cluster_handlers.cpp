// What actors do in a simulated cluster: their handlers, their snapshots, and
// what is told of them. The counterpart is actor_runner.cpp.

#include "actors/simulation/cluster_impl.hpp"

#include <fmt/format.h>

namespace tern::simulation {

namespace {

std::uint64_t hash_of(const buffer& bytes) {
  return detail::hash_of(
      {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void run_handler(mobile_behavior& behavior, actor_context& here,
                 const instance_id& self, const mail& m) {
  switch (m.what) {
  case mail::kind::writable:
    return behavior.writable(here, m.from);
  case mail::kind::woken:
    return behavior.woken(here);
  case mail::kind::arrived:
    return behavior.arrived(here);
  case mail::kind::down:
    return behavior.down(here, m.from, m.channel);
  default: {
    envelope head;
    head.to = self.actor;
    head.from = m.from;
    head.sequence = m.sequence;
    head.epoch = self.epoch;
    head.cause = m.cause;
    head.number = m.number;
    behavior.receive(here, head, m.payload.bytes());
  }
  }
}

} // namespace

/// What a handler does takes effect when it ends.
class cluster::impl::context final : public actor_context {
public:
  context(const sim_node& on, const instance_id& instance)
    : on_(on), done{instance, {}, {}} {}

  /// Of what the handlers send from here on.
  void set_cause(const mail& m) noexcept {
    cause_ = m.number ? m.number : m.cause;
  }

  const actor_id& self() const override {
    return done.instance.actor;
  }
  node_id node() const override {
    return on_.machine->self();
  }
  std::uint32_t epoch() const override {
    return done.instance.epoch;
  }
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
  void rest(std::chrono::nanoseconds delay) override {
    done.wake = delay;
    done.rest = true;
  }
  void stop() override {
    done.stop = true;
  }

private:
  std::size_t& room_left(const actor_id& to) {
    return room_.try_emplace(to, on_.machine->room(self(), to)).first->second;
  }

  const sim_node& on_;
  std::uint64_t cause_ = 0;
  std::map<actor_id, std::size_t> room_;

public:
  mobility_event::handled done;
};

void cluster::impl::handle(std::size_t n, const instruction::run& i) {
  auto& node = *nodes_[n];
  const auto place = node.running.find(i.instance);
  if (place == node.running.end())
    return; // it has ended meanwhile
  context here(node, i.instance);
  here.done.more = i.more;
  handle(n, here, *place->second, i.what);
  while (here.done.ran < i.more.size() && !here.done.stop && !here.done.rest
         && !rotate_ && !sim_.rng().chance(0.2))
    handle(n, here, *place->second, i.more[here.done.ran++]);
  const bool moves_on = rotate_ && i.what.what == mail::kind::message
                        && i.instance.actor.kind() == actor_kind::stateful;
  feed(n, std::move(here.done));
  if (moves_on)
    order(n, i.instance.actor, id_of(moves_.below(options_.nodes)));
}

void cluster::impl::handle(std::size_t n, context& here,
                           mobile_behavior& behavior, const mail& m) {
  const auto self = here.self();
  touched_ = true;
  sim_.note(hash_of(m.payload));
  tell([&] {
    return fmt::format("{} on node {}: {}", name_of(self), n, describe(m));
  });
  if (m.what == mail::kind::down)
    hear_of_end(n, m.from);
  here.set_cause(m);
  try {
    run_handler(behavior, here, here.done.instance, m);
  } catch (const std::exception& e) {
    failed(n, self, e.what());
  } catch (...) {
    failed(n, self, "what is no std::exception");
  }
  if (here.done.stop)
    tell([&] { return fmt::format("{} ends", name_of(self)); });
}

void cluster::impl::failed(std::size_t n, const actor_id& actor,
                           const std::string& what) {
  tell([&] { return fmt::format("{} threw: {}", name_of(actor), what); });
  verdict_.errors.push_back(
      {std::chrono::nanoseconds(sim_.now()), n, name_of(actor), what});
}

void cluster::impl::save(std::size_t n, const instruction::save& i) {
  const auto& node = *nodes_[n];
  const auto place = node.running.find(i.instance);
  if (place == node.running.end() || node.machine->is_dead(i.instance.actor))
    return; // it has ended meanwhile
  mobility_event::saved event{i.instance, i.attempt, {}, {}};
  try {
    place->second->departs();
    event.snapshot = place->second->save();
  } catch (const std::exception& e) {
    event.why = e.what();
  }
  if (!event.why.empty())
    failed(n, i.instance.actor, event.why);
  feed(n, std::move(event));
}

void cluster::impl::restore(std::size_t n, const instruction::restore& i) {
  mobility_event::restored event{i.attempt, {}};
  auto made = make(n, i.type, i.snapshot.bytes(), event.why);
  if (made)
    nodes_[n]->running[{i.attempt.actor, i.attempt.epoch}] = std::move(made);
  else
    failed(n, i.attempt.actor, event.why);
  feed(n, std::move(event));
}

std::unique_ptr<mobile_behavior>
cluster::impl::make(std::size_t n, const std::string& type,
                    std::span<const std::byte> state, std::string& why) {
  const auto known = types_.find(type);
  if (known == types_.end()) {
    why = "no type " + type + " here";
    return nullptr;
  }
  try {
    auto made = known->second(*nodes_[n]);
    const auto loaded = made->load(state);
    if (loaded)
      return made;
    why = loaded.error().what;
  } catch (const std::exception& e) {
    why = e.what();
  }
  return nullptr;
}

std::string cluster::impl::name_of(const actor_id& actor) const {
  const auto type = type_of_.find(actor);
  return type == type_of_.end()
             ? "outside"
             : fmt::format("{} #{}", type->second, actor.counter());
}

std::string cluster::impl::describe(const mail& m) const {
  switch (m.what) {
  case mail::kind::writable:
    return "room at " + name_of(m.from);
  case mail::kind::woken:
    return "woken";
  case mail::kind::arrived:
    return "arrived";
  case mail::kind::down:
    return fmt::format("{} is gone, {} messages to it are lost",
                       name_of(m.from), m.channel);
  default:
    break;
  }
  auto body = m.payload.bytes();
  const auto call = decode_call(body);
  if (!call)
    return "malformed";
  const auto message = nodes_.back()->message_name(call->tag);
  return fmt::format("{} {}of {}", word_for(call->what),
                     message.empty() ? "" : message + " ", name_of(m.from));
}

} // namespace tern::simulation
