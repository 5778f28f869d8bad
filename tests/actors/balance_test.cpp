// Whole clusters of balancers on a clock of this test: what one says reaches
// the others some periods later, and moves take their time.
#include "actors/balance.hpp"
#include "actors/move_cost.hpp"
#include "actors/top_talks.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <vector>

using namespace std::chrono_literals;
using namespace tern;

namespace {

class random_numbers {
public:
  explicit random_numbers(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t operator()() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }
  double unit() {
    return static_cast<double>((*this)() >> 11) * 0x1p-53;
  }

private:
  std::uint64_t state_;
};

struct move_seen {
  int period = 0;
  actor_id actor;
  node_id from;
  node_id to;
};

/// Nodes 1, 2, ..., and actors with loads and talks that stay the same.
class small_world {
public:
  small_world(std::size_t nodes, balance_options options,
              std::uint64_t seed = 1)
    : options_(options), random_(seed) {
    view_.id = {{1}, 1};
    for (std::uint64_t n = 1; n <= nodes; ++n) {
      view_.members.push_back({n});
      machines_.emplace(node_id{n}, balancer({n}, 1, options));
    }
  }

  int delay = 1;        ///< periods until a report is there
  int delay_spread = 0; ///< and so many more at times
  int move_time = 1;    ///< periods
  double noise = 0;     ///< of what is measured
  balancer::time frozen = 1ms;
  bool moves_fail = false;

  actor_id add(std::uint64_t node, double load) {
    const auto id = actor_id::stateful({node}, actors_.size() + 1);
    actors_[id] = {{node}, load, false};
    return id;
  }
  void talk(const actor_id& a, const actor_id& b, std::uint64_t messages) {
    talks_.push_back({a, b, messages});
  }
  void kill(std::uint64_t node) {
    std::erase(view_.members, node_id{node});
    ++view_.id.number;
    machines_.erase({node});
    std::erase_if(actors_,
                  [&](const auto& a) { return a.second.at.value == node; });
  }
  /// It says nothing any more, and nobody has noticed.
  void silence(std::uint64_t node) {
    silent_.insert({node});
  }

  void run(int periods) {
    for (int i = 0; i < periods; ++i)
      step();
  }
  /// Until there was no move for `quiet` periods. Returns whether that was.
  bool settle(int quiet, int limit) {
    for (int i = 0; i < limit; ++i) {
      step();
      if (period_ - (moves.empty() ? 0 : moves.back().period) >= quiet)
        return true;
    }
    return false;
  }

  double load_of(node_id n) const {
    double sum = 0;
    for (const auto& [id, a] : actors_)
      sum += a.at == n ? a.load : 0;
    return sum;
  }
  double max_over_mean() const {
    double most = 0;
    double sum = 0;
    for (const auto n : view_.members) {
      most = std::max(most, load_of(n));
      sum += load_of(n);
    }
    return most * static_cast<double>(view_.members.size()) / sum;
  }
  node_id place_of(const actor_id& id) const {
    return actors_.at(id).at;
  }
  balancer& machine(std::uint64_t node) {
    return machines_.at({node});
  }
  const view& now() const {
    return view_;
  }
  int period() const {
    return period_;
  }

  std::vector<move_seen> moves; ///< ordered

private:
  struct actor {
    node_id at;
    double load = 0;
    bool came = false;
  };
  struct pair_talk {
    actor_id a;
    actor_id b;
    std::uint64_t messages = 0;
  };
  struct letter {
    int due = 0;
    node_id from;
    balance_orders::gossip what;
  };
  struct journey {
    int due = 0;
    move_seen what;
  };

  balance_measures measure(node_id n) {
    balance_measures m;
    for (const auto& [id, a] : actors_)
      if (a.at == n) {
        const auto factor = 1 + noise * (2 * random_.unit() - 1);
        m.actors.push_back(
            {id,
             balancer::time{static_cast<std::int64_t>(
                 a.load * factor
                 * static_cast<double>(options_.period.count()))},
             1000, a.came});
      }
    for (const auto& t : talks_)
      for (const auto& [x, y] : {std::pair{t.a, t.b}, std::pair{t.b, t.a}})
        if (actors_.contains(x) && actors_.contains(y) && place_of(x) == n)
          m.talks.push_back({x, y, place_of(y), t.messages});
    return m;
  }

