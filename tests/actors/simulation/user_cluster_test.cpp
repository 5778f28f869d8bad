// Actors of a program in a simulated cluster: <tern/simulation.hpp> and nothing
// else of ours.

#include <boost/test/unit_test.hpp>
#include <tern/simulation.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using tern::simulation::cluster;
using tern::simulation::faults;
using tern::simulation::options;
using tern::simulation::try_seeds;

namespace {

struct nothing {
  template <class Archive>
  void fields(Archive&) {}
};

// -- an actor that sees who said what -----------------------------------------

struct numbered {
  int number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number);
  }
};
struct total : nothing {};
struct fail_please : nothing {};
struct end : nothing {};
struct remind_me {
  std::chrono::nanoseconds delay{};
  template <class Archive>
  void fields(Archive& a) {
    a(delay);
  }
};

class talker;

class listener {
public:
  static constexpr std::string_view name = "listener";
  using messages = tern::messages<numbered, total, fail_please, end, remind_me>;

  void on(const numbered& m, tern::context& here) {
    in_order_ &= m.number == ++last_[tern::ref<talker>{here.sender()}];
    ++heard_;
  }
  int on(const total&) const {
    return heard_;
  }
  void on(const fail_please&) {
    throw std::runtime_error("as you wish");
  }
  void on(const end&, tern::context& here) {
    here.stop();
  }
  void on(const remind_me& m, tern::context& here) {
    here.send_after(m.delay, here.self<listener>(), total{});
    here.send_after(m.delay, here.self<listener>(), end{});
  }
  void arrived(tern::context&) {
    ++moves_;
  }

  bool in_order() const {
    return in_order_;
  }
  int heard() const {
    return heard_;
  }
  int moves() const {
    return moves_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(last_, in_order_, heard_, moves_);
  }

private:
  std::map<tern::ref<talker>, int> last_;
  bool in_order_ = true;
  int heard_ = 0;
  int moves_ = 0;
};

// -- one that talks, makes others, and watches them ---------------------------

struct talk {
  tern::ref<listener> to;
  int messages = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, messages);
  }
};
struct make_one : nothing {};
struct make_one_anywhere : nothing {};
struct watch_it {
  tern::ref<listener> it;
  template <class Archive>
  void fields(Archive& a) {
    a(it);
  }
};

class talker {
public:
  static constexpr std::string_view name = "talker";
  using messages = tern::messages<talk, make_one, make_one_anywhere, watch_it>;

  void on(const talk& m, tern::context& here) {
    for (int i = 0; i < m.messages; ++i)
      here.send(m.to, numbered{++said_});
  }
  tern::ref<listener> on(const make_one&, tern::context& here) {
    return here.spawn<listener>();
  }
  tern::ref<listener> on(const make_one_anywhere&, tern::context& here) {
    return here.spawn_anywhere<listener>();
  }
  void on(const watch_it& m, tern::context& here) {
    here.monitor(m.it);
  }
  void on(const tern::ended&) {
    ++ends_;
  }
  int ends() const {
    return ends_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(said_, ends_);
  }

private:
  int said_ = 0;
  int ends_ = 0;
};

options quiet(std::size_t nodes = 3) {
  options o;
  o.nodes = nodes;
  o.moves = 0;
  o.bad = faults::none();
  return o;
}

constexpr int talkers = 4;
constexpr int rounds = 5;
constexpr int messages_a_round = 20;

