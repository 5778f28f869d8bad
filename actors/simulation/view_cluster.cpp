// A run of one seed: view_agreement machines, a network, and somebody who says
// who is up and who is down, as links and gossip would. He is slow, tells each
// node at another time, and, where `suspicions` are on, is wrong. Of a node
// that has left and lives on without a part in this he says nothing.
#include "actors/simulation/view_cluster.hpp"

#include "actors/simulation/network.hpp"
#include "actors/view_codec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace tern::simulation {

namespace {

constexpr sim_time active = 3 * second;    // faults
constexpr sim_time patience = 60 * second; // after them

network_options draw_network(random_source& rng, bool bad) {
  network_options o;
  if (!bad)
    return o;
  constexpr double losses[] = {0, 0.01, 0.1, 0.3};
  constexpr double doubles[] = {0, 0.05, 0.2, 0.4};
  constexpr double stragglers[] = {0, 0.01, 0.05, 0.2};
  o.loss = losses[rng.below(4)];
  o.duplicate = doubles[rng.below(4)];
  o.straggle = stragglers[rng.below(4)];
  o.straggle_delay = rng.between(5, 1500) * millisecond;
  o.max_delay = rng.between(100, 20'000) * microsecond;
  return o;
}

// Few voters, so that there are others; short steps, so that proposers collide.
agreement_options draw_options(random_source& rng, bool impatient) {
  agreement_options o;
  constexpr std::size_t voters[] = {3, 5, 7};
  constexpr int steps[] = {0, 5, 50};
  o.voters = voters[rng.below(3)];
  o.step = std::chrono::milliseconds(steps[rng.below(3)]);
  o.collect = std::chrono::milliseconds(rng.between(5, 100));
  o.gather = std::chrono::milliseconds(rng.between(1, 20));
  o.yield_after = std::chrono::milliseconds(rng.between(20, 500));
  if (impatient) // takes the slow for lost
    o.stray_after = std::chrono::milliseconds(rng.between(200, 3000));
  return o;
}

class run {
public:
  run(std::uint64_t seed, const view_simulation_options& options,
      view_simulation_result& count)
    : options_(options), count_(count), sim_(seed),
      rules_(draw_options(sim_.rng(), options.suspicions)),
      nodes_(2 + sim_.rng().below(options.nodes - 1)),
      net_(sim_, nodes_.size(), draw_network(sim_.rng(), options.bad_network)) {
  }

  std::string go();

  std::uint64_t events() const {
    return sim_.events();
  }
  std::uint64_t hash() const {
    return sim_.hash();
  }

private:
  struct sim_node {
    std::unique_ptr<view_agreement> machine; // once it has started
    std::set<std::size_t> up;
    std::set<std::size_t> down;
    std::map<node_id, std::uint64_t> numbers; // of its views, by lineage
    view last;
    bool leaves = false;
  };

  static node_id id_of(std::size_t n) {
    return {n + 1};
  }
  static std::size_t index_of(node_id id) {
    return id.value - 1;
  }
  sim_time pick(sim_time limit) {
    return sim_.rng().below(limit);
  }

  void plan_links();
  void plan_deaths();
  void plan_trouble();
  void plan_suspicions();
  void plan_cut();
  void plan_leaves();
  void leave(std::size_t n);
  void go(std::size_t n);
  void say_farewell(std::size_t n);
  void link(std::size_t a, std::size_t b, sim_time time);
  void come_up(std::size_t n, std::size_t other);
  void go_down(std::size_t n, std::size_t other);
  void kill(std::size_t n);
  bool lives(std::size_t n) const {
    return nodes_[n].machine && net_.alive(n);
  }

  void carry_out(std::size_t n, view_agreement::instructions all);
  void carry_out(std::size_t n, view_agreement::transmit& i);
  void carry_out(std::size_t n, view_agreement::arm& i);
  void carry_out(std::size_t n, view_agreement::adopted& i);
  void carry_out(std::size_t n, view_agreement::expelled& i);

  void check_view(std::size_t n, const view& v);
  void check_step(const view& v);
  void check_end_of_lineage(const view_id& last);
  void check_company(const view& from, const view& to);
  void check_left(std::size_t n);
  void check_end();
  bool must_agree() const;
  bool can_go_on(const view& v) const;
  void broken(std::string what) {
    if (why_.empty())
      why_ = fmt::format("at {} us: {}", sim_.now() / microsecond, what);
  }

  const view_simulation_options& options_;
  view_simulation_result& count_;
  simulator sim_;
  agreement_options rules_;
  std::vector<sim_node> nodes_;
  network<view_message> net_;
  std::map<view_id, view> chosen_;
  std::map<node_id, std::uint64_t> ends_; // the last number of a lineage
  std::string why_;
};

std::string to_text(const view& v) {
  std::string s = fmt::format("{}.{}", v.id.lineage.value, v.id.number);
  for (auto m : v.members)
    if (const auto* from = v.origin_of(m))
      s += fmt::format(" {} of {}.{}", m.value, from->lineage.value,
                       from->number);
    else
      s += fmt::format(" {}", m.value);
  for (auto m : v.departed)
    s += fmt::format(" -{}", m.value);
  return s;
}

// --- what happens to the nodes

// Either one crowd, or two that meet later.
void run::plan_links() {
  const auto size = nodes_.size();
  const bool two = sim_.rng().chance(0.5);
  const auto border = two ? 1 + sim_.rng().below(size - 1) : size;
  const auto meeting = 200 * millisecond + pick(1500 * millisecond);
  const auto spread = sim_.rng().chance(0.5) ? 20 * millisecond : second;
  std::vector<sim_time> starts;
  for (std::size_t n = 0; n < size; ++n) {
    starts.push_back(pick(spread));
    sim_.after(starts[n], [this, n] {
      nodes_[n].machine =
          std::make_unique<view_agreement>(id_of(n), rules_, options_.planted);
      nodes_[n].last = nodes_[n].machine->now();
      check_view(n, nodes_[n].last);
    });
  }
  for (std::size_t a = 0; a < size; ++a)
    for (std::size_t b = a + 1; b < size; ++b) {
      const bool far = a < border && border <= b;
      link(a, b,
           std::max({starts[a], starts[b], far ? meeting : 0})
               + pick(100 * millisecond));
    }
}

void run::link(std::size_t a, std::size_t b, sim_time time) {
  for (const auto& [n, other] : {std::pair{a, b}, std::pair{b, a}})
    net_.after(n, time + 1 + pick(20 * millisecond),
               [this, n = n, other = other] { come_up(n, other); });
}

void run::come_up(std::size_t n, std::size_t other) {
  auto& node = nodes_[n];
  if (!node.machine || node.down.contains(other) || !lives(other)
      || !node.up.insert(other).second)
    return;
  carry_out(n, node.machine->on_peer_up(id_of(other)));
}

void run::go_down(std::size_t n, std::size_t other) {
  auto& node = nodes_[n];
  if (!node.machine || !node.down.insert(other).second)
    return;
  node.up.erase(other);
  carry_out(n, node.machine->on_peer_down(id_of(other)));
}

void run::plan_deaths() {
  const auto kills =
      sim_.rng().below(std::min(options_.kills, nodes_.size() - 1) + 1);
  const bool together = sim_.rng().chance(0.3);
  const auto time = pick(active);
  for (std::size_t i = 0; i < kills; ++i) {
    const auto n = pick(nodes_.size());
    sim_.after(together ? time + pick(20 * millisecond) : pick(active),
               [this, n] { kill(n); });
  }
}

void run::kill(std::size_t n) {
  if (!lives(n))
    return;
  net_.kill(n);
  ++count_.kills;
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n)
      net_.after(other, 10 * millisecond + pick(800 * millisecond),
                 [this, other, n] { go_down(other, n); });
}

// It may die on the way, or find no majority; then it ends after a while.
void run::plan_leaves() {
  const auto leaves =
      sim_.rng().below(std::min(options_.leaves, nodes_.size() - 1) + 1);
  for (std::size_t i = 0; i < leaves; ++i) {
    const auto n = pick(nodes_.size());
    sim_.after(pick(active), [this, n] { leave(n); });
  }
}

void run::leave(std::size_t n) {
  if (!lives(n) || nodes_[n].leaves)
    return;
  nodes_[n].leaves = true;
  if (sim_.rng().chance(0.5))
    carry_out(n, nodes_[n].machine->on_leaving());
  net_.after(n, pick(100 * millisecond), [this, n] {
    if (nodes_[n].machine)
      carry_out(n, nodes_[n].machine->on_leave());
  });
  sim_.after(2 * second, [this, n] { kill(n); });
}

// It has left: its process ends, or only its part in this.
void run::go(std::size_t n) {
  check_left(n);
  ++count_.left;
  if (sim_.rng().chance(0.5))
    return kill(n);
  say_farewell(n);
  nodes_[n].machine.reset();
}

// On a link that loses nothing while its ends live. Who has met the node, and
// the node not yet it, would ask it for ever, as it does where there is none.
void run::say_farewell(std::size_t n) {
  std::set<std::size_t> all;
  for (auto& i : nodes_[n].machine->on_end())
    all.insert(index_of(std::get<view_agreement::transmit>(i).to));
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (nodes_[other].up.contains(n))
      all.insert(other);
  for (const auto other : all)
    net_.after(other, pick(20 * millisecond), [this, other, n] {
      if (nodes_[other].machine)
        carry_out(other,
                  nodes_[other].machine->on_message(id_of(n), view_farewell{}));
    });
}

// Longer than anybody waits for anything.
void run::plan_trouble() {
  if (!options_.bad_network)
    return;
  for (auto pauses = pick(4); pauses > 0; --pauses) {
    const auto n = pick(nodes_.size());
    const auto length = pick(900 * millisecond);
    sim_.after(pick(active), [=, this] { net_.pause_for(n, length); });
  }
  for (auto cuts = pick(4); cuts > 0; --cuts)
    plan_cut();
}

void run::plan_cut() {
  const auto a = pick(nodes_.size());
  const auto b = pick(nodes_.size());
  const bool both = sim_.rng().chance(0.5);
  const auto length = pick(900 * millisecond);
  sim_.after(pick(active), [=, this] {
    net_.cut(a, b);
    if (both)
      net_.cut(b, a);
    sim_.after(length, [=, this] {
      net_.mend(a, b);
      net_.mend(b, a);
    });
  });
}

// One side, or both, or a group is lost sight of.
void run::plan_suspicions() {
  if (!options_.suspicions)
    return;
  const auto border = pick(nodes_.size());
  const bool split = sim_.rng().chance(0.3);
  const auto time = pick(active);
  const auto suspect = [this](sim_time when, std::size_t n, std::size_t other) {
    net_.after(n, when + pick(100 * millisecond),
               [=, this] { go_down(n, other); });
  };
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = 0; b < nodes_.size(); ++b)
      if (a != b
          && (split ? (a < border) != (b < border) : sim_.rng().chance(0.05)))
        suspect(split ? time : pick(active), a, b);
}