  void step() {
    ++period_;
    const auto now = period_ * options_.period;
    std::erase_if(journeys_, [&](const journey& j) {
      if (j.due > period_)
        return false;
      const auto source = machines_.find(j.what.from);
      const bool moved =
          !moves_fail && view_.has(j.what.to) && actors_.contains(j.what.actor);
      if (moved) {
        auto& a = actors_.at(j.what.actor);
        a.at = j.what.to;
        a.came = true;
      }
      if (source != machines_.end())
        source->second.on_moved(j.what.actor, moved, 1000, frozen);
      return true;
    });
    std::erase_if(letters_, [&](const letter& l) {
      if (l.due > period_)
        return false;
      if (const auto to = machines_.find(l.what.to); to != machines_.end())
        to->second.on_report(l.from, l.what.report, now);
      return true;
    });
    for (auto& [id, machine] : machines_) {
      if (silent_.contains(id))
        continue;
      const auto said = machine.on_time(now, view_, measure(id));
      for (const auto& g : said.reports)
        letters_.push_back({period_ + delay + extra(), id, g});
      for (const auto& o : said.moves) {
        BOOST_TEST(view_.has(o.to));
        BOOST_TEST((place_of(o.actor) == id));
        moves.push_back({period_, o.actor, id, o.to});
        journeys_.push_back({period_ + move_time, moves.back()});
      }
    }
  }
  int extra() {
    return delay_spread == 0
               ? 0
               : static_cast<int>(random_()
                                  % static_cast<unsigned>(delay_spread + 1));
  }

  balance_options options_;
  random_numbers random_;
  view view_;
  int period_ = 0;
  std::map<node_id, balancer> machines_;
  std::map<actor_id, actor> actors_;
  std::vector<pair_talk> talks_;
  std::vector<letter> letters_;
  std::vector<journey> journeys_;
  std::set<node_id> silent_;
};

balance_options with(balance_policy p) {
  balance_options o;
  o.policy = p;
  return o;
}

constexpr int an_hour = 36'000; // periods

} // namespace

BOOST_AUTO_TEST_SUITE(balances)

BOOST_AUTO_TEST_CASE(a_hundred_actors_on_one_of_four_nodes_spread_and_stay) {
  for (const double load : {0.01, 0.3, 1.0}) {
    small_world w(4, with(balance_policy::load));
    for (int i = 0; i < 100; ++i)
      w.add(1, load);
    BOOST_TEST(w.settle(100, 1000));
    BOOST_TEST(w.max_over_mean() < 1.3);
    BOOST_TEST(w.moves.size() <= 80u); // 75 at best
    BOOST_TEST(w.moves.back().period < 60);
    const auto before = w.moves.size();
    w.run(an_hour);
    BOOST_TEST(w.moves.size() == before);
  }
}

BOOST_AUTO_TEST_CASE(no_node_moves_more_than_its_rate) {
  auto o = with(balance_policy::load);
  o.moves_per_second = 20;
  small_world w(2, o);
  for (int i = 0; i < 100; ++i)
    w.add(1, 0.5);
  BOOST_TEST(w.settle(100, 1000));
  BOOST_TEST(w.max_over_mean() < 1.3);
  std::map<int, int> in_second;
  for (const auto& m : w.moves)
    ++in_second[m.period / 10];
  for (const auto& [second, n] : in_second)
    BOOST_TEST(n <= 20);
}

BOOST_AUTO_TEST_CASE(two_balanced_nodes_move_nothing_under_noise) {
  for (const std::size_t actors : {1, 2, 5, 50})
    for (const std::uint64_t seed : {1, 2, 3}) {
      small_world w(2, with(balance_policy::load), seed);
      w.noise = 0.1;
      for (std::size_t i = 0; i < actors; ++i) {
        w.add(1, 0.4);
        w.add(2, 0.4);
      }
      w.run(an_hour);
      BOOST_TEST(w.moves.empty());
    }
}

