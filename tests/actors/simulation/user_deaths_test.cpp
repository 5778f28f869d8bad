// What the typed API promises when nodes die and actors stop, under many seeds:
// every request gets an answer or a reason, long before its deadline, whoever
// watches an actor hears of its end once, and whoever sent to it how many
// messages may be lost.

#include <boost/test/unit_test.hpp>
#include <tern/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tern::simulation::cluster;
using tern::simulation::options;
using tern::simulation::try_seeds;

namespace {

struct greet {
  template <class Archive>
  void fields(Archive&) {}
};
struct leave {
  template <class Archive>
  void fields(Archive&) {}
};

class guest {
public:
  using messages = tern::messages<greet, leave>;
  int on(const greet&) {
    return ++greeted_;
  }
  void on(const leave&, tern::context& here) {
    here.stop("went home");
  }
  template <class Archive>
  void fields(Archive& a) {
    a(greeted_);
  }

private:
  int greeted_ = 0;
};

struct look_after {
  tern::ref<guest> who;
  template <class Archive>
  void fields(Archive& a) {
    a(who);
  }
};
struct invite {
  template <class Archive>
  void fields(Archive&) {}
};

class host {
public:
  using messages = tern::messages<look_after, invite>;
  void on(const look_after& m, tern::context& here) {
    here.monitor(m.who);
  }
  tern::ref<guest> on(const invite&, tern::context& here) {
    return here.spawn<guest>();
  }
  void on(const tern::ended&) {
    ++gone_;
  }
  int gone() const {
    return gone_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(gone_);
  }

private:
  int gone_ = 0;
};

/// Requests of a run.
struct requests {
  int open = 0;
  int late = 0;

  template <class R>
  void closed(const tern::result<R>& answer) {
    --open;
    late += !answer && answer.error().kind == tern::failure_kind::unreachable;
  }
};

struct party {
  std::vector<tern::ref<guest>> guests;
  std::vector<tern::ref<host>> hosts;
  requests all;
};

/// What happens at one moment.
void meet(cluster& c, const std::shared_ptr<party>& p) {
  const auto g = p->guests[c.random().below(p->guests.size())];
  const auto h = p->hosts[c.random().below(p->hosts.size())];
  p->all.open += 2;
  c.request(
      g, greet{}, [p](const tern::result<int>& r) { p->all.closed(r); }, 1h);
  c.request(
      h, invite{},
      [p, &c](const tern::result<tern::ref<guest>>& r) {
        p->all.closed(r);
        if (r)
          c.send(*r, greet{});
      },
      1h);
  if (c.random().chance(0.03))
    c.send(g, leave{});
}

void a_party(cluster& c) {
  c.add<guest>();
  c.add<host>();
  const auto p = std::make_shared<party>();
  for (int i = 0; i < 4; ++i)
    p->guests.push_back(c.spawn<guest>(c.random().below(c.nodes())));
  for (int i = 0; i < 3; ++i)
    p->hosts.push_back(c.spawn<host>(c.random().below(c.nodes())));
  for (const auto& h : p->hosts)
    for (const auto& g : p->guests)
      c.send(h, look_after{g});
  for (int i = 0; i < 60; ++i)
    c.after(std::chrono::milliseconds(c.random().below(150)),
            [p, &c] { meet(c, p); });

  c.eventually("every request was answered in time",
               [p] { return p->all.open == 0 && p->all.late == 0; });
  c.eventually("every host heard of every end once", [p, &c] {
    const auto gone = std::ranges::count_if(
        p->guests, [&c](const auto& g) { return !c.state(g); });
    return std::ranges::all_of(p->hosts, [&c, gone](const auto& h) {
      const auto* s = c.state(h);
      return !s || s->gone() == gone;
    });
  });
}

// -- who counts, outside of all nodes, what was said --------------------------

struct word_count {
  std::uint64_t sent = 0;
  std::uint64_t handled = 0;
  std::uint64_t told = 0; // lost, as the sender heard
};

class ledger {
public:
  word_count& of(const tern::actor_id& from, const tern::actor_id& to) {
    return words_[{from, to}];
  }
  const auto& all() const {
    return words_;
  }
  std::uint64_t told() const {
    std::uint64_t n = 0;
    for (const auto& [pair, words] : words_)
      n += words.told;
    return n;
  }

private:
  std::map<std::pair<tern::actor_id, tern::actor_id>, word_count> words_;
};

ledger* book = nullptr; // of the run

class gossip;

struct word {
  std::uint64_t number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number);
  }
};
struct talk_to {
  tern::ref<gossip> whom;
  std::uint64_t words = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(whom, words);
  }
};

