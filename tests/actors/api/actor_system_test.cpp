// The typed API as a program sees it: <tern/actors.hpp> and nothing else of
// ours. Two or three systems in this process stand for as many processes; the
// way between them is the same.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

// -- a counter ----------------------------------------------------------------

struct add {
  std::int64_t n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(n);
  }
};
struct get {
  template <class Archive>
  void fields(Archive&) {}
};
struct where_are_you {
  template <class Archive>
  void fields(Archive&) {}
};
struct fail_please {
  template <class Archive>
  void fields(Archive&) {}
};
struct end {
  template <class Archive>
  void fields(Archive&) {}
};

/// Answer, and end.
struct last {
  template <class Archive>
  void fields(Archive&) {}
};
class counter;
/// End, and send so many messages all the same.
struct flood {
  tern::ref<counter> to;
  int messages = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, messages);
  }
};
struct throw_a_number {
  std::string name; // members that a class may have as constants
  std::uint32_t version = 3;
  template <class Archive>
  void fields(Archive& a) {
    a(name, version);
  }
};

class counter {
public:
  using messages = tern::messages<add, get, where_are_you, fail_please, end,
                                  last, flood, throw_a_number>;

  counter() = default;
  explicit counter(std::int64_t n) : total_(n) {}

  void on(const add& m) {
    total_ += m.n;
  }
  std::int64_t on(const get&) const {
    return total_;
  }
  std::uint64_t on(const where_are_you&, tern::context& here) {
    return here.node().value;
  }
  void on(const fail_please&) {
    throw std::runtime_error("as you wish");
  }
  void on(const end&, tern::context& here) {
    here.stop("asked to");
  }
  std::int64_t on(const last&, tern::context& here) {
    here.stop("asked to");
    return total_;
  }
  void on(const flood& m, tern::context& here) {
    here.stop("asked to");
    for (int i = 0; i < m.messages; ++i)
      here.send(m.to, add{1});
  }
  int on(const throw_a_number& m) {
    throw static_cast<int>(m.version);
  }

  template <class Archive>
  void fields(Archive& a) {
    a(total_);
  }

private:
  std::int64_t total_ = 0;
};

// -- one that asks others -----------------------------------------------------

struct collect {
  tern::ref<counter> from;
  int label = 0;
  std::chrono::milliseconds deadline{5000};
  template <class Archive>
  void fields(Archive& a) {
    a(from, label, deadline);
  }
};
struct remind {
  std::chrono::milliseconds after{};
  std::string text;
  template <class Archive>
  void fields(Archive& a) {
    a(after, text);
  }
};
struct note {
  std::string text;
  template <class Archive>
  void fields(Archive& a) {
    a(text);
  }
};
struct watch {
  tern::ref<counter> actor;
  template <class Archive>
  void fields(Archive& a) {
    a(actor);
  }
};
struct notes {
  template <class Archive>
  void fields(Archive&) {}
};
struct ask_yourself {
  template <class Archive>
  void fields(Archive&) {}
};

/// Watch it, and ask for its last words.
struct bury {
  tern::ref<counter> actor;
  template <class Archive>
  void fields(Archive& a) {
    a(actor);
  }
};

class clerk {
public:
  using messages = tern::messages<collect, remind, note, watch, notes, bury>;

  void on(const bury& m, tern::context& here) {
    here.monitor(m.actor);
    here.request(m.actor, last{}).then<&clerk::collected>(0);
  }

  void on(const collect& m, tern::context& here) {
    here.request(m.from, get{}, m.deadline).then<&clerk::collected>(m.label);
  }
  void collected(int label, const tern::result<std::int64_t>& n,
                 tern::context&) {
    notes_.push_back(std::to_string(label) + ": "
                     + (n ? std::to_string(*n) : n.error().what));
  }
  void on(const remind& m, tern::context& here) {
    here.send_after(m.after, here.self<clerk>(), note{m.text});
  }
  void on(const note& m) {
    notes_.push_back(m.text);
  }
  void on(const watch& m, tern::context& here) {
    here.monitor(m.actor);
  }
  void on(const tern::ended& e) {
    notes_.push_back("ended: " + e.reason);
  }
  std::vector<std::string> on(const notes&) const {
    return notes_;
  }
  void departs() {
    if (notes_.size() > 100)
      throw std::runtime_error("too much to carry");
    notes_.push_back("departs");
  }
  void arrived(tern::context&) {
    notes_.push_back("arrived");
  }