BOOST_AUTO_TEST_CASE(one_actor_too_many_stays_where_it_is) {
  small_world w(2, with(balance_policy::load));
  w.noise = 0.1;
  for (int i = 0; i < 5; ++i)
    w.add(i < 3 ? 1 : 2, 0.5);
  w.run(an_hour);
  BOOST_TEST(w.moves.empty());
}

BOOST_AUTO_TEST_CASE(two_heavy_actors_part) {
  small_world w(3, with(balance_policy::load));
  w.add(2, 1.0);
  w.add(2, 1.0);
  BOOST_TEST(w.settle(100, 1000));
  BOOST_TEST(w.moves.size() == 1u);
  BOOST_TEST(w.load_of({2}) == 1.0);
}

BOOST_AUTO_TEST_CASE(sixteen_nodes_that_hear_each_other_late_come_to_rest) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    small_world w(16, with(balance_policy::load), seed);
    w.delay = static_cast<int>(seed % 6);
    w.delay_spread = 3;
    w.move_time = 1 + static_cast<int>(seed % 4);
    w.noise = 0.05;
    random_numbers random(seed + 100);
    for (int i = 0; i < 640; ++i) // most of them on four nodes
      w.add(1 + (i % 8 == 0 ? random() % 16 : random() % 4),
            0.1 + 0.9 * random.unit());
    BOOST_TEST(w.settle(200, 2000));
    BOOST_TEST(w.max_over_mean() < 1.3);
    BOOST_TEST(w.moves.size() < 700u); // about 420 at best
    const auto before = w.moves.size();
    w.run(3000); // the noise may lift one that is just below the limit above it
    BOOST_TEST(w.moves.size() <= before + 2);
  }
}

BOOST_AUTO_TEST_CASE(what_costs_more_than_it_gains_stays) {
  small_world w(2, with(balance_policy::load));
  w.frozen = 60s; // as the first moves show
  for (int i = 0; i < 100; ++i)
    w.add(1, 0.5);
  w.run(300);
  BOOST_TEST(w.moves.size() < 45u);
  BOOST_TEST(w.load_of({1}) > 25.0);
}

BOOST_AUTO_TEST_CASE(idle_actors_move_nowhere) {
  small_world w(2, with(balance_policy::load));
  for (int i = 0; i < 20; ++i)
    w.add(1, 0.001);
  w.run(1000);
  BOOST_TEST(w.moves.empty());
}