class gossip {
public:
  using messages = tern::messages<word, talk_to>;
  void on(const talk_to& m, tern::context& here) {
    auto& said = said_[m.whom];
    for (std::uint64_t i = 0; i < m.words; ++i) {
      here.send(m.whom, word{++said});
      ++book->of(here.self<gossip>().id(), m.whom.id()).sent;
    }
  }
  void on(const word& m, tern::context& here) {
    in_order_ &= m.number == ++heard_[tern::ref<gossip>{here.sender()}];
    ++book->of(here.sender(), here.self<gossip>().id()).handled;
  }
  void on(const tern::undelivered& lost, tern::context& here) {
    book->of(here.self<gossip>().id(), lost.actor).told += lost.count;
  }
  bool in_order() const {
    return in_order_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(said_, heard_, in_order_);
  }

private:
  std::map<tern::ref<gossip>, std::uint64_t> said_;
  std::map<tern::ref<gossip>, std::uint64_t> heard_;
  bool in_order_ = true;
};

void much_talk(cluster& c) {
  c.add<gossip>();
  const auto mine = std::make_shared<ledger>();
  book = mine.get();
  std::vector<tern::ref<gossip>> all;
  for (int i = 0; i < 6; ++i)
    all.push_back(c.spawn<gossip>(c.random().below(c.nodes())));
  for (int i = 0; i < 60; ++i) {
    const auto from = all[c.random().below(all.size())];
    const auto to = all[c.random().below(all.size())];
    const auto words = 1 + c.random().below(20);
    c.after(std::chrono::milliseconds(c.random().below(150)), [=, &c] {
      c.send(from, talk_to{to, words});
    });
  }
  c.invariant("in order", [&c, all] {
    return std::ranges::all_of(all, [&c](const auto& one) {
      const auto* s = c.state(one);
      return !s || s->in_order();
    });
  });
  c.eventually("every word was handled, or told to be lost", [&c, mine] {
    return std::ranges::all_of(mine->all(), [&c](const auto& each) {
      const auto& [pair, words] = each;
      if (!c.state(tern::ref<gossip>{pair.first}))
        return true;
      if (c.state(tern::ref<gossip>{pair.second}))
        return words.handled == words.sent && words.told == 0;
      return words.handled <= words.sent
             && words.sent <= words.handled + words.told;
    });
  });
}

options bad_day() {
  options o;
  o.nodes = 4;
  o.moves = 20;
  o.bad.loss = 0.1;
  o.bad.duplicate = 0.2;
  o.bad.clogs = 1;
  o.bad.kills = 1;
  o.bad.expels = 1;
  o.bad.skew = 0.05;
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_deaths)

BOOST_AUTO_TEST_CASE(no_request_hangs_and_no_end_is_missed) {
  const auto r = try_seeds(1, 300, a_party, bad_day());
  BOOST_TEST(r.holds(), to_string(r));
}

BOOST_AUTO_TEST_CASE(nor_when_all_actors_move_all_the_time) {
  auto o = bad_day();
  o.rotate = true;
  const auto r = try_seeds(1, 100, a_party, o);
  BOOST_TEST(r.holds(), to_string(r));
}

BOOST_AUTO_TEST_CASE(every_word_to_the_dead_is_handled_or_told_to_be_lost) {
  auto o = bad_day();
  const auto r = try_seeds(1, 300, much_talk, o);
  BOOST_TEST(r.holds(), to_string(r));
  o.rotate = true;
  const auto moving = try_seeds(1, 100, much_talk, o);
  BOOST_TEST(moving.holds(), to_string(moving));
}

BOOST_AUTO_TEST_CASE(who_sent_to_a_dead_actor_hears_how_much_is_lost) {
  options o;
  o.nodes = 2;
  o.moves = 0;
  o.bad = tern::simulation::faults::none();
  cluster c{o};
  c.add<gossip>();
  ledger mine;
  book = &mine;
  const auto a = c.spawn<gossip>(0);
  const auto b = c.spawn<gossip>(1);
  c.kill(1);
  c.send(a, talk_to{b, 100}); // more than there is room for
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(mine.told() == 100u);
}

BOOST_AUTO_TEST_CASE(nobody_hears_one_that_was_taken_for_dead) {
  options o;
  o.nodes = 3;
  o.moves = 0;
  o.tell = true;
  o.bad = tern::simulation::faults::none();
  cluster c{o};
  c.add<gossip>();
  ledger mine;
  book = &mine;
  const auto a = c.spawn<gossip>(0);
  const auto b = c.spawn<gossip>(1);
  c.send(b, talk_to{b, 1}); // both of them know each other
  c.send(b, talk_to{a, 1});
  c.run_for(10ms);
  c.expel(1, 100ms);
  BOOST_TEST(!c.alive(1));
  BOOST_TEST(c.state(b) == nullptr);
  BOOST_CHECK_THROW(c.spawn<gossip>(1), tern::actor_error);
  BOOST_CHECK_THROW(c.expel(c.outside(), 1ms), std::out_of_range);
  c.send(b, talk_to{a, 5}); // on its way when the node stops
  c.send(a, talk_to{b, 3});
  BOOST_TEST(bool{c.run_for(150ms)});
  BOOST_TEST(mine.of(b.id(), a.id()).sent == 6u);
  BOOST_TEST(mine.of(b.id(), a.id()).handled == 1u);
  BOOST_TEST(mine.of(a.id(), b.id()).told == 3u);
  BOOST_TEST(bool{c.run()});
}

BOOST_AUTO_TEST_SUITE_END()