/// Several talk to one, more than there is room for; all move.
void conversation(cluster& c) {
  c.add<listener>();
  c.add<talker>();
  const auto ear = c.spawn<listener>(0);
  for (int i = 0; i < talkers; ++i) {
    const auto mouth = c.spawn<talker>(c.random().below(c.nodes()));
    for (int k = 0; k < rounds; ++k)
      c.after(std::chrono::milliseconds(c.random().below(100)),
              [&c, mouth, ear] {
                c.send(mouth, talk{ear, messages_a_round});
              });
  }
  c.invariant("in order", [&c, ear] {
    const auto* s = c.state(ear);
    return s && s->in_order();
  });
  c.eventually("all was heard", [&c, ear] {
    return c.state(ear)->heard() == talkers * rounds * messages_a_round;
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(user_clusters)

BOOST_AUTO_TEST_CASE(an_actor_of_a_program_answers_and_moves) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(0);
  c.send(ear, numbered{1});
  c.migrate(ear, 2);
  c.send(ear, numbered{2});
  int answer = 0;
  c.after(50ms, [&] {
    c.request(ear, total{}, [&](const tern::result<int>& n) { answer = *n; });
  });
  BOOST_TEST(to_string(c.run()).starts_with("seed 1: all holds"));
  BOOST_TEST(answer == 2);
  BOOST_REQUIRE(c.state(ear));
  BOOST_TEST(c.state(ear)->heard() == 2);
  BOOST_TEST(c.state(ear)->moves() == 1);
  BOOST_TEST(c.where(ear).value() == 2u);
}

BOOST_AUTO_TEST_CASE(messages_without_room_wait_outside) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(1);
  for (int i = 1; i <= 500; ++i)
    c.send(ear, numbered{i});
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(c.state(ear)->heard() == 500);
  BOOST_TEST(c.state(ear)->in_order());
}

BOOST_AUTO_TEST_CASE(every_message_is_handled_once_and_in_order) {
  options o;
  o.nodes = 4;
  o.rotate = true;
  o.bad.loss = 0.1;
  o.bad.duplicate = 0.2;
  o.bad.clogs = 1;
  o.bad.skew = 0.1;
  const auto r = try_seeds(1, 40, conversation, o);
  BOOST_TEST(r.holds(), to_string(r));
  BOOST_TEST(r.seeds == 40u);
}

BOOST_AUTO_TEST_CASE(one_seed_gives_one_run) {
  const auto one = tern::simulation::try_one({.seed = 5}, conversation);
  const auto again = tern::simulation::try_one({.seed = 5}, conversation);
  const auto other = tern::simulation::try_one({.seed = 6}, conversation);
  BOOST_TEST(one.holds());
  BOOST_TEST(one.hash == again.hash);
  BOOST_TEST(one.events == again.events);
  BOOST_TEST(one.hash != other.hash);
}

BOOST_AUTO_TEST_CASE(a_history_does_not_change_a_run) {
  cluster c{{.seed = 5, .tell = true}};
  conversation(c);
  const auto told = c.run();
  BOOST_TEST(told.hash
             == tern::simulation::try_one({.seed = 5}, conversation).hash);
  BOOST_TEST(c.history().size() > 100u);
}

BOOST_AUTO_TEST_CASE(an_hour_of_waiting_takes_no_time) {
  auto o = quiet();
  o.bad.skew = 0.01;
  o.moves = 20; // the wait moves along
  cluster c{o};
  c.add<listener>();
  const auto ear = c.spawn<listener>(0);
  c.send(ear, remind_me{1h});
  c.run_for(59min);
  BOOST_TEST(c.state(ear) != nullptr);
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(c.state(ear) == nullptr);
  BOOST_TEST((c.now() > 59min && c.now() < 62min));
}

BOOST_AUTO_TEST_CASE(a_request_over_a_cut_ends_with_its_deadline) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(1);
  c.run_for(1ms);
  c.cut(1, c.outside());
  std::string why;
  std::chrono::nanoseconds when{};
  c.request(
      ear, total{},
      [&](const tern::result<int>& n) {
        why = n ? "it was answered" : n.error().what;
        when = c.now();
      },
      70ms);
  BOOST_TEST(bool{c.run_for(100ms)});
  BOOST_TEST(why == "no answer within the deadline");
  BOOST_TEST((when == 71ms));
  c.mend(1, c.outside());
  BOOST_TEST(bool{c.run()});
}