  using continuations = tern::continuations<&clerk::collected>;

  template <class Archive>
  void fields(Archive& a) {
    a(notes_);
  }

private:
  std::vector<std::string> notes_;
};

// -- one that holds its thread until it is let go -----------------------------

struct wait_here {
  template <class Archive>
  void fields(Archive&) {}
};
std::atomic<bool> holding{false};
std::atomic<bool> let_go{false};

class sleeper {
public:
  using messages = tern::messages<wait_here>;
  int on(const wait_here&) {
    holding = true;
    while (!let_go)
      std::this_thread::yield();
    return 1;
  }
  template <class Archive>
  void fields(Archive&) {}
};

// -- one that lets it go, and one whose handlers take some microseconds -------

struct release {
  template <class Archive>
  void fields(Archive&) {}
};

class liberator {
public:
  using messages = tern::messages<release>;
  void on(const release&) {
    let_go = true;
  }
  template <class Archive>
  void fields(Archive&) {}
};

struct think {
  template <class Archive>
  void fields(Archive&) {}
};

class thinker {
public:
  using messages = tern::messages<think>;
  int on(const think&) {
    const auto end = std::chrono::steady_clock::now() + 8us;
    while (std::chrono::steady_clock::now() < end)
      continue;
    return 1;
  }
  template <class Archive>
  void fields(Archive&) {}
};

struct cluster {
  tern::actor_system a;
  tern::actor_system b;

  cluster() {
    for (auto* s : {&a, &b}) {
      s->add<liberator>();
      s->add<thinker>();
      s->add<counter>();
      s->add<clerk>();
      s->add<sleeper>();
    }
    b.join(a.self().host, a.self().port);
  }
};

std::vector<std::string> notes_of(tern::actor_system& s,
                                  const tern::ref<clerk>& c) {
  return s.request(c, notes{}).get();
}

/// Asks until there are so many.
std::vector<std::string> wait_for_notes(tern::actor_system& s,
                                        const tern::ref<clerk>& c,
                                        std::size_t n) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  auto found = notes_of(s, c);
  while (found.size() < n && std::chrono::steady_clock::now() < limit)
    found = notes_of(s, c);
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(actor_systems)

BOOST_AUTO_TEST_CASE(messages_are_handled_in_order_wherever_the_actor_goes) {
  cluster c;
  const auto n = c.a.spawn<counter>(5);
  c.a.send(n, add{3});
  BOOST_TEST(c.a.request(n, get{}).get() == 8);
  c.a.migrate(n, c.b.self().id);
  BOOST_TEST(c.a.request(n, where_are_you{}).get() == c.b.self().id.value);
  c.a.send(n, add{-10});
  BOOST_TEST(c.a.request(n, get{}).get() == -2);
  BOOST_TEST((c.a.where(n) == c.b.self().id));
}

BOOST_AUTO_TEST_CASE(more_messages_than_there_is_room_for_all_arrive) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  constexpr int many = 20'000;
  for (int i = 0; i < many; ++i) {
    c.b.send(n, add{1});
    if (i % 2'000 == 0)
      c.a.order_move(n.id(), i % 4'000 == 0 ? c.b.self().id : c.a.self().id);
  }
  BOOST_TEST(c.b.request(n, get{}, 30s).get() == many);
}

// Messages that come over a link are handled on its thread, while handlers are
// brief.
BOOST_AUTO_TEST_CASE(a_handler_that_holds_its_thread_holds_no_link) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  const auto s = c.a.spawn<sleeper>();
  c.a.migrate(n, c.b.self().id);
  c.a.migrate(s, c.b.self().id);
  for (int i = 0; i < 1000; ++i)
    c.a.request(n, get{}).get();
  holding = let_go = false;
  auto woken = c.a.request(s, wait_here{}, 60s);
  const auto end = std::chrono::steady_clock::now() + 4s;
  std::uint64_t answers = 0;
  while (std::chrono::steady_clock::now() < end) {
    c.a.request(n, get{}).get();
    ++answers;
  }
  BOOST_TEST(holding);
  BOOST_TEST(answers > 100u);
  BOOST_TEST(c.a.members().size() == 2u);
  BOOST_TEST(c.b.members().size() == 2u);
  let_go = true;
  BOOST_TEST(woken.get() == 1);
}

