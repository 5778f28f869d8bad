// A run of one seed. What the host does with threads, sockets and CAF, this
// does with a queue of events: it feeds the machines and carries out what they
// say, after delays of its own choice.
#include "actors/simulation/actor_cluster.hpp"

#include "actors/mobile_codec.hpp"
#include "actors/simulation/network.hpp"
#include "actors/simulation/wanderer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace tern::simulation {

namespace {

// Shorter than the real ones, and of the order of the network's delays, so
// that answers are often late and time-outs often wrong.
mobility_options quick_options() {
  mobility_options o;
  o.channel.window = 8;
  o.channel.burst = 4;
  o.channel.ack_every = 4;
  o.channel.resend = std::chrono::milliseconds(3);
  o.channel.resend_limit = std::chrono::milliseconds(50);
  o.migration.prepare_again = std::chrono::milliseconds(2);
  o.migration.prepare_tries = 3;
  o.migration.state_timeout = std::chrono::milliseconds(4);
  o.migration.abort_again = std::chrono::milliseconds(1);
  o.migration.abort_limit = std::chrono::milliseconds(20);
  o.migration.abort_tries = 4;
  o.migration.arrival_timeout = std::chrono::milliseconds(15);
  o.parking = 8;
  o.ask_again = std::chrono::milliseconds(4);
  o.ask_limit = std::chrono::milliseconds(50);
  o.cache_limit = 4;
  return o;
}

network_options draw_network(random_source& rng, bool bad) {
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

// What an outside observer knows of a pair of actors.
struct pair_history {
  std::uint64_t sent = 0;
  std::uint64_t begun = 0; // handlers
  std::uint64_t ended = 0;
  std::uint64_t told = 0; // lost, as the sender heard
  bool heard = false;     // the sender, that the other one is gone
};

class run {
public:
  run(std::uint64_t seed, const actor_simulation_options& options)
    : options_(options), sim_(seed),
      net_(sim_, options.nodes + 1,
           draw_network(sim_.rng(), options.bad_network)) {}

  std::string go();

  std::uint64_t messages() const;
  std::uint64_t migrations() const;
  std::uint64_t kills() const {
    return kills_;
  }
  std::uint64_t events() const {
    return sim_.events();
  }
  std::uint64_t hash() const {
    return sim_.hash();
  }

private:
  struct sim_node {
    std::unique_ptr<mobility> machine;
    std::map<instance_id, wanderer> running; // behaviors
    actor_id gateway;
  };
  using pair = std::pair<actor_id, actor_id>;

  static node_id id_of(std::size_t n) {
    return {n + 1};
  }
  static std::size_t index_of(node_id id) {
    return id.value - 1;
  }
  sim_time pick(sim_time limit) {
    return sim_.rng().below(limit);
  }

  // One node more has no actors and is home of some: it dies on the way.
  std::size_t mortal() const {
    return options_.nodes;
  }
  // As the nodes would have agreed; each takes it up in its own time.
  view agreed() const {
    view v;
    v.id = {id_of(0), view_number_};
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      (dead_[n] ? v.departed : v.members).push_back(id_of(n));
    return v;
  }
  bool is_gone(const actor_id& actor) const {
    return stopped_.contains(actor) || lost_.contains(actor)
           || (actor.kind() == actor_kind::service
               && dead_[index_of({actor.high})]);
  }

  void set_up();
  void plan_traffic();
  void plan_faults();
  void plan_deaths();
  void pause(std::size_t n, sim_time length);
  void die(std::size_t n, bool wakes_up);
  void change_view();
  void take_view(std::size_t n, const view& v);
  void note_losses(std::size_t n);
  void feed(std::size_t n, mobility_input event);
  void carry_out(std::size_t n, instruction::transmit& i);
  void carry_out(std::size_t n, instruction::run& i);
  void carry_out(std::size_t n, instruction::save& i);
  void carry_out(std::size_t n, instruction::restore& i);
  void carry_out(std::size_t n, instruction::discard& i);
  void carry_out(std::size_t n, instruction::arm& i);
  void carry_out(std::size_t n, instruction::order_done& i);
  void carry_out(std::size_t n, instruction::located& i);
  void carry_out(std::size_t n, instruction::resumed& i);

  void post(std::size_t n, const actor_id& to);
  void order(std::size_t n, const actor_id& actor, std::size_t target);
  void handle(std::size_t n, const instance_id& instance, const mail& m);
  bool receive(wanderer& w, const actor_id& self, const mail& m);
  void hear_of_end(const actor_id& self, const mail& m);
  void ask_for_waking(wanderer& w, const mail& m, mobility_event::handled& out);
  void maybe_stop(const actor_id& self, mobility_event::handled& out);
  void say(std::size_t n, wanderer& w, const actor_id& self, wanderer::wish to,
           mobility_event::handled& out, std::map<actor_id, std::size_t>& room);
  void check_alone(std::size_t n, const actor_id& actor);
  void check_message(const routed_message& m);
  bool has_died(const actor_id& actor) const;
  void check_end();
  void check_pairs();
  void check_places();
  void broken(std::string what) {
    if (why_.empty())
      why_ = fmt::format("at {} us: {}", sim_.now() / microsecond, what);
  }

  const actor_simulation_options& options_;
  simulator sim_;
  network<mobile_message> net_;
  std::vector<sim_node> nodes_;
  std::vector<actor_id> actors_;
  std::map<pair, pair_history> pairs_;
  std::map<std::uint64_t, std::uint64_t> answered_; // order -> answers
  std::set<actor_id> stopped_;
  std::set<actor_id> lost_;    // may have gone with their nodes
  std::set<actor_id> told_of_; // somebody heard that it is gone
  std::vector<bool> dead_;
  std::uint64_t view_number_ = 2;
  std::uint64_t kills_ = 0;
  std::map<std::uint64_t, std::size_t> given_; // order -> by which node
  std::uint64_t orders_ = 0;
  bool calm_ = false; // faults are over
  std::string why_;
};

void run::set_up() {
  nodes_.resize(options_.nodes + 1);
  dead_.resize(nodes_.size());
  for (std::size_t n = 0; n <= options_.nodes; ++n) {
    auto& node = nodes_[n];
    node.machine =
        std::make_unique<mobility>(id_of(n), quick_options(), options_.planted);
    node.gateway = actor_id::service(id_of(n), 1);
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

constexpr sim_time active = 100 * millisecond;

void run::plan_traffic() {
  for (std::size_t i = 0; i < options_.messages; ++i) {
    const auto n = sim_.rng().below(options_.nodes);
    const auto to = actors_[sim_.rng().below(actors_.size())];
    net_.after(n, pick(active), [=, this] { post(n, to); });
  }
  for (std::size_t i = 0; i < options_.migrations; ++i) {
    const auto n = sim_.rng().below(options_.nodes);
    const auto actor = actors_[sim_.rng().below(actors_.size())];
    const auto target = sim_.rng().below(options_.nodes);
    net_.after(n, pick(active), [=, this] { order(n, actor, target); });
  }
}

void run::plan_faults() {
  if (options_.bad_network)
    for (auto pauses = sim_.rng().below(5); pauses > 0; --pauses) {
      const auto n = sim_.rng().below(options_.nodes);
      const auto length = pick(60 * millisecond);
      sim_.after(pick(active), [=, this] { pause(n, length); });
    }
  plan_deaths();
  sim_.after(active + 50 * millisecond, [this] {
    calm_ = true;
    net_.heal();
  });
  sim_.after(active + 150 * millisecond, [this] {
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      if (dead_[n])
        net_.kill(n); // those that woke up would ask for ever
  });
}

void run::pause(std::size_t n, sim_time length) {
  if (dead_[n])
    return;
  net_.pause(n);
  sim_.after(length, [=, this] {
    if (!dead_[n])
      net_.resume(n);
  });
}

void run::plan_deaths() {
  sim_.after(pick(active), [this] { die(mortal(), false); });
  for (std::size_t i = 0; i < options_.kills; ++i) {
    const auto n = 1 + sim_.rng().below(options_.nodes - 1);
    const bool wakes_up = sim_.rng().chance(0.3);
    sim_.after(pick(active), [=, this] { die(n, wakes_up); });
  }
}

// One that wakes up was only stopped, and does not know that the others have
// gone on without it.
void run::die(std::size_t n, bool wakes_up) {
  if (dead_[n])
    return;
  dead_[n] = true;
  ++kills_;
  note_losses(n);
  if (wakes_up)
    net_.pause(n);
  else
    net_.kill(n);
  sim_.after(pick(20 * millisecond), [this] { change_view(); });
}

// What only this node had may be lost, also if its source has not released it
// yet: that may still do so.
void run::note_losses(std::size_t n) {
  for (auto& actor : actors_) {
    if (!nodes_[n].machine->is_here(actor))
      continue;
    const auto epoch = nodes_[n].machine->believed(actor).value_or(location{});
    bool elsewhere = false;
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      const auto& there = *nodes_[other].machine;
      if (!dead_[other] && there.is_here(actor) && !there.is_dead(actor))
        elsewhere |= there.believed(actor)->epoch > epoch.epoch;
    }
    if (!elsewhere)
      lost_.insert(actor);
  }
}

void run::change_view() {
  ++view_number_;
  const auto v = agreed();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!dead_[n])
      net_.after(n, pick(20 * millisecond), [=, this] { take_view(n, v); });
}

void run::take_view(std::size_t n, const view& v) {
  if (v.id.number > nodes_[n].machine->now().id.number)
    feed(n, mobility_event::view{v});
}

std::string run::go() {
  net_.on_message([this](std::size_t to, std::size_t from, mobile_message m) {
    const auto* routed = std::get_if<routed_message>(&m);
    const auto actor = routed ? routed->head.to : actor_id{};
    feed(to, mobility_event::received{id_of(from), std::move(m)});
    if (nodes_[to].machine->parked(actor) > quick_options().parking)
      broken(to_string(actor) + " has too many messages parked");
  });
  set_up();
  plan_traffic();
  plan_faults();
  constexpr std::uint64_t limit = 100'000;
  std::uint64_t n = 0;
  while (why_.empty() && n < limit && sim_.step())
    ++n;
  if (why_.empty() && !sim_.idle())
    broken("it does not come to rest");
  if (why_.empty())
    check_end();
  return why_;
}

void run::feed(std::size_t n, mobility_input event) {
  mobility_outputs out;
  nodes_[n].machine->handle(std::move(event), out);
  for (auto& i : out) {
    sim_.note(i.index());
    std::visit([&](auto& it) { carry_out(n, it); }, i);
  }
}

void run::carry_out(std::size_t n, instruction::transmit& i) {
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

void run::carry_out(std::size_t n, instruction::run& i) {
  check_alone(n, i.instance.actor);
  net_.after(n, pick(60 * microsecond),
             [this, n, i = std::move(i)] { handle(n, i.instance, i.what); });
}

void run::carry_out(std::size_t n, instruction::save& i) {
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

void run::carry_out(std::size_t n, instruction::restore& i) {
  const bool fails = !calm_ && sim_.rng().chance(0.02);
  net_.after(n, pick(500 * microsecond), [this, n, fails, i] {
    if (!fails)
      nodes_[n].running[{i.attempt.actor, i.attempt.epoch}] =
          wanderer::restore(i.snapshot);
    feed(n, mobility_event::restored{i.attempt, fails ? "no luck" : ""});
    check_alone(n, i.attempt.actor);
  });
}

void run::carry_out(std::size_t n, instruction::discard& i) {
  nodes_[n].running.erase(i.instance);
}

void run::carry_out(std::size_t n, instruction::arm& i) {
  net_.after(n, static_cast<sim_time>(i.delay.count()),
             [this, n, timer = i.timer] {
               feed(n, mobility_event::timed_out{timer});
             });
}

void run::carry_out(std::size_t, instruction::order_done& i) {
  if (++answered_[i.number] > 1)
    broken("an order was answered twice");
}

void run::carry_out(std::size_t, instruction::located&) {}

void run::carry_out(std::size_t n, instruction::resumed& i) {
  check_alone(n, i.instance.actor);
}

void run::post(std::size_t n, const actor_id& to) {
  auto& node = nodes_[n];
  if (node.machine->room(node.gateway, to) == 0)
    return;
  const auto number = ++pairs_[{node.gateway, to}].sent;
  feed(n, mobility_event::posted{node.gateway,
                                 {to, 0, numbered{number, pick(6)}.encode()}});
}

void run::order(std::size_t n, const actor_id& actor, std::size_t target) {
  given_[++orders_] = n;
  feed(n, mobility_event::ordered{actor, id_of(target), orders_});
}

// The handler of a message: checks it, and sends some of its own.
void run::handle(std::size_t n, const instance_id& instance, const mail& m) {
  const auto place = nodes_[n].running.find(instance);
  if (place == nodes_[n].running.end())
    return broken("a message for what is not here");
  const auto self = instance.actor;
  if (dead_[n]) // what it does now nobody may hear
    return feed(n, mobility_event::handled{instance, {}, {}});
  lost_.erase(self); // evidently not
  auto& w = place->second;
  if (m.what == mail::kind::message && !receive(w, self, m))
    return;
  if (m.what == mail::kind::down)
    hear_of_end(self, m);
  mobility_event::handled done{instance, {}, {}};
  ask_for_waking(w, m, done);
  std::map<actor_id, std::size_t> room;
  for (auto& wish : std::exchange(w.waiting, {}))
    say(n, w, self, wish, done, room);
  if (m.what == mail::kind::message) {
    const auto left = numbered::decode(m.payload).left;
    if (left > 0)
      say(n, w, self, {actors_[sim_.rng().below(actors_.size())], left - 1},
          done, room);
    ++pairs_[{m.from, self}].ended;
    maybe_stop(self, done);
  }
  feed(n, std::move(done));
  if (options_.rotate && m.what == mail::kind::message && !calm_)
    order(n, self, sim_.rng().below(options_.nodes));
}

// Only of those that did.
void run::hear_of_end(const actor_id& self, const mail& m) {
  if (!is_gone(m.from))
    broken(fmt::format("{} was told that {} ended, which lives",
                       to_string(self), to_string(m.from)));
  const auto& last_words = pairs_[{m.from, self}];
  if (!lost_.contains(m.from) && last_words.ended != last_words.sent)
    broken(fmt::format("{} heard of the end of {} before its last words",
                       to_string(self), to_string(m.from)));
  told_of_.insert(m.from);
  pairs_[{self, m.from}].heard = true;
  pairs_[{self, m.from}].told += m.channel;
}

// Sometimes one wants to be woken; a move takes the wish along.
void run::ask_for_waking(wanderer& w, const mail& m,
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

void run::maybe_stop(const actor_id& self, mobility_event::handled& out) {
  if (self.kind() != actor_kind::stateful || stopped_.size() >= options_.stops
      || !sim_.rng().chance(0.05))
    return;
  out.stop = true;
  stopped_.insert(self);
}

bool run::receive(wanderer& w, const actor_id& self, const mail& m) {
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

void run::say(std::size_t n, wanderer& w, const actor_id& self,
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

void run::check_alone(std::size_t n, const actor_id& actor) {
  if (dead_[n] || !nodes_[n].machine->runs_here(actor))
    return;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n && !dead_[other] && nodes_[other].machine->runs_here(actor))
      broken(fmt::format("{} runs on nodes {} and {}", to_string(actor), n,
                         other));
}

void run::check_message(const routed_message& m) {
  if (m.head.hops > quick_options().hop_limit)
    broken("a message for " + to_string(m.head.to) + " wanders");
  if (m.kind == message_kind::channel_ack
      && m.head.sequence > pairs_[{m.head.to, m.head.from}].ended)
    broken(to_string(m.head.from) + " acknowledged what it did not handle");
}

void run::check_end() {
  check_pairs();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    for (auto& [instance, w] : nodes_[n].running) {
      if (dead_[n])
        continue;
      if (!w.waiting.empty())
        broken(to_string(instance.actor) + " waits for room that there is");
      if (w.wants_waking)
        broken(to_string(instance.actor) + " was never woken");
    }
  for (auto& [order, n] : given_)
    if (!dead_[n] && !answered_.contains(order))
      broken("an order was never answered");
  check_places();
}

// With its node, which was the only one to have it.
bool run::has_died(const actor_id& actor) const {
  if (actor.kind() == actor_kind::service)
    return dead_[index_of({actor.high})];
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!dead_[n] && nodes_[n].machine->runs_here(actor))
      return false;
  return lost_.contains(actor);
}

// Handled, or its sender was told that it may not be.
void run::check_pairs() {
  for (auto& [ends, history] : pairs_) {
    const auto& [from, to] = ends;
    if (has_died(from))
      continue; // a prefix arrived, as each receiver has checked
    const bool excused = is_gone(to)
                         && (history.sent <= history.ended + history.told
                             || stopped_.contains(from));
    if (has_died(to) && history.sent > 0 && !history.heard
        && !stopped_.contains(from) && !stopped_.contains(to))
      broken(fmt::format("{} never heard that {} died", to_string(from),
                         to_string(to)));
    if (history.sent != history.ended && !excused)
      broken(fmt::format("{} of {} messages from {} to {} were handled, {} "
                         "told to be lost",
                         history.ended, history.sent, to_string(from),
                         to_string(to), history.told));
  }
}

void run::check_places() {
  auto members = agreed().members;
  std::ranges::sort(members);
  for (auto& actor : actors_) {
    std::size_t places = 0;
    std::size_t place = 0;
    for (std::size_t n = 0; n < options_.nodes; ++n)
      if (!dead_[n] && nodes_[n].machine->runs_here(actor)) {
        ++places;
        place = n;
      }
    const bool may_be_gone = is_gone(actor);
    if (places > 1 || (places == 0 && !may_be_gone)
        || (places == 1 && stopped_.contains(actor)))
      broken(fmt::format("{} runs on {} nodes", to_string(actor), places));
    if (places == 1 && told_of_.contains(actor))
      broken(to_string(actor) + " lives, and was told to be gone");
    const auto& home = *nodes_[index_of(home_of(actor, members))].machine;
    const auto known = home.believed(actor);
    if (places == 0 ? !home.is_dead(actor)
                    : !known || known->node != id_of(place))
      broken(fmt::format("the home of {} takes node {} for its place, which is "
                         "on {} of {}",
                         to_string(actor), known ? index_of(known->node) : 99,
                         places, place));
  }
}

std::uint64_t run::messages() const {
  std::uint64_t n = 0;
  for (auto& node : nodes_)
    n += node.machine->count().handled;
  return n;
}

std::uint64_t run::migrations() const {
  std::uint64_t n = 0;
  for (auto& node : nodes_)
    n += node.machine->count().moved_in;
  return n;
}

} // namespace

actor_simulation_result
actor_simulation(const actor_simulation_options& options) {
  actor_simulation_result out;
  for (auto seed = options.first_seed; seed <= options.last_seed; ++seed) {
    run one(seed, options);
    auto why = one.go();
    ++out.seeds;
    out.messages += one.messages();
    out.migrations += one.migrations();
    out.kills += one.kills();
    out.events += one.events();
    out.hash = (out.hash ^ one.hash()) * 0x100000001b3ull;
    if (why.empty())
      continue;
    if (out.failed++ == 0) {
      out.first_failing = seed;
      out.why = fmt::format("seed {}: {}", seed, why);
    }
    if (options.stop_at_first)
      break;
  }
  return out;
}

} // namespace tern::simulation
