// What the typed API promises of links and of actors that fail, while nodes die
// and everybody moves: under many seeds.

#include <boost/test/unit_test.hpp>
#include <tern/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tern::simulation::cluster;
using tern::simulation::options;
using tern::simulation::try_seeds;

namespace {

options bad_day(bool rotate, std::size_t kills) {
  options o;
  o.nodes = 4;
  o.moves = 20;
  o.rotate = rotate;
  o.bad.loss = 0.1;
  o.bad.duplicate = 0.2;
  o.bad.clogs = 1;
  o.bad.kills = kills;
  o.bad.skew = 0.05;
  return o;
}

template <class Scenario>
void holds(Scenario scenario, std::size_t kills) {
  for (const bool rotate : {false, true}) {
    const auto r = try_seeds(1, 200, scenario, bad_day(rotate, kills));
    BOOST_TEST(r.holds(), to_string(r));
  }
}

// -- links --------------------------------------------------------------------

class climber;

struct tie {
  tern::ref<climber> to;
  template <class Archive>
  void fields(Archive& a) {
    a(to);
  }
};
struct untie : tie {};
struct shout {
  int number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number);
  }
};
/// Shout so often to each of these, then fall.
struct fall {
  std::vector<tern::ref<climber>> to;
  int words = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, words);
  }
};

int heard_by_all = 0; // in this run

class climber {
public:
  using messages = tern::messages<tie, untie, shout, fall>;
  void on(const tie& m, tern::context& here) const {
    here.link(m.to);
  }
  void on(const untie& m, tern::context& here) const {
    here.unlink(m.to);
  }
  void on(const shout&) const {
    ++heard_by_all;
  }
  void on(const fall& m, tern::context& here) const {
    here.stop("fell");
    for (const auto& other : m.to)
      for (int i = 0; i < m.words; ++i)
        here.send(other, shout{i});
  }
  template <class Archive>
  void fields(Archive&) {}
};

// Pairs that link and unlink at the same time from both sides, and end up one
// way or the other: when one is gone, so is the other, or it was not linked.
// The last thing everybody says is to link, so all of them are.
void a_rope_party(cluster& c) {
  c.add<climber>();
  std::vector<tern::ref<climber>> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(c.spawn<climber>(c.random().below(c.nodes())));
  const auto other = c.spawn<climber>(c.random().below(c.nodes()));
  for (int i = 0; i < 20; ++i) {
    const auto x = c.random().below(all.size());
    const auto y = c.random().below(all.size());
    const auto when = std::chrono::milliseconds(c.random().below(60));
    const bool unlink = c.random().chance(0.5);
    c.after(when, [=, &c] {
      if (unlink)
        c.send(all[x], untie{{all[y]}});
      else
        c.send(all[x], tie{all[y]});
    });
  }
  c.after(60ms, [=, &c] {
    for (std::size_t i = 1; i < all.size(); ++i)
      for (const auto a : {i, i - 1}) // the last word of both is to link
        c.send(all[a], tie{all[a == i ? i - 1 : i]});
  });
  const auto who = c.random().below(all.size());
  const bool falls = c.random().chance(0.7);
  if (falls)
    c.after(200ms, [=, &c] { c.send(all[who], fall{}); });
  c.eventually("all ends together, and nothing else", [=, &c] {
    const auto left = std::ranges::count_if(
        all, [&c](const auto& one) { return c.state(one) != nullptr; });
    if (falls && left != 0)
      return false;
    return left == 0 || left == static_cast<std::ptrdiff_t>(all.size());
  });
  c.eventually("who is not linked goes on",
               [=, &c] { return c.how().bad.kills > 0 || c.state(other); });
}

// More than there is room for.
void last_words(cluster& c) {
  c.add<climber>();
  heard_by_all = 0;
  const auto a = c.spawn<climber>(0);
  const auto b = c.spawn<climber>(c.nodes() - 1);
  c.send(a, tie{b});
  c.send(a, fall{{b}, 50});
  c.eventually("all was heard before the end", [=, &c] {
    return heard_by_all == 50 && !c.state(a) && !c.state(b);
  });
}

// -- restarts -----------------------------------------------------------------

struct job {
  int number = 0;
  bool bad = false;
  template <class Archive>
  void fields(Archive& a) {
    a(number, bad);
  }
};

struct diary { // of the run, outside of all nodes
  std::vector<int> jobs;
  std::vector<int> births;
  int arrivals = 0;
};
diary* book = nullptr;