BOOST_AUTO_TEST_CASE(a_policy_of_none_says_and_does_nothing) {
  balancer b({1}, 1, with(balance_policy::none));
  view v{{{1}, 1}, {{1}, {2}}, {}, {}};
  for (int i = 1; i < 10; ++i) {
    const auto said = b.on_time(i * 100ms, v, {});
    BOOST_TEST(said.reports.empty());
    BOOST_TEST(said.moves.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_died_gets_nothing) {
  small_world w(3, with(balance_policy::load));
  w.run(5);
  for (int i = 0; i < 90; ++i)
    w.add(1, 0.5);
  w.run(3);
  w.kill(3); // moves to it may be on the way
  const auto before = w.moves.size();
  BOOST_TEST(w.settle(100, 1000));
  for (auto i = before; i < w.moves.size(); ++i)
    BOOST_TEST(w.moves[i].to.value == 2u);
  BOOST_TEST(w.max_over_mean() < 1.3);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_silent_gets_nothing) {
  small_world w(3, with(balance_policy::load));
  w.run(5);
  w.silence(3);
  w.run(32);
  for (int i = 0; i < 90; ++i)
    w.add(1, 0.5);
  BOOST_TEST(w.settle(100, 1000));
  BOOST_TEST(w.load_of({3}) == 0.0);
  BOOST_TEST(w.load_of({2}) > 15.0);
}

BOOST_AUTO_TEST_CASE(moves_that_fail_are_not_repeated_at_once) {
  small_world w(2, with(balance_policy::load));
  w.moves_fail = true;
  for (int i = 0; i < 10; ++i)
    w.add(1, 0.5);
  w.run(200); // 20 s
  BOOST_TEST(w.moves.size() > 0u);
  std::map<actor_id, int> last;
  for (const auto& m : w.moves) {
    if (last.contains(m.actor))
      BOOST_TEST(m.period - last[m.actor] >= 20);
    last[m.actor] = m.period;
  }
}

BOOST_AUTO_TEST_CASE(pairs_that_talk_across_come_together_and_stay) {
  for (const double load : {0.0, 0.01, 0.5})
    for (int delay = 0; delay < 4; ++delay) {
      small_world w(2, with(balance_policy::affinity));
      w.delay = delay;
      w.noise = 0.1;
      const auto a = w.add(1, load);
      const auto b = w.add(2, load);
      const auto c = w.add(1, load);
      const auto d = w.add(2, load);
      w.talk(a, b, 100);
      w.talk(c, d, 100);
      BOOST_TEST(w.settle(300, 2000));
      BOOST_TEST((w.place_of(a) == w.place_of(b)));
      BOOST_TEST((w.place_of(c) == w.place_of(d)));
      BOOST_TEST(w.moves.size() == 2u);
      w.run(an_hour / 10);
      BOOST_TEST(w.moves.size() == 2u);
    }
}

BOOST_AUTO_TEST_CASE(two_nodes_never_swap_a_pair) {
  for (int delay = 0; delay < 8; ++delay)
    for (int move_time = 1; move_time < 8; ++move_time) {
      small_world w(2, with(balance_policy::affinity));
      w.delay = delay;
      w.move_time = move_time;
      const auto a = w.add(1, 0.2);
      const auto b = w.add(2, 0.2);
      w.talk(a, b, 1000);
      w.run(1000);
      BOOST_TEST(w.moves.size() == 1u);
      BOOST_TEST((w.place_of(a) == w.place_of(b)));
    }
}

BOOST_AUTO_TEST_CASE(three_that_follow_each_other_meet) {
  small_world w(3, with(balance_policy::affinity));
  const auto a = w.add(1, 0.01);
  const auto b = w.add(2, 0.01);
  const auto c = w.add(3, 0.01);
  w.talk(a, b, 100);
  w.talk(b, c, 100);
  w.talk(c, a, 100);
  BOOST_TEST(w.settle(300, 2000));
  BOOST_TEST((w.place_of(a) == w.place_of(b)));
  BOOST_TEST((w.place_of(b) == w.place_of(c)));
  BOOST_TEST(w.moves.size() <= 10u);
}

BOOST_AUTO_TEST_CASE(not_everybody_follows_to_a_node_that_has_enough) {
  small_world w(2, with(balance_policy::affinity));
  const auto star = w.add(1, 0.5);
  for (int i = 0; i < 20; ++i)
    w.talk(star, w.add(2, 0.5), 100);
  BOOST_TEST(w.settle(300, 2000));
  BOOST_TEST(w.max_over_mean() < 1.5);
}

BOOST_AUTO_TEST_CASE(a_new_actor_goes_where_the_least_load_is) {
  small_world w(3, with(balance_policy::load));
  w.add(1, 0.5);
  w.add(2, 0.5);
  w.run(5);
  BOOST_TEST(w.machine(1).place(w.now()).value == 3u);
  w.run(5);
  std::map<std::uint64_t, int> at;
  for (int i = 0; i < 30; ++i)
    ++at[w.machine(1).place(w.now()).value];
  for (std::uint64_t n = 1; n <= 3; ++n)
    BOOST_TEST(at[n] >= 9);
}

BOOST_AUTO_TEST_CASE(without_a_policy_new_actors_go_in_turn) {
  balancer b({1}, 2, {});
  const view v{{{1}, 1}, {{1}, {2}, {3}}, {}, {}};
  std::map<std::uint64_t, int> at;
  for (int i = 0; i < 40; ++i)
    ++at[b.place(v).value];
  BOOST_TEST(at[1] == 20); // it has two workers, as far as the others are known
  BOOST_TEST(at[2] == 10);
  BOOST_TEST(at[3] == 10);
  BOOST_TEST((balancer({4}, 1, {}).place(v) == node_id{4})); // out of the view
}

BOOST_AUTO_TEST_CASE(a_late_report_does_not_replace_a_younger_one) {
  balancer b({1}, 1, with(balance_policy::load));
  const view v{{{1}, 1}, {{1}, {2}}, {}, {}};
  b.on_time(100ms, v, {});
  b.on_report({2}, {5, 0, 0, 0, 0, 1}, 100ms);
  b.on_report({2}, {4, 0, 0, 9'000'000'000, 9, 1}, 100ms);
  b.on_report({3}, {9, 0, 0, 0, 0, 1}, 100ms); // of no member
  b.on_time(200ms, v, {});
  b.on_time(300ms, v, {{{actor_id::stateful({1}, 1), 50ms, 0, false}}, {}});
  BOOST_TEST(b.place(v).value == 2u);
}

// --- what it is made of

BOOST_AUTO_TEST_CASE(the_cost_of_a_move_follows_what_was_measured) {
  move_cost c;
  const auto guess = c.of(1'000'000);
  BOOST_TEST(guess < 0.01);
  c.measured(1000, 0.1);
  BOOST_TEST(std::abs(c.of(1000) - 0.1) < 1e-6);
  BOOST_TEST(c.of(1'000'000) > 0.1);
  BOOST_TEST(c.of(1'000'000) < 1.0);
  BOOST_TEST(c.of(10) <= 0.1);
  BOOST_TEST(c.of(0) > 0.09); // not known: as others
  c.measured(1'000'000, 3);
  BOOST_TEST(std::abs(c.of(1'000'000) - 3) < 1e-6);
  BOOST_TEST(std::abs(c.of(1000) - 0.1) < 1e-6);
  for (int i = 0; i < 2000; ++i)
    c.fade();
  BOOST_TEST(c.of(1'000'000) < 0.01);
}

BOOST_AUTO_TEST_CASE(the_heaviest_talks_are_found_among_many) {
  top_talks t;
  const auto id = [](std::uint64_t n) {
    return actor_id::stateful({7}, n);
  };
  random_numbers random(1);
  for (int i = 0; i < 100'000; ++i) {
    if (i % 10 == 0)
      t.count(id(1), id(2));
    if (i % 20 == 0)
      t.count(id(2), id(1));
    t.count(id(10 + random() % 1000), id(2000 + random() % 1000));
  }
  auto all = t.take();
  BOOST_TEST(all.size() == top_talks::capacity);
  std::ranges::sort(all, std::greater{}, &top_talks::entry::count);
  BOOST_TEST((all[0].actor == id(1) && all[0].with == id(2)));
  BOOST_TEST((all[1].actor == id(2) && all[1].with == id(1)));
  BOOST_TEST(all[0].count >= 10'000u);
  BOOST_TEST(all[0].count - all[0].error <= 10'000u);
  BOOST_TEST(all[0].count - all[0].error >= 8'000u);
  for (std::size_t i = 2; i < all.size(); ++i) // chance acquaintances
    BOOST_TEST(all[i].count - all[i].error < 20u);
  BOOST_TEST(t.take().empty());
}

BOOST_AUTO_TEST_CASE(a_place_is_none_of_those_that_are_barred) {
  balancer b({1}, 2, {});
  const view v{{{1}, 1}, {{1}, {2}, {3}}, {}, {}};
  BOOST_TEST((b.place(v, {{1}, {2}}) == node_id{3}));
  BOOST_TEST((b.place(v, {{1}, {2}}) == node_id{3}));
  BOOST_TEST((b.place(v, {{1}}) == node_id{2})); // it has got none
  BOOST_TEST(!b.place(v, {{1}, {2}, {3}}));
  const view without{{{2}, 1}, {{2}, {3}}, {}, {}};
  BOOST_TEST((b.place(without) == node_id{1}));
  BOOST_TEST(!b.place(without, {{1}}));
}

BOOST_AUTO_TEST_SUITE_END()