// --- a run

std::string run::go() {
  net_.on_message([this](std::size_t to, std::size_t from, view_message m) {
    if (nodes_[to].machine)
      carry_out(to, nodes_[to].machine->on_message(id_of(from), std::move(m)));
  });
  plan_links();
  plan_deaths();
  plan_leaves();
  plan_trouble();
  plan_suspicions();
  sim_.after(active + 100 * millisecond, [this] { net_.heal(); });
  const auto limit = 2'000 * nodes_.size() * nodes_.size();
  std::uint64_t n = 0;
  while (why_.empty() && n < limit && sim_.now() < active + patience
         && sim_.step())
    ++n;
  if (n == limit)
    broken("a storm of messages");
  if (why_.empty())
    check_end();
  return why_;
}

void run::carry_out(std::size_t n, view_agreement::instructions all) {
  for (auto& i : all) {
    sim_.note(i.index());
    std::visit([&](auto& it) { carry_out(n, it); }, i);
  }
  if (nodes_[n].leaves && lives(n) && nodes_[n].machine->has_left())
    go(n);
}

void run::carry_out(std::size_t n, view_agreement::transmit& i) {
  const auto to = index_of(i.to);
  if (!nodes_[n].up.contains(to) && sim_.rng().chance(0.5))
    return;
  if (options_.through_codec) {
    auto back = decode_view_message(encode(i.message));
    if (!back)
      return broken(back.error().what);
    if (*back != i.message)
      return broken("the codec changed a message");
    i.message = std::move(*back);
  }
  net_.send(n, to, std::move(i.message));
}

