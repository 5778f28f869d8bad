// How nodes keep their load even, with nobody in charge.
//
// **What is compared.** The load of an actor is the part of the time in which
// it handles messages or waits for a worker to do so; that of a node is the sum
// over its actors, by its workers. (Handling alone would not do: a node with
// twice too much to do and one that is just busy look the same by it.) Each
// node tells every other one in each period; a node that was not heard for a
// while is left out.
//
// **Load.** A node above the mean gives actors to nodes below it. Let H and L
// be the loads of giver and taker and w the actor's. A move is ordered only if
//
//     L + w + margin <= H    (1) the taker stays below what the giver was
//     min(w, H - L - w) * horizon > 2 * cost of such a move    (2) it pays
//
// and the taker gets no more than what it lacks of the mean, where several
// givers divide that by what each has too much.
//
// **Why it comes to rest.** By (1) a move lowers the sum of the squares of all
// loads by 2w(H - L - w) >= 2w * margin, and by (2) no w is smaller than 2 cost
// / horizon: while the loads are what they are the sum can be lowered only so
// often. Four things keep that true though each node sees the others late:
//
// *A pair of nodes has one token* (`turn`: even is the lower node's). Only who
// has it orders moves between the two. So the two never act against each other,
// nor swap actors that both want to have together.
//
// *What was moved stays on the account* (`owed`) of the taker until a report of
// it must show it: reports echo the last one heard, so one that echoes a report
// made after the last move, and the two that follow, were measured with the
// actors there. No clocks are compared, and no delay is assumed.
//
// *Givers divide* what a taker lacks, as said. Late reports make the shares
// wrong, but only until the accounts are settled.
//
// *Hysteresis.* Giving begins 20 % above the mean and ends 5 % above it; loads
// are averaged over some periods; an actor that came rests for 2 s; a node
// orders so many moves a second. What swings faster than that moves nothing,
// what swings more slowly moves each actor once in 2 s at most.
//
// **Affinity.** An actor goes to the node with whose actors it talks most, if
// that is 1.5 times what it talks at home, and what it saves in messages over
// the horizon is worth twice the move. The talk that crosses nodes falls with
// each move by at least a third of what the actor said there, so this too ends,
// but for actors that follow each other in a ring at the same moment; a coin (a
// hash of actor and period) keeps some of them at home. A node that is above
// the mean by a fifth is not followed to, or else everything would end up on
// one.
#include "actors/balance.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace tern {

namespace {

using seconds = std::chrono::duration<double>;

constexpr double newest = 0.3;          // weight of a measurement
constexpr std::size_t most_talks = 256; // remembered
constexpr double faint = 0.5;           // messages a second; forgotten below

bool coin(const actor_id& actor, std::uint64_t period) {
  auto x = std::hash<actor_id>{}(actor) ^ (period * 0x9e3779b97f4a7c15ull);
  x ^= x >> 29;
  x *= 0xbf58476d1ce4e5b9ull;
  return (x >> 40) & 1;
}

} // namespace

balancer::balancer(node_id self, std::uint32_t workers,
                   const balance_options& options)
  : self_(self), workers_(std::max(workers, 1u)), options_(options) {}

void balancer::change(const balance_options& options) {
  options_ = options;
  gives_ = started_ = false;
  tokens_ = 0;
}

balance_orders balancer::on_time(time now, const view& v,
                                 const balance_measures& m) {
  balance_orders out;
  const auto passed = now - now_;
  now_ = now;
  ++sequence_;
  take_view(v);
  if (std::exchange(started_, true) && passed > time{}) {
    take(m, passed);
    const auto most = options_.moves_per_second * seconds(options_.period);
    tokens_ =
        std::min(tokens_ + options_.moves_per_second * seconds(passed).count(),
                 std::max(most.count(), 1.0));
  }
  cost_.fade();
  if (options_.policy == balance_policy::none || !is_member_)
    return out;
  if (options_.policy == balance_policy::load)
    give_load(out);
  else
    follow_talk(out);
  pass_turns();
  report(out);
  return out;
}

void balancer::take_view(const view& v) {
  is_member_ = v.has(self_);
  std::erase_if(peers_, [&](const auto& p) { return !v.has(p.first); });
  for (const auto n : v.members)
    if (n != self_)
      peers_.try_emplace(n);
}

void balancer::take(const balance_measures& m, time passed) {
  placed_here_ /= 2;
  for (const auto& a : m.actors) {
    auto& l = actors_[a.id];
    const auto measured = std::clamp(
        seconds(a.active).count() / seconds(passed).count(), 0.0, 1.0);
    if (l.seen == 0 && a.came)
      l.rests_until = now_ + options_.rest;
    if (l.seen < 2) { // it may not have been here for all of the first period
      ++l.seen;
      l.load = measured;
    } else {
      l.load += newest * (measured - l.load);
    }
    l.bytes = a.bytes;
    l.sweep = sequence_;
  }
  std::erase_if(actors_, [&](const auto& a) {
    return a.second.sweep != sequence_ && !a.second.leaves_to;
  });
  take_talks(m.talks, seconds(passed).count());
}