class worker {
public:
  using messages = tern::messages<job>;
  static constexpr auto supervision = tern::supervision::restart{
      .times = 1000, .within = 1h, .first = 1ms, .most = 8ms};
  worker() = default;
  explicit worker(int born) : born_(born) {}

  int on(const job& m) {
    book->jobs.push_back(m.number);
    book->births.push_back(born_ + spoiled_);
    if (m.bad) {
      spoiled_ = 1000;
      throw std::runtime_error("a bad job");
    }
    return m.number;
  }
  void arrived(tern::context&) {
    ++book->arrivals;
    if (spoiled_ != 0)
      book->births.push_back(-1);
  }
  template <class Archive>
  void fields(Archive& a) {
    a(born_, spoiled_);
  }

private:
  int born_ = 0;
  int spoiled_ = 0;
};

// One after the other, each once; nobody sees a spoiled state; and who asked
// hears of it. Unless its node dies; then they hear that.
void bad_jobs(cluster& c) {
  c.add<worker>();
  const auto mine = std::make_shared<diary>();
  book = mine.get();
  const auto w = c.spawn<worker>(c.random().below(c.nodes()), 42);
  const auto answers = std::make_shared<std::pair<int, int>>(); // good, bad
  int bad = 0;
  for (int i = 0; i < 60; ++i) {
    const job j{i, c.random().chance(0.2)};
    bad += j.bad;
    c.after(std::chrono::milliseconds(i), [=, &c] {
      c.request(
          w, j,
          [answers](const tern::result<int>& r) {
            ++(r ? answers->first : answers->second);
          },
          1h);
    });
  }
  c.eventually("each job was done once, in order", [=, &c] {
    const auto& jobs = mine->jobs;
    return std::ranges::adjacent_find(jobs, std::greater_equal{}) == jobs.end()
           && (jobs.size() == 60u || !c.state(w));
  });
  c.eventually("with the state it was spawned with", [=] {
    return std::ranges::all_of(mine->births, [](int n) { return n == 42; });
  });
  c.eventually("and each was answered", [=, &c] {
    const auto [good, failed] = *answers;
    return good + failed == 60 && (failed == bad || !c.state(w));
  });
}

// -- what a restart leaves alone ----------------------------------------------

struct begin {
  tern::ref<climber> other;
  template <class Archive>
  void fields(Archive& a) {
    a(other);
  }
};
struct tick {
  template <class Archive>
  void fields(Archive&) {}
};

/// Begins all that it can, and throws.
class hasty {
public:
  using messages = tern::messages<begin, tick>;
  static constexpr auto supervision =
      tern::supervision::restart{.first = 20ms, .most = 20ms};
  void on(const begin& m, tern::context& here) {
    begun_ = true;
    here.send_after(5ms, here.self<hasty>(), tick{});
    here.request(m.other, shout{}).then<&hasty::answered>();
    here.monitor(m.other);
    throw std::runtime_error("too much");
  }
  void on(const tick&) {
    ++ticks_;
  }
  void answered(const tern::result<void>& ok) {
    answers_ += ok.has_value();
  }
  void on(const tern::ended&) {
    ++ends_;
  }
  bool has_all() const {
    return !begun_ && ticks_ == 1 && answers_ == 1 && ends_ == 1;
  }
  using continuations = tern::continuations<&hasty::answered>;
  template <class Archive>
  void fields(Archive& a) {
    a(begun_, ticks_, answers_, ends_);
  }

private:
  bool begun_ = false;
  int ticks_ = 0;
  int answers_ = 0;
  int ends_ = 0;
};

void much_at_once(cluster& c) {
  c.add<hasty>();
  c.add<climber>();
  const auto h = c.spawn<hasty>(0);
  const auto other = c.spawn<climber>(c.nodes() - 1);
  c.send(h, begin{other});
  c.after(1s, [=, &c] { c.send(other, fall{}); });
  c.eventually("the new state hears of all of it",
               [=, &c] { return c.state(h)->has_all(); });
}

// -- a family -----------------------------------------------------------------

struct raise {
  int children = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(children);
  }
};
struct misbehave {
  template <class Archive>
  void fields(Archive&) {}
};

class child {
public:
  using messages = tern::messages<misbehave>;
  static constexpr auto supervision = tern::supervision::escalate{};
  void on(const misbehave&) const {
    throw std::runtime_error("no manners");
  }
  template <class Archive>
  void fields(Archive&) {}
};