void run::carry_out(std::size_t n, view_agreement::arm& i) {
  net_.after(n, static_cast<sim_time>(i.delay.count()),
             [this, n, generation = i.generation] {
               if (nodes_[n].machine)
                 carry_out(n, nodes_[n].machine->on_time(generation));
             });
}

void run::carry_out(std::size_t n, view_agreement::adopted& i) {
  auto& last = nodes_[n].last;
  ++count_.views;
  const bool same = last.id.lineage == i.v.id.lineage;
  count_.merges += !same;
  count_.jumps += same && last.id.number + 1 != i.v.id.number;
  check_company(last, i.v);
  if (i.after)
    check_end_of_lineage(*i.after);
  last = i.v;
  if (!i.v.has(id_of(n)))
    broken(fmt::format("node {} adopted {}", id_of(n).value, to_text(i.v)));
  check_view(n, i.v);
}

void run::carry_out(std::size_t n, view_agreement::expelled& i) {
  const bool wanted = nodes_[n].leaves;
  count_.expelled += !wanted;
  if (!options_.suspicions && !wanted)
    broken(fmt::format("node {}, which lives, was expelled by {}",
                       id_of(n).value, to_text(i.v)));
  if (i.v.has(id_of(n)))
    broken("a node was expelled by a view that names it");
  check_view(n, i.v);
}

// --- what must hold