// While two threads have enough to do, both handle what comes together.
BOOST_AUTO_TEST_CASE(who_waits_for_a_message_that_came_along_gets_it) {
  cluster c;
  const auto t = c.a.spawn<thinker>();
  const auto s = c.a.spawn<sleeper>();
  const auto l = c.a.spawn<liberator>();
  for (const auto& actor : {t.id(), s.id(), l.id()})
    c.a.order_move(actor, c.b.self().id);
  for (int round = 0; round < 40; ++round) {
    std::vector<tern::pending<int>> thoughts;
    for (int i = 0; i < 200; ++i)
      thoughts.push_back(c.a.request(t, think{}, 60s));
    for (auto& one : thoughts)
      one.get();
    let_go = false;
    auto woken = c.a.request(s, wait_here{}, 20s);
    c.a.send(l, release{});
    BOOST_TEST(woken.get() == 1);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_finds_a_member_with_what_was_bound) {
  cluster c;
  const auto n = c.a.spawn<counter>(7);
  const auto k = c.b.spawn<clerk>();
  c.a.send(k, collect{n, 42});
  const auto found = wait_for_notes(c.a, k, 1);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0] == "42: 7");
}

// The counter is busy until both have moved; then the answer has to find the
// clerk at its new place, with its open request.
BOOST_AUTO_TEST_CASE(an_open_request_survives_moves_of_both_ends) {
  cluster c;
  holding = let_go = false;
  const auto busy = c.a.spawn<sleeper>();
  auto held = c.a.request(busy, wait_here{}, 60s);
  const auto n = c.a.spawn<counter>(7);
  const auto k = c.a.spawn<clerk>();
  c.a.send(k, collect{n, 1});
  c.a.send(k, remind{50ms, "later"});
  c.a.migrate(k, c.b.self().id);
  c.a.migrate(n, c.b.self().id);
  c.a.migrate(k, c.a.self().id);
  let_go = true;
  BOOST_TEST(held.get() == 1);
  const auto found = wait_for_notes(c.b, k, 6);
  BOOST_REQUIRE(found.size() == 6u);
  BOOST_TEST(std::count(found.begin(), found.end(), "1: 7") == 1);
  BOOST_TEST(std::count(found.begin(), found.end(), "later") == 1);
  const auto order = [&](const char* note) {
    return std::ranges::find(found, note) - found.begin();
  };
  BOOST_TEST(std::count(found.begin(), found.end(), "arrived") == 2);
  BOOST_TEST(std::count(found.begin(), found.end(), "departs") == 2);
  BOOST_TEST(order("departs") < order("arrived"));
}

BOOST_AUTO_TEST_CASE(one_that_cannot_depart_stays) {
  cluster c;
  const auto k = c.a.spawn<clerk>();
  for (int i = 0; i < 101; ++i)
    c.a.send(k, note{"more"});
  BOOST_TEST(c.a.request(k, notes{}).get().size() == 101u); // all handled
  BOOST_CHECK_EXCEPTION(c.a.migrate(k, c.b.self().id), tern::actor_error,
                        [](const tern::actor_error& e) {
                          return std::string{e.what()}.find("too much to carry")
                                 != std::string::npos;
                        });
  BOOST_TEST(c.b.request(k, notes{}).get().size() == 101u);
}