void balancer::take_talks(const std::vector<balance_measures::talk>& talks,
                          double passed) {
  for (const auto& t : talks) {
    auto& known = talks_[{t.actor, t.with}];
    known.rate +=
        newest * (static_cast<double>(t.messages) / passed - known.rate);
    known.at = t.at;
    known.sweep = sequence_;
  }
  for (auto& [pair, t] : talks_)
    if (t.sweep != sequence_)
      t.rate *= 1 - newest;
  std::erase_if(talks_, [&](const auto& t) {
    return t.second.rate < faint || !actors_.contains(t.first.first);
  });
  while (talks_.size() > most_talks)
    talks_.erase(std::ranges::min_element(
        talks_, {}, [](const auto& t) { return t.second.rate; }));
}

// A report of before the last move, come late, is no news.
void balancer::on_report(node_id from, const balance_report& r, time now) {
  const auto found = peers_.find(from);
  if (found == peers_.end() || r.sequence <= found->second.last.sequence)
    return;
  auto& p = found->second;
  p.last = r;
  p.last.workers = std::max(r.workers, 1u);
  p.heard = now;
  p.turn = std::max(p.turn, r.turn);
  p.placed /= 2; // some may be on the way
  if (p.mark == 0 || r.echo < p.mark)
    return;
  if (p.shown == 0)
    p.shown = r.sequence;
  if (r.sequence < p.shown + 2)
    return;
  p.owed = 0;
  p.mark = p.shown = 0;
}

void balancer::on_moved(const actor_id& actor, bool moved, std::uint64_t bytes,
                        time frozen) {
  if (moved && frozen > time{})
    cost_.measured(bytes, seconds(frozen).count());
  const auto found = actors_.find(actor);
  if (found == actors_.end() || !found->second.leaves_to)
    return;
  auto& a = found->second;
  --open_;
  if (const auto to = peers_.find(a.leaves_to); to != peers_.end()) {
    auto& p = to->second;
    if (!moved)
      p.owed = std::max(0.0, p.owed - a.load);
    if (--p.open == 0) {
      p.mark = sequence_ + 1;
      p.shown = 0;
    }
  }
  a.leaves_to = {};
  a.rests_until = now_ + options_.rest;
  if (moved)
    actors_.erase(found);
}

// --- what is known

double balancer::load() const {
  double sum = 0;
  for (const auto& [id, a] : actors_)
    if (!a.leaves_to)
      sum += a.load;
  return sum;
}

bool balancer::is_fresh(const peer& p) const {
  return p.last.sequence != 0 && now_ - p.heard <= options_.fresh;
}

bool balancer::has_turn(node_id id, const peer& p) const {
  return (p.turn % 2 == 0) == (self_ < id);
}

bool balancer::is_free(const local& a) const {
  return !a.leaves_to && a.seen > 1 && a.rests_until <= now_;
}

double balancer::seconds_of_move(const local& a) const {
  return cost_.of(a.bytes);
}

double balancer::mean() const {
  double sum = load();
  double workers = workers_;
  for (const auto& [id, p] : peers_)
    if (is_fresh(p)) {
      sum += p.weight() + p.owed;
      workers += p.last.workers;
    }
  return sum / workers;
}

bool balancer::may_move() {
  return tokens_ >= 1 && open_ < options_.moves_per_second;
}

void balancer::order(const actor_id& actor, node_id to, balance_orders& out) {
  auto& a = actors_.at(actor);
  auto& p = peers_.at(to);
  a.leaves_to = to;
  p.owed += a.load;
  ++p.open;
  p.mark = p.shown = 0;
  ++open_;
  ++ordered_;
  tokens_ -= 1;
  out.moves.push_back({actor, to});
}

// --- load

void balancer::give_load(balance_orders& out) {
  const auto m = mean();
  auto own = load();
  const auto share = own / workers_;
  if (share <= std::max((1 + options_.stop) * m, options_.idle))
    gives_ = false;
  else if (share > (1 + options_.start) * m)
    gives_ = true;
  if (!gives_)
    return;
  auto mine = own - m * workers_;
  for (const auto& [id, p] : peers_)
    mine += p.owed; // what it had too much before it began
  double all = mine;
  for (const auto& [id, p] : peers_)
    if (is_fresh(p))
      all += std::max(0.0, p.weight() - m * p.last.workers);
  const auto part = mine / all;

  std::vector<actor_id> free; // the heaviest first
  for (const auto& [id, a] : actors_)
    if (is_free(a) && a.load > 0)
      free.push_back(id);
  std::ranges::sort(free, [&](const actor_id& x, const actor_id& y) {
    const auto a = actors_.at(x).load;
    const auto b = actors_.at(y).load;
    return a != b ? a > b : x < y;
  });
  std::vector<std::pair<node_id, peer*>> takers;
  for (auto& [id, p] : peers_)
    if (is_fresh(p) && has_turn(id, p) && room_of(p, m, part) > 0)
      takers.emplace_back(id, &p);
  while (may_move() && !takers.empty()) {
    const auto best = std::ranges::max_element(
        takers, {}, [&](const auto& t) { return room_of(*t.second, m, part); });
    const auto* chosen =
        pick_for(*best->second, room_of(*best->second, m, part), m, own, free);
    if (!chosen) {
      takers.erase(best);
      continue;
    }
    const auto actor = *chosen;
    order(actor, best->first, out);
    own -= actors_.at(actor).load;
    std::erase(free, actor);
  }
}