void run::check_view(std::size_t n, const view& v) {
  auto& number = nodes_[n].numbers[v.id.lineage];
  if (v.id.number <= number)
    broken(fmt::format("node {} went from {}.{} back to {}", id_of(n).value,
                       v.id.lineage.value, number, to_text(v)));
  number = v.id.number;
  const auto [known, is_new] = chosen_.try_emplace(v.id, v);
  if (known->second != v)
    broken(fmt::format("two views of one name: {} / {}", to_text(known->second),
                       to_text(v)));
  if (is_new)
    check_step(v);
  const auto end = ends_.find(v.id.lineage);
  if (end != ends_.end() && end->second < v.id.number)
    broken(fmt::format("{} comes after the end of its lineage", to_text(v)));
}

// All its nodes leave it at the same view, which has no other successor.
void run::check_end_of_lineage(const view_id& last) {
  const auto end = ends_.try_emplace(last.lineage, last.number).first->second;
  if (end != last.number)
    broken(fmt::format("lineage {} ended with {}, and with {}",
                       last.lineage.value, end, last.number));
}

// A node goes nowhere without its mates: each of them comes, or is dead there.
void run::check_company(const view& from, const view& to) {
  for (auto m : from.members)
    if (!to.has(m) && !to.has_lost(m))
      broken(fmt::format("{} followed {} without {}", to_text(to),
                         to_text(from), m.value));
  for (auto m : from.departed)
    if (!to.has_lost(m))
      broken(fmt::format("{} followed {} and forgot that {} departed",
                         to_text(to), to_text(from), m.value));
}

// From the one before, if anybody adopted it.
void run::check_step(const view& v) {
  for (auto m : v.members)
    if (v.has_lost(m))
      broken(fmt::format("{} names {}, which departed", to_text(v), m.value));
  const auto before = chosen_.find({v.id.lineage, v.id.number - 1});
  if (before == chosen_.end())
    return;
  std::vector<node_id> stayed;
  for (auto m : before->second.members)
    if (v.has(m))
      stayed.push_back(m);
    else if (!v.has_lost(m))
      broken(fmt::format("{} forgot {}", to_text(v), m.value));
  if (!std::equal(stayed.begin(), stayed.end(), v.members.begin()))
    broken("the order of members changed: " + to_text(v));
  for (auto m : before->second.departed)
    if (!v.has_lost(m))
      broken(fmt::format("{} forgot who departed", to_text(v)));
}

// Whether each lineage that somebody holds can go on: from the last view that
// a living node holds over those that only dead ones heard of.
bool run::must_agree() const {
  if (options_.suspicions)
    return false;
  std::map<node_id, std::uint64_t> held;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (lives(n)) {
      const auto& id = nodes_[n].machine->now().id;
      held[id.lineage] = std::max(held[id.lineage], id.number);
    }
  return std::ranges::all_of(chosen_, [&](auto& c) {
    const auto last = held.find(c.first.lineage);
    return last == held.end() || c.first.number < last->second
           || can_go_on(c.second);
  });
}

bool run::can_go_on(const view& v) const {
  const auto voters = voters_of(v, rules_.voters);
  const auto living = std::ranges::count_if(
      voters, [this](node_id id) { return lives(index_of(id)); });
  return 2 * static_cast<std::size_t>(living) > voters.size();
}

// Whom it reached does not need its vote any more.
void run::check_left(std::size_t n) {
  const auto& v = nodes_[n].machine->now();
  if (v.has(id_of(n)))
    return; // there was nobody to agree with
  for (const auto m : v.members) {
    const auto other = index_of(m);
    if (!lives(other) || !nodes_[n].up.contains(other))
      continue;
    const auto& there = nodes_[other].machine->now();
    if (there.id.lineage == v.id.lineage && there.id.number < v.id.number)
      broken(fmt::format("node {} left before {} held {}", id_of(n).value,
                         m.value, to_text(v)));
  }
}

void run::check_end() {
  if (!must_agree())
    return;
  ++count_.judged;
  const view* all = nullptr;
  std::vector<node_id> living;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (!lives(n))
      continue;
    living.push_back(id_of(n));
    const auto& v = nodes_[n].machine->now();
    if (all && *all != v)
      return broken(fmt::format("node {} holds {}, others {}", id_of(n).value,
                                to_text(v), to_text(*all)));
    all = &v;
  }
  if (living.empty())
    return;
  if (!std::ranges::is_permutation(all->members, living))
    broken("the last view is not of the living: " + to_text(*all));
  if (!sim_.idle())
    broken("it does not come to rest at " + to_text(*all));
}

} // namespace

view_simulation_result view_simulation(const view_simulation_options& options) {
  view_simulation_result out;
  for (auto seed = options.first_seed; seed <= options.last_seed; ++seed) {
    run one(seed, options, out);
    auto why = one.go();
    ++out.seeds;
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