BOOST_AUTO_TEST_CASE(a_deadline_that_passes_is_an_answer) {
  cluster c;
  holding = let_go = false;
  const auto busy = c.a.spawn<sleeper>();
  auto waits = c.b.request(busy, wait_here{}, 20ms);
  const auto late = waits.wait();
  BOOST_REQUIRE(!late.has_value());
  BOOST_TEST(late.error().what == "no answer within the deadline");
  let_go = true;
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_answers_with_its_words) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  const auto said = c.b.request(n, fail_please{}).wait();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST(said.error().what.find("as you wish") != std::string::npos,
             said.error().what);
  BOOST_TEST(said.error().what.find("counter") != std::string::npos);
  BOOST_TEST(c.b.request(n, get{}).get() == 0); // it goes on
  BOOST_TEST(c.a.host().failed_handlers() == 1u);
}

BOOST_AUTO_TEST_CASE(who_monitors_hears_of_an_end_before_and_after) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  const auto early = c.b.spawn<clerk>();
  c.b.send(early, watch{n});
  c.b.send(early, collect{n, 1}); // its answer comes after the watch has come
  BOOST_TEST(wait_for_notes(c.b, early, 1).size() == 1u);
  c.b.send(n, end{});
  auto found = wait_for_notes(c.b, early, 2);
  BOOST_REQUIRE(found.size() == 2u);
  BOOST_TEST(found[1] == "ended: asked to");
  const auto late = c.b.spawn<clerk>();
  c.b.send(late, watch{n});
  found = wait_for_notes(c.b, late, 1);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].starts_with("ended"));
}

BOOST_AUTO_TEST_CASE(a_request_to_an_actor_that_ended_fails_at_once) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  c.a.request(n, end{}).get();
  const auto begin = std::chrono::steady_clock::now();
  const auto said = c.b.request(n, get{}, 30s).wait();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST((said.error().kind == tern::failure_kind::not_found));
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 10s));
  // and inside of an actor
  const auto k = c.b.spawn<clerk>();
  c.b.send(k, collect{n, 5, 30s});
  const auto found = wait_for_notes(c.b, k, 1);
  BOOST_REQUIRE(found.size() == 1u);
  BOOST_TEST(found[0].find("has ended") != std::string::npos, found[0]);
}

BOOST_AUTO_TEST_CASE(moving_to_where_the_class_is_unknown_fails_and_harms_not) {
  tern::actor_system a;
  tern::actor_system b;
  a.add<counter>();
  b.join(a.self().host, a.self().port);
  const auto n = a.spawn<counter>(3);
  BOOST_CHECK_THROW(a.migrate(n, b.self().id), tern::actor_error);
  BOOST_TEST(a.request(n, get{}).get() == 3);
}

BOOST_AUTO_TEST_CASE(the_last_answer_comes_before_the_news_of_the_end) {
  cluster c;
  const auto n = c.a.spawn<counter>(7);
  const auto k = c.b.spawn<clerk>();
  c.b.send(k, bury{n});
  const auto found = wait_for_notes(c.b, k, 2);
  BOOST_REQUIRE(found.size() == 2u);
  BOOST_TEST(found[0] == "0: 7");
  BOOST_TEST(found[1] == "ended: asked to");
}

// More than the window holds: the rest waits for room, and the end with it.
BOOST_AUTO_TEST_CASE(what_the_last_handler_sends_after_stop_arrives) {
  cluster c;
  const auto n = c.a.spawn<counter>();
  const auto to = c.b.spawn<counter>();
  constexpr int many = 3000;
  c.a.send(n, flood{to, many});
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (c.a.request(to, get{}).get() < many
         && std::chrono::steady_clock::now() < limit)
    continue;
  BOOST_TEST(c.a.request(to, get{}).get() == many);
  BOOST_TEST(!c.a.request(n, get{}, 30s).wait().has_value());
}

BOOST_AUTO_TEST_CASE(an_actor_that_ended_is_nowhere) {
  cluster c;
  for (auto* s : {&c.a, &c.b}) {
    const auto n = s->spawn<counter>();
    const auto wait_for_place = [&](tern::node_id place) { // its home hears it
      for (auto* asker : {&c.a, &c.b}) {
        const auto limit = std::chrono::steady_clock::now() + 20s;
        while (asker->where(n) != place
               && std::chrono::steady_clock::now() < limit)
          continue;
        BOOST_TEST((asker->where(n) == place));
      }
    };
    wait_for_place(s->self().id);
    c.b.send(n, end{});
    wait_for_place({});
  }
}