BOOST_AUTO_TEST_CASE(actors_die_with_their_node_and_others_hear_of_it) {
  cluster c{quiet()};
  c.add<listener>();
  c.add<talker>();
  const auto ear = c.spawn<listener>(1);
  const auto watcher = c.spawn<talker>(0);
  c.send(watcher, watch_it{ear});
  c.after(10ms, [&] { c.kill(1); });
  tern::result<int> answer = 0;
  c.after(11ms, [&] {
    c.request(ear, total{}, [&](const tern::result<int>& n) { answer = n; });
  });
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(!c.alive(1));
  BOOST_TEST(c.state(ear) == nullptr);
  BOOST_TEST(!c.where(ear));
  BOOST_TEST(c.state(watcher)->ends() == 1);
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.error().kind == tern::failure_kind::not_found));
  BOOST_CHECK_THROW(c.spawn<listener>(1), tern::actor_error);
  BOOST_CHECK_THROW(c.spawn<listener>(7), std::out_of_range);
  BOOST_CHECK_THROW(c.kill(c.outside()), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(a_paused_node_goes_on_later) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(1);
  c.pause(1, 30ms);
  c.send(ear, numbered{1});
  c.run_for(29ms);
  BOOST_TEST(c.state(ear)->heard() == 0);
  c.run_for(10ms);
  BOOST_TEST(c.state(ear)->heard() == 1);
}

BOOST_AUTO_TEST_CASE(a_clogged_link_holds_messages_back) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(1);
  c.run_for(1ms);
  c.clog(c.outside(), 1);
  for (int i = 1; i <= 5; ++i)
    c.send(ear, numbered{i});
  c.run_for(30ms);
  BOOST_TEST(c.state(ear)->heard() == 0);
  c.unclog(c.outside(), 1);
  c.run_for(1ms);
  BOOST_TEST(c.state(ear)->heard() == 5);
  BOOST_CHECK_THROW(c.clog(0, 7), std::out_of_range);
}

// However long it takes: only `kill` and `expel` make the others go on.
BOOST_AUTO_TEST_CASE(nobody_is_taken_for_dead_for_a_cut_or_a_clog) {
  for (const bool clogged : {false, true}) {
    cluster c{quiet()};
    c.add<listener>();
    c.add<talker>();
    const auto ear = c.spawn<listener>(1);
    const auto watcher = c.spawn<talker>(0);
    c.send(watcher, watch_it{ear});
    c.run_for(10ms);
    for (const std::size_t other : {0u, 2u, 3u}) {
      clogged ? c.clog(1, other) : c.cut(1, other);
      clogged ? c.clog(other, 1) : c.cut(other, 1);
    }
    c.send(watcher, talk{ear, 1});
    c.run_for(1min);
    BOOST_TEST(c.alive(1));
    BOOST_TEST(c.state(watcher)->ends() == 0);
    BOOST_TEST(c.state(ear)->heard() == 0);
    BOOST_TEST(bool{c.run()});
    BOOST_TEST(c.state(ear)->heard() == 1);
    BOOST_TEST(c.state(watcher)->ends() == 0);
  }
}

namespace {

/// Which links a history tells to be clogged, or clear, in order.
std::vector<std::string> links_told(const cluster& c, const std::string& how) {
  std::vector<std::string> links;
  for (const auto& line : c.history())
    if (const auto at = line.find("the link from"); at != line.npos)
      if (line.ends_with(how))
        links.push_back(line.substr(at, line.size() - at - how.size()));
  return links;
}

} // namespace

BOOST_AUTO_TEST_CASE(a_clog_clears_links_in_another_order) {
  std::set<std::vector<std::string>> chosen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto o = quiet(6);
    o.seed = seed;
    o.tell = true;
    o.bad.clogs = 1;
    o.bad.during = 200ms;
    cluster c{o};
    c.add<listener>();
    const auto ear = c.spawn<listener>(1);
    for (int i = 1; i <= 20; ++i)
      c.after(10ms * i, [&c, ear, i] { c.send(ear, numbered{i}); });
    BOOST_TEST(bool{c.run()});
    BOOST_TEST(c.state(ear)->heard() == 20);
    auto clogged = links_told(c, " is clogged");
    auto clear = links_told(c, " is clear");
    BOOST_TEST((clogged.size() > 10 && clogged.size() < 32)); // of 42
    BOOST_TEST(clogged != clear);
    std::ranges::sort(clogged);
    std::ranges::sort(clear);
    BOOST_TEST(clogged == clear);
    chosen.insert(clogged);
  }
  BOOST_TEST(chosen.size() == 20u);
}