double balancer::room_of(const peer& p, double mean, double part) const {
  return (mean * p.last.workers - p.weight()) * part - p.owed;
}

// The heaviest that fits. One may stick out by half: loads come in pieces.
const actor_id* balancer::pick_for(const peer& to, double room, double mean,
                                   double own,
                                   const std::vector<actor_id>& from) const {
  const auto most = std::min(room, own - mean * workers_);
  for (const auto& id : from) {
    const auto& a = actors_.at(id);
    if (a.load / 2 > most)
      continue;
    const auto lower =
        own / workers_ - to.relative() - a.load / to.last.workers;
    if (lower < options_.margin * mean)
      continue;
    const auto gain =
        std::min(a.load, lower) * seconds(options_.horizon).count();
    if (gain > 2 * seconds_of_move(a))
      return &id;
  }
  return nullptr;
}

// --- affinity

void balancer::follow_talk(balance_orders& out) {
  const auto m = mean();
  const auto limit = std::max((1 + options_.start) * m, options_.idle);
  auto all = wishes();
  std::ranges::sort(all, [](const wish& a, const wish& b) {
    return a.gain != b.gain ? a.gain > b.gain : a.actor < b.actor;
  });
  for (const auto& w : all) {
    const auto p = peers_.find(w.to);
    if (!may_move())
      return;
    if (p != peers_.end() && is_fresh(p->second) && has_turn(w.to, p->second)
        && p->second.relative() <= limit && coin(w.actor, sequence_))
      order(w.actor, w.to, out);
  }
}

std::vector<balancer::wish> balancer::wishes() const {
  std::vector<wish> out;
  for (auto t = talks_.begin(); t != talks_.end();) {
    const auto actor = t->first.first;
    std::map<node_id, double> at;
    for (; t != talks_.end() && t->first.first == actor; ++t)
      at[t->second.at] += t->second.rate;
    const auto found = actors_.find(actor);
    if (found == actors_.end())
      continue;
    const auto& a = found->second;
    const auto home = at.contains(self_) ? at.at(self_) : 0.0;
    const auto best = std::ranges::max_element(
        at, {}, [](const auto& n) { return n.second; });
    const auto saved = (best->second - home)
                       * seconds(options_.remote_message).count()
                       * seconds(options_.horizon).count();
    if (best->first != self_ && is_free(a)
        && best->second > options_.pull * home
        && saved > 2 * seconds_of_move(a))
      out.push_back({saved, actor, best->first});
  }
  return out;
}

// --- what is told

// To those to whom there is nothing to move, once all that was moved has shown.
void balancer::pass_turns() {
  for (auto& [id, p] : peers_)
    if (p.last.sequence != 0 && has_turn(id, p) && p.open == 0 && p.mark == 0)
      ++p.turn;
}

void balancer::report(balance_orders& out) {
  balance_report r;
  r.sequence = sequence_;
  r.load = static_cast<std::uint64_t>(std::llround(load() * 1e9));
  r.actors = actors_.size();
  r.workers = workers_;
  for (const auto& [id, p] : peers_) {
    r.echo = p.last.sequence;
    r.turn = p.turn;
    out.reports.push_back({id, r});
  }
}

// Where nothing is known of loads, as without a policy, actors go in turn.
node_id balancer::place(const view& v, const std::set<node_id>& barred) {
  const bool may_stay = !barred.contains(self_);
  if (!v.has(self_))
    return may_stay ? self_ : node_id{};
  take_view(v);
  double actors = static_cast<double>(actors_.size());
  double all = load();
  for (const auto& [id, p] : peers_) {
    actors += static_cast<double>(p.last.actors);
    all += p.weight();
  }
  const auto usual = all > 0 && actors > 0 ? all / actors : 1.0;
  auto best = may_stay ? self_ : node_id{};
  auto least = (load() + usual * static_cast<double>(placed_here_)) / workers_;
  peer* to = nullptr;
  for (auto& [id, p] : peers_) {
    const auto there =
        p.relative() + usual * static_cast<double>(p.placed) / p.last.workers;
    if (!barred.contains(id) && (!best || there < least)) {
      best = id;
      least = there;
      to = &p;
    }
  }
  if (best)
    ++(to ? to->placed : placed_here_);
  return best;
}

} // namespace tern