BOOST_AUTO_TEST_CASE(whatever_a_handler_throws_the_actor_goes_on) {
  cluster c;
  const auto n = c.a.spawn<counter>(4);
  const auto said = c.b.request(n, throw_a_number{"three", 3}).wait();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST((said.error().kind == tern::failure_kind::kernel));
  BOOST_TEST(c.b.request(n, get{}).get() == 4);
}

// An actor that nobody ever made: its window fills, and nobody empties it.
BOOST_AUTO_TEST_CASE(a_request_ends_with_its_deadline_without_room_too) {
  cluster c;
  const tern::ref<counter> nobody{
      tern::actor_id::stateful(c.a.self().id, 1u << 30)};
  for (int i = 0; i < 256; ++i)
    c.b.send(nobody, add{1});
  const auto said = c.b.request(nobody, get{}, 100ms).wait();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST((said.error().kind == tern::failure_kind::unreachable));
  BOOST_CHECK_THROW(c.b.send(tern::ref<counter>{}, add{1}), tern::actor_error);
}

// Handlers that take nothing need one worker, and so the next one does not get
// a second one at once, but soon.
BOOST_AUTO_TEST_CASE(a_long_handler_holds_up_nobody_else) {
  cluster c;
  const auto quick = c.a.spawn<counter>(1);
  const auto slow = c.a.spawn<sleeper>();
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 2000; ++i)
      c.a.request(quick, get{}).get();
    holding = let_go = false;
    auto held = c.a.request(slow, wait_here{});
    while (!holding)
      std::this_thread::yield();
    for (int i = 0; i < 20; ++i)
      BOOST_TEST(c.a.request(quick, get{}, 200ms).wait().has_value());
    let_go = true;
    BOOST_TEST(held.get() == 1);
  }
}

// The machine tells itself of each message to an ended one, and more come all
// the time.
BOOST_AUTO_TEST_CASE(a_flood_for_one_that_ended_harms_nobody) {
  tern::actor_system here;
  here.add<counter>();
  const auto gone = here.spawn<counter>(1);
  const auto other = here.spawn<counter>(1);
  here.send(gone, end{});
  std::atomic<int> flooding{2};
  const auto flood_it = [&] {
    for (int i = 0; i < 20'000; ++i)
      here.send(gone, add{1});
    --flooding;
  };
  std::thread one{flood_it};
  std::thread two{flood_it};
  while (flooding > 0)
    BOOST_TEST_REQUIRE(here.request(other, get{}).get() == 1);
  one.join();
  two.join();
}

BOOST_AUTO_TEST_CASE(what_goes_to_another_node_needs_no_worker_here) {
  cluster c;
  const auto there = c.b.spawn<counter>(1);
  BOOST_TEST(c.a.request(there, get{}).get() == 1);
  holding = let_go = false;
  const auto one = c.a.spawn<sleeper>();
  const auto two = c.a.spawn<sleeper>();
  auto first = c.a.request(one, wait_here{});
  auto second = c.a.request(two, wait_here{});
  while (!holding)
    std::this_thread::yield();
  std::this_thread::sleep_for(20ms); // all of its workers
  c.a.send(there, add{1});
  const auto limit = std::chrono::steady_clock::now() + 300ms;
  while (c.b.request(there, get{}).get() != 2
         && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(1ms);
  BOOST_TEST(c.b.request(there, get{}).get() == 2);
  let_go = true;
  BOOST_TEST(first.get() == 1);
  BOOST_TEST(second.get() == 1);
}

BOOST_AUTO_TEST_CASE(a_deadline_may_be_as_long_as_time_goes) {
  cluster c;
  const auto n = c.a.spawn<counter>(2);
  BOOST_TEST(c.b.request(n, get{}, std::chrono::nanoseconds::max()).get() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