BOOST_AUTO_TEST_CASE(handlers_make_actors) {
  cluster c{quiet()};
  c.add<listener>();
  c.add<talker>();
  tern::ref<listener> made;
  c.request(c.spawn<talker>(2), make_one{},
            [&](const tern::result<tern::ref<listener>>& r) { made = *r; });
  BOOST_TEST(bool{c.run()});
  BOOST_TEST(c.where(made).value() == 2u);
}

BOOST_AUTO_TEST_CASE(handlers_make_actors_on_one_node_after_the_other) {
  cluster c{quiet()};
  c.add<listener>();
  c.add<talker>();
  const auto maker = c.spawn<talker>(2);
  std::vector<tern::ref<listener>> made;
  for (int i = 0; i < 6; ++i)
    c.request(maker, make_one_anywhere{},
              [&](const tern::result<tern::ref<listener>>& r) {
                made.push_back(*r);
              });
  BOOST_TEST(bool{c.run()});
  std::map<std::size_t, int> there;
  for (const auto& m : made)
    ++there[c.where(m).value()];
  BOOST_TEST((there == std::map<std::size_t, int>{{0, 2}, {1, 2}, {2, 2}}));
}

BOOST_AUTO_TEST_CASE(exceptions_of_handlers_are_reported) {
  cluster c{quiet()};
  c.add<listener>();
  c.send(c.spawn<listener>(1), fail_please{});
  const auto v = c.run();
  BOOST_TEST(v.holds()); // to a request it would be an answer
  BOOST_REQUIRE(v.errors.size() == 1u);
  BOOST_TEST(v.errors[0].node == 1u);
  BOOST_TEST(v.errors[0].what == "as you wish");
  BOOST_TEST(to_string(v).find("a handler of listener #1 on node 1 threw")
             != to_string(v).npos);
}

BOOST_AUTO_TEST_CASE(the_first_broken_invariant_ends_the_run) {
  cluster c{quiet()};
  c.add<listener>();
  const auto ear = c.spawn<listener>(1);
  c.invariant("fewer than three", [&] { return c.state(ear)->heard() < 3; });
  for (int i = 1; i <= 10; ++i)
    c.after(std::chrono::milliseconds(i), [&, i] { c.send(ear, numbered{i}); });
  const auto v = c.run();
  BOOST_TEST(v.broken == "fewer than three");
  BOOST_TEST(c.state(ear)->heard() == 3);
  BOOST_TEST((v.time > 3ms && v.time < 5ms));
}

BOOST_AUTO_TEST_CASE(what_throws_breaks_a_run) {
  cluster action{quiet()};
  action.after(1ms, [] { throw std::runtime_error("no"); });
  BOOST_TEST(action.run().broken == "what the program does does not throw");
  cluster check{quiet()};
  check.invariant("x", []() -> bool { throw std::runtime_error("no"); });
  BOOST_TEST(check.run().broken == "checking 'x' does not throw");
  const auto v = tern::simulation::try_one(
      quiet(), [](cluster&) { throw std::runtime_error("no"); });
  BOOST_TEST(v.broken == "the scenario does not throw");
  BOOST_TEST(v.why == "no");
}

BOOST_AUTO_TEST_CASE(a_run_without_an_end_is_found) {
  cluster c{quiet()};
  std::function<void()> again = [&] {
    c.after(1s, again);
  };
  again();
  BOOST_TEST(c.run().broken == "it comes to rest");
}

BOOST_AUTO_TEST_CASE(a_run_that_depends_on_more_than_its_seed_is_found) {
  int runs = 0;
  const auto r = try_seeds(1, 10, [&](cluster& c) {
    c.after(std::chrono::milliseconds(++runs), [] {});
    c.eventually("never", [] { return false; });
  });
  BOOST_REQUIRE(r.found);
  BOOST_TEST(!r.found->repeats);
  BOOST_TEST(to_string(r).find("not the same the second time")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
