// Traffic, and what actors do.
#include "actors/simulation/actor_run.hpp"

#include "actors/simulation/quick_mobility.hpp"

namespace tern::simulation {

mobility_options actor_run::quick_options() {
  auto o = quick_mobility();
  o.parking = 8;
  o.cache_limit = 4;
  return o;
}

agreement_options actor_run::quick_views() {
  agreement_options o;
  o.collect = std::chrono::milliseconds(5);
  o.gather = std::chrono::milliseconds(1);
  o.step = std::chrono::milliseconds(3);
  o.retry = std::chrono::milliseconds(8);
  o.retry_limit = std::chrono::milliseconds(100);
  o.yield_after = std::chrono::milliseconds(40);
  return o;
}

network_options actor_run::draw_network(random_source& rng, bool bad) {
  network_options o;
  if (!bad)
    return o;
  constexpr double losses[] = {0, 0.01, 0.05, 0.2};
  constexpr double doubles[] = {0, 0.05, 0.2, 0.4};
  constexpr double stragglers[] = {0, 0.01, 0.05, 0.2};
  o.loss = losses[rng.below(4)];
  o.duplicate = doubles[rng.below(4)];
  o.straggle = stragglers[rng.below(4)];
  o.straggle_delay = rng.between(5, 100) * millisecond;
  o.max_delay = rng.between(100, 3000) * microsecond;
  return o;
}

void actor_run::set_up() {
  nodes_.resize(options_.nodes + 1);
  dead_.resize(nodes_.size());
  for (std::size_t n = 0; n <= options_.nodes; ++n) {
    auto& node = nodes_[n];
    node.machine =
        std::make_unique<mobility>(id_of(n), quick_options(), options_.planted);
    node.gateway = actor_id::service(id_of(n), 1);
    if (options_.agree)
      node.agreement = std::make_unique<view_agreement>(
          id_of(n), quick_views(), options_.planted_in_views);
    else
      feed(n, mobility_event::view{agreed()});
    feed(n, mobility_event::register_type{"wanderer"});
    node.running[{node.gateway, 1}] = {};
    feed(n, mobility_event::spawned{node.gateway, "gateway", true});
  }
  for (std::size_t a = 0; a < options_.actors; ++a) {
    const auto n = sim_.rng().below(options_.nodes);
    actors_.push_back(actor_id::stateful(id_of(n), a + 1));
    nodes_[n].running[{actors_[a], 1}] = {};
    feed(n, mobility_event::spawned{actors_[a], "wanderer", false});
  }
}

void actor_run::plan_traffic() {
  for (std::size_t i = 0; i < options_.messages; ++i) {
    const auto n = sim_.rng().below(options_.nodes);
    const auto to = actors_[sim_.rng().below(actors_.size())];
    net_.after(n, pick(traffic_time), [=, this] { post(n, to); });
  }
  for (std::size_t i = 0; i < options_.migrations; ++i) {
    const auto n = sim_.rng().below(options_.nodes);
    const auto actor = actors_[sim_.rng().below(actors_.size())];
    const auto target = sim_.rng().below(options_.nodes);
    net_.after(n, pick(traffic_time), [=, this] { order(n, actor, target); });
  }
}

std::string actor_run::go() {
  net_.on_message([this](std::size_t to, std::size_t from, packet p) {
    deliver(to, from, std::move(p));
  });
  set_up();
  plan_traffic();
  plan_faults();
  if (options_.agree)
    meet();
  let_run();
  if (why_.empty() && is_judged() && !sim_.idle())
    broken("it does not come to rest");
  if (why_.empty() && is_judged())
    check_end();
  return why_;
}

// Nodes without a majority ask each other for ever; that has to be seldom.
std::uint64_t actor_run::let_run() {
  constexpr std::uint64_t limit = 100'000;
  std::uint64_t n = 0;
  while (why_.empty() && !apart_ && n < limit && sim_.step()
         && (sim_.now() < 3 * second || is_judged()))
    ++n;
  if (n == limit && !is_judged())
    broken("it is never quiet");
  return n;
}

void actor_run::deliver(std::size_t to, std::size_t from, packet p) {
  auto& node = nodes_[to];
  if (node.down.contains(from))
    return;
  if (auto* said = std::get_if<view_message>(&p)) {
    agree(to, node.agreement->on_message(id_of(from), std::move(*said)));
    return;
  }
  auto& m = std::get<mobile_message>(p);
  const auto* routed = std::get_if<routed_message>(&m);
  const auto actor = routed ? routed->head.to : actor_id{};
  feed(to, mobility_event::received{id_of(from), std::move(m)});
  if (node.machine->parked(actor) > quick_options().parking)
    broken(to_string(actor) + " has too many messages parked");
}

void actor_run::feed(std::size_t n, mobility_input event) {
  mobility_outputs out;
  nodes_[n].machine->handle(std::move(event), out);
  for (auto& i : out) {
    sim_.note(i.index());
    std::visit([&](auto& it) { carry_out(n, it); }, i);
  }
}

void actor_run::carry_out(std::size_t n, instruction::transmit& i) {
  if (const auto* m = std::get_if<routed_message>(&i.message); m && !dead_[n])
    check_message(*m);
  if (options_.through_codec) {
    encoded_message wire;
    encode(i.message, wire);
    auto back = decode_mobile(wire.kind, wire.head, wire.payload, wire.bulk);
    if (!back)
      return broken(back.error().what);
    i.message = std::move(*back);
  }
  net_.send(n, index_of(i.to), std::move(i.message));
}

void actor_run::carry_out(std::size_t n, instruction::run& i) {
  check_alone(n, i.instance.actor);
  net_.after(n, pick(60 * microsecond),
             [this, n, i = std::move(i)] { handle(n, i); });
}

void actor_run::carry_out(std::size_t n, instruction::save& i) {
  net_.after(n, pick(50 * microsecond), [this, n, i] {
    const auto w = nodes_[n].running.find(i.instance);
    if (nodes_[n].machine->is_dead(i.instance.actor))
      return; // it has ended meanwhile
    if (w == nodes_[n].running.end())
      return broken("a snapshot of what is not here");
    const bool fails = !calm_ && sim_.rng().chance(0.02);
    feed(n, mobility_event::saved{i.instance, i.attempt, w->second.save(),
                                  fails ? "no luck" : ""});
  });
}

void actor_run::carry_out(std::size_t n, instruction::restore& i) {
  const bool fails = !calm_ && sim_.rng().chance(0.02);
  net_.after(n, pick(500 * microsecond), [this, n, fails, i] {
    if (!fails)
      nodes_[n].running[{i.attempt.actor, i.attempt.epoch}] =
          wanderer::restore(i.snapshot);
    feed(n, mobility_event::restored{i.attempt, fails ? "no luck" : ""});
    check_alone(n, i.attempt.actor);
  });
}

void actor_run::carry_out(std::size_t n, instruction::discard& i) {
  nodes_[n].running.erase(i.instance);
}

void actor_run::carry_out(std::size_t n, instruction::arm& i) {
  net_.after(n, static_cast<sim_time>(i.delay.count()),
             [this, n, timer = i.timer] {
               feed(n, mobility_event::timed_out{timer});
             });
}

void actor_run::carry_out(std::size_t, instruction::order_done& i) {
  note_answer(i);
  if (++answered_[i.number] > 1)
    broken("an order was answered twice");
}

void actor_run::carry_out(std::size_t, instruction::located&) {}

void actor_run::carry_out(std::size_t n, instruction::resumed& i) {
  check_alone(n, i.instance.actor);
}

void actor_run::post(std::size_t n, const actor_id& to) {
  auto& node = nodes_[n];
  if (node.machine->room(node.gateway, to) == 0)
    return;
  const auto number = ++pairs_[{node.gateway, to}].sent;
  feed(n, mobility_event::posted{node.gateway,
                                 {to, 0, numbered{number, pick(6)}.encode()}});
}

void actor_run::order(std::size_t n, const actor_id& actor,
                      std::size_t target) {
  given_[++orders_] = n;
  feed(n, mobility_event::ordered{actor, id_of(target), orders_});
}

// As many handlers as the one who runs them has time for.
void actor_run::handle(std::size_t n, const instruction::run& i) {
  const auto place = nodes_[n].running.find(i.instance);
  if (place == nodes_[n].running.end())
    return broken("a message for what is not here");
  mobility_event::handled done{i.instance, {}, {}};
  done.more = i.more;
  if (dead_[n]) // what it does now nobody may hear
    return feed(n, std::move(done));
  const auto self = i.instance.actor;
  lost_.erase(self); // evidently not
  for (const auto& to : actors_)
    if (nodes_[n].machine->room(self, to) < i.free)
      broken(fmt::format("{} has less room than it was told", to_string(self)));
  std::map<actor_id, std::size_t> room;
  handle(n, self, place->second, i.what, done, room);
  while (done.ran < i.more.size() && !done.stop && !options_.rotate
         && !sim_.rng().chance(0.2))
    handle(n, self, place->second, i.more[done.ran++], done, room);
  feed(n, std::move(done));
  if (options_.rotate && i.what.what == mail::kind::message && !calm_)
    order(n, self, sim_.rng().below(options_.nodes));
}

// The handler of a message: checks it, and sends some of its own.
void actor_run::handle(std::size_t n, const actor_id& self, wanderer& w,
                       const mail& m, mobility_event::handled& out,
                       std::map<actor_id, std::size_t>& room) {
  if (m.what == mail::kind::message && !receive(w, self, m))
    return;
  if (m.what == mail::kind::down)
    hear_of_end(n, self, m);
  ask_for_waking(w, m, out);
  for (auto& wish : std::exchange(w.waiting, {}))
    say(n, w, self, wish, out, room);
  if (m.what != mail::kind::message)
    return;
  const auto left = numbered::decode(m.payload).left;
  if (left > 0)
    say(n, w, self, {actors_[sim_.rng().below(actors_.size())], left - 1}, out,
        room);
  ++pairs_[{m.from, self}].ended;
  maybe_stop(self, out);
}

// Sometimes one wants to be woken; a move takes the wish along.
void actor_run::ask_for_waking(wanderer& w, const mail& m,
                               mobility_event::handled& out) {
  if (m.what == mail::kind::woken)
    w.wants_waking = false;
  const bool again = m.what == mail::kind::arrived && w.wants_waking;
  const bool anew = m.what == mail::kind::message && sim_.rng().chance(0.1);
  if (!again && !anew)
    return;
  w.wants_waking = true;
  out.wake = std::chrono::nanoseconds(pick(10 * millisecond));
}

void actor_run::maybe_stop(const actor_id& self, mobility_event::handled& out) {
  if (self.kind() != actor_kind::stateful || stopped_.size() >= options_.stops
      || !sim_.rng().chance(0.05))
    return;
  out.stop = true;
  stopped_.insert(self);
}

bool actor_run::receive(wanderer& w, const actor_id& self, const mail& m) {
  const auto number = numbered::decode(m.payload).number;
  auto& history = pairs_[{m.from, self}];
  ++history.begun;
  const auto expected = ++w.received[m.from];
  if (number == expected && number == history.begun)
    return true;
  broken(fmt::format("{} got message {} of {}; its state expects {}, the "
                     "world {}",
                     to_string(self), number, to_string(m.from), expected,
                     history.begun));
  return false;
}

void actor_run::say(std::size_t n, wanderer& w, const actor_id& self,
                    wanderer::wish to, mobility_event::handled& out,
                    std::map<actor_id, std::size_t>& room) {
  const auto free =
      room.try_emplace(to.to, nodes_[n].machine->room(self, to.to)).first;
  if (free->second == 0) {
    w.waiting.push_back(to);
    out.refused.push_back(to.to);
    return;
  }
  --free->second;
  const auto number = ++w.sent[to.to];
  if (number != ++pairs_[{self, to.to}].sent)
    broken(fmt::format("{} forgot what it sent", to_string(self)));
  out.sent.push_back({to.to, 0, numbered{number, to.left}.encode()});
}

std::uint64_t actor_run::messages() const {
  std::uint64_t n = 0;
  for (auto& node : nodes_)
    n += node.machine->count().handled;
  return n;
}

std::uint64_t actor_run::migrations() const {
  std::uint64_t n = 0;
  for (auto& node : nodes_)
    n += node.machine->count().moved_in;
  return n;
}

} // namespace tern::simulation