class parent {
public:
  using messages = tern::messages<raise, misbehave>;
  static constexpr auto supervision = tern::supervision::restart{
      .times = 2, .within = 1h, .first = 2ms, .most = 2ms};
  void on(const raise& m, tern::context& here) {
    for (int i = 0; i < m.children; ++i)
      here.send(here.spawn_on<child>({1 + static_cast<std::uint64_t>(i) % 4}),
                misbehave{});
  }
  void on(const misbehave&) const {}
  template <class Archive>
  void fields(Archive&) {}
};

void a_family(cluster& c) {
  c.add<child>();
  c.add<parent>();
  const auto strict = c.spawn<parent>(0);
  const auto mild = c.spawn<parent>(1);
  c.send(strict, raise{3});
  c.send(mild, raise{2});
  c.eventually("three failures are too many, two are not",
               [=, &c] { return !c.state(strict) && c.state(mild); });
}

options quiet() {
  options o;
  o.nodes = 2;
  o.moves = 0;
  o.bad = tern::simulation::faults::none();
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_supervisions)

BOOST_AUTO_TEST_CASE(linked_actors_end_together) {
  holds(a_rope_party, 0);
}

BOOST_AUTO_TEST_CASE(linked_actors_end_with_the_node_of_one) {
  holds(a_rope_party, 1);
}

BOOST_AUTO_TEST_CASE(a_linked_actor_hears_all_before_it_ends) {
  holds(last_words, 0);
}

BOOST_AUTO_TEST_CASE(a_restart_loses_no_message_and_no_order) {
  holds(bad_jobs, 0);
}

BOOST_AUTO_TEST_CASE(nor_does_it_when_nodes_die) {
  holds(bad_jobs, 2);
}

BOOST_AUTO_TEST_CASE(what_an_actor_has_begun_outlives_its_state) {
  holds(much_at_once, 0);
}

BOOST_AUTO_TEST_CASE(failures_of_children_are_their_parents) {
  holds(a_family, 0);
}

BOOST_AUTO_TEST_CASE(a_restart_waits_and_the_next_one_twice_as_long) {
  cluster c{quiet()};
  c.add<worker>();
  diary mine;
  book = &mine;
  const auto w = c.spawn<worker>(0, 1);
  std::vector<cluster::duration> times;
  for (int i = 0; i < 5; ++i) {
    c.send(w, job{i, true});
    while (mine.jobs.size() == static_cast<std::size_t>(i))
      c.run_for(100us);
    times.push_back(c.now());
  }
  for (int i = 1; i < 5; ++i) { // 1, 2, 4 and 8 ms
    const auto wait = times[static_cast<std::size_t>(i)]
                      - times[static_cast<std::size_t>(i - 1)];
    BOOST_TEST((wait >= 1ms * (1 << (i - 1)) - 200us));
    BOOST_TEST((wait <= 1ms * (1 << (i - 1)) + 2ms));
  }
}

BOOST_AUTO_TEST_CASE(one_that_waits_moves_and_is_greeted_with_its_new_state) {
  cluster c{quiet()};
  c.add<worker>();
  diary mine;
  book = &mine;
  const auto w = c.spawn<worker>(0, 1);
  for (int i = 0; i < 4; ++i) // the last one waits for 8 ms
    c.send(w, job{i, true});
  while (mine.jobs.size() < 4u)
    c.run_for(100us);
  c.migrate(w, 1);
  c.run_for(4ms);
  BOOST_TEST(c.where(w).value() == 1u);
  BOOST_TEST(mine.arrivals == 0);
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(mine.arrivals == 1);
  BOOST_TEST(std::ranges::count(mine.births, 1) == 4);
}

BOOST_AUTO_TEST_CASE(a_linked_actor_hears_of_a_dead_node_on_either_side) {
  for (const std::size_t dead : {0u, 1u}) {
    cluster c{quiet()};
    c.add<climber>();
    const auto a = c.spawn<climber>(0);
    const auto b = c.spawn<climber>(1);
    c.send(a, tie{b});
    c.run_for(20ms);
    c.kill(dead);
    BOOST_TEST(bool{c.run()});
    BOOST_TEST(!c.state(a));
    BOOST_TEST(!c.state(b));
  }
}

BOOST_AUTO_TEST_SUITE_END()
