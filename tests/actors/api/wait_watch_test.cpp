// What nodes find out of actors that wait. Two systems in this process stand
// for two processes; the way between them is the same.

#include "actors/api/wait_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

/// Handlers of actors pass here when it is open.
class door {
public:
  void open() {
    std::lock_guard guard{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void shut() {
    std::lock_guard guard{mutex_};
    open_ = false;
  }
  void pass() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, 20s, [this] { return open_; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

door the_door;

/// Where handlers find the system of their node: they are not to wait for
/// answers, so no context helps them to.
std::map<tern::node_id, tern::actor_system*> systems;

class clerk;

struct stamp {
  static constexpr std::string_view name = "stamp";
  template <class Archive>
  void fields(Archive&) {}
};
struct wait_at_door {
  template <class Archive>
  void fields(Archive&) {}
};
/// Asks the other one for a stamp, and goes on.
struct ask {
  tern::ref<clerk> other;
  template <class Archive>
  void fields(Archive& a) {
    a(other);
  }
};
/// Asks the other one for a stamp, and waits.
struct insist {
  tern::ref<clerk> other;
  template <class Archive>
  void fields(Archive& a) {
    a(other);
  }
};

class clerk {
public:
  static constexpr std::string_view name = "clerk";
  using messages = tern::messages<stamp, wait_at_door, ask, insist>;
  int on(const stamp&) {
    return 1;
  }
  void on(const wait_at_door&) {
    the_door.pass();
  }
  void on(const ask& m, tern::context& here) {
    here.request(m.other, stamp{}, 30s).then<&clerk::stamped>();
  }
  void on(const insist& m, tern::context& here) {
    the_door.pass(); // until both are at it
    systems.at(here.node())->request(m.other, stamp{}, 6s).wait();
  }
  void stamped(const tern::result<int>&) {}
  using continuations = tern::continuations<&clerk::stamped>;
  template <class Archive>
  void fields(Archive&) {}
};

struct two_nodes {
  tern::actor_system here;
  tern::actor_system there;
  two_nodes() {
    the_door.shut();
    for (auto* s : {&here, &there}) {
      s->add<clerk>();
      systems[s->self().id] = s;
    }
    there.join(here.self().host, here.self().port);
  }
  ~two_nodes() {
    the_door.open();
    systems.clear();
  }
  // All systems of a process have one name in CAF, which therefore takes one
  // for another at times: as a rule who asks is another process.
  tern::result<tern::wait_answer> why(const tern::ref<clerk>& c) const {
    constexpr int most_tries = 20;
    tern::result<tern::wait_answer> got;
    for (int i = 0; i < most_tries; ++i) {
      got = tern::query_waits(here.self().host, here.self().port, c.id());
      if (got || got.error().kind != tern::failure_kind::unreachable)
        break;
    }
    return got;
  }
};

template <class F>
bool comes_true(F&& f) {
  for (int i = 0; i < 1000; ++i) {
    if (f())
      return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wait_watches)

BOOST_AUTO_TEST_CASE(a_chain_goes_from_node_to_node_to_the_handler_that_runs) {
  two_nodes t;
  const auto busy = t.there.spawn<clerk>();
  const auto asker = t.here.spawn<clerk>();
  t.here.send(busy, wait_at_door{});
  t.here.send(busy, stamp{});
  t.here.send(asker, ask{busy});
  tern::result<tern::wait_answer> why;
  BOOST_TEST_REQUIRE(comes_true([&] {
    why = t.why(asker);
    BOOST_TEST_REQUIRE(why.has_value(), why.error().what);
    return why->steps.size() == 2u
           && has(why->conclusion,
                  "a handler of clerk " + to_string(busy.id()) + " runs since")
           && why->steps[1].report->mailbox == 2u;
  }));
  const auto& first = *why->steps[0].report;
  BOOST_TEST((first.node == t.here.self().id));
  BOOST_TEST((first.activity == tern::actor_activity::idle));
  BOOST_REQUIRE(first.open.size() == 1u);
  BOOST_TEST(first.open[0].message == "stamp");
  BOOST_TEST(!first.open[0].blocks);
  const auto& second = *why->steps[1].report;
  BOOST_TEST((second.node == t.there.self().id));
  BOOST_TEST((second.activity == tern::actor_activity::running));
  BOOST_TEST(second.thread != 0u);
  the_door.open();
  BOOST_TEST(comes_true([&] {
    why = t.why(asker);
    return why && why->steps.size() == 1u && why->steps[0].report->open.empty();
  }));
}

BOOST_AUTO_TEST_CASE(an_actor_that_moved_is_found_and_says_whence) {
  two_nodes t;
  const auto c = t.here.spawn<clerk>();
  t.here.migrate(c, t.there.self().id);
  const auto why = t.why(c);
  BOOST_TEST_REQUIRE(why.has_value(), why.error().what);
  BOOST_REQUIRE(why->steps.size() == 1u);
  BOOST_TEST_REQUIRE(why->steps[0].report.has_value());
  BOOST_TEST((why->steps[0].report->node == t.there.self().id));
  BOOST_TEST((why->steps[0].report->came_from == t.here.self().id));
  BOOST_TEST(why->steps[0].report->epoch > 1u);
}

BOOST_AUTO_TEST_CASE(two_that_wait_for_each_other_are_told_of_unasked) {
  std::mutex mutex;
  std::vector<std::string> told;
  {
    two_nodes t;
    const auto note = [&](const std::string& what) {
      std::lock_guard guard{mutex};
      told.push_back(what);
    };
    t.here.on_deadlock(note);
    t.there.on_deadlock([](const std::string&) {});
    const auto a = t.here.spawn<clerk>();
    const auto b = t.there.spawn<clerk>();
    t.here.send(a, insist{b});
    t.here.send(b, insist{a});
    the_door.open();
    BOOST_TEST_REQUIRE(comes_true([&] {
      std::lock_guard guard{mutex};
      return !told.empty();
    }));
    const auto why = t.why(a);
    BOOST_TEST_REQUIRE(why.has_value(), why.error().what);
    BOOST_TEST(why->circle);
    BOOST_TEST(has(why->conclusion, "a deadlock of 2 actors: "),
               why->conclusion);
    BOOST_TEST(has(why->conclusion, to_string(a.id())));
    BOOST_TEST(has(why->conclusion, to_string(b.id())));
    BOOST_REQUIRE(why->told.size() == 1u);
    BOOST_TEST(has(why->told[0], "a deadlock of 2 actors: "));
  }
  BOOST_TEST(told.size() == 1u); // once, though it lasted
}

BOOST_AUTO_TEST_CASE(who_is_nowhere_and_who_is_no_system_is_named) {
  two_nodes t;
  const auto nobody =
      t.why(tern::ref<clerk>{tern::actor_id::stateful(tern::node_id{5}, 5)});
  BOOST_TEST_REQUIRE(nobody.has_value(), nobody.error().what);
  BOOST_REQUIRE(nobody->steps.size() == 1u);
  BOOST_TEST(!nobody->steps[0].report.has_value());
  auto plain = tern::node::start({});
  BOOST_REQUIRE(plain.has_value());
  const auto none =
      tern::query_waits((*plain)->self().host, (*plain)->self().port, {}, 2s);
  BOOST_TEST_REQUIRE(!none.has_value());
  BOOST_TEST(has(none.error().what, "no node of an actor_system"),
             none.error().what);
}

BOOST_AUTO_TEST_SUITE_END()
