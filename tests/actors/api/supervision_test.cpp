// Actors born elsewhere, links, and what a class says about its failures:
// <tern/actors.hpp> and nothing else of ours. Two systems stand for two
// processes, as in actor_system_test.cpp.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct nothing {
  template <class Archive>
  void fields(Archive&) {}
};
struct add {
  std::int64_t n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(n);
  }
};
struct get : nothing {};
struct where_are_you : nothing {};
struct break_down : nothing {};

/// A counter, and what its class says about failures.
template <class Child>
class fragile {
public:
  using messages = tern::messages<add, get, where_are_you, break_down>;

  void on(const add& m) {
    total_ += m.n;
  }
  std::int64_t on(const get&) const {
    return total_;
  }
  std::uint64_t on(const where_are_you&, tern::context& here) const {
    return here.node().value;
  }
  void on(const break_down&) {
    total_ = -1;
    throw std::runtime_error("broken");
  }
  template <class Archive>
  void fields(Archive& a) {
    a(total_);
  }

protected:
  std::int64_t total_ = 0;
};

class plain : public fragile<plain> {};

class phoenix : public fragile<phoenix> {
public:
  static constexpr auto supervision = tern::supervision::restart{
      .times = 2, .within = 1h, .first = 30ms, .most = 30ms};
  phoenix() = default;
  explicit phoenix(std::int64_t n) {
    total_ = n;
  }
};

class brittle : public fragile<brittle> {
public:
  static constexpr auto supervision = tern::supervision::stop{};
};

class child : public fragile<child> {
public:
  static constexpr auto supervision = tern::supervision::escalate{};
};

struct have_child : nothing {};

class parent : public fragile<parent> {
public:
  using messages = tern::messages<add, get, break_down, have_child>;
  static constexpr auto supervision = tern::supervision::stop{};
  using fragile::on;
  tern::ref<child> on(const have_child&, tern::context& here) const {
    return here.spawn<child>();
  }
};

// -- one that watches, links and makes others ---------------------------------

struct watch {
  tern::actor_id actor;
  template <class Archive>
  void fields(Archive& a) {
    a(actor.high, actor.low);
  }
};
struct tie : watch {};
struct untie : watch {};
struct quit : nothing {};
struct notes : nothing {};
struct is_known : nothing {};
struct make_on {
  std::uint64_t node = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(node);
  }
};

class keeper {
public:
  using messages =
      tern::messages<watch, tie, untie, quit, notes, is_known, make_on>;

  // Whatever the answer is, it comes from one that has heard of the watch.
  void on(const watch& m, tern::context& here) const {
    here.monitor(tern::ref<keeper>{m.actor});
    here.request(tern::ref<plain>{m.actor}, get{}).then<&keeper::heard>();
  }
  void on(const tie& m, tern::context& here) const {
    here.link(tern::ref<keeper>{m.actor});
    here.request(tern::ref<plain>{m.actor}, get{}).then<&keeper::heard>();
  }
  void heard(const tern::result<std::int64_t>&) {
    known_ = true;
  }
  bool on(const is_known&) {
    return std::exchange(known_, false);
  }
  int on(const untie& m, tern::context& here) const {
    here.unlink(tern::ref<keeper>{m.actor});
    return 0;
  }
  void on(const quit&, tern::context& here) const {
    here.stop("had enough");
  }
  void on(const tern::ended& e) {
    notes_.push_back(e.reason);
  }
  std::vector<std::string> on(const notes&) const {
    return notes_;
  }
  tern::ref<plain> on(const make_on& m, tern::context& here) const {
    return here.spawn_on<plain>({m.node});
  }
  using continuations = tern::continuations<&keeper::heard>;
  template <class Archive>
  void fields(Archive& a) {
    a(notes_, known_);
  }

private:
  bool known_ = false;
  std::vector<std::string> notes_;
};

struct cluster {
  tern::actor_system a;
  tern::actor_system b;

  cluster() {
    for (auto* s : {&a, &b}) {
      s->add<plain>();
      s->add<phoenix>();
      s->add<brittle>();
      s->add<child>();
      s->add<parent>();
      s->add<keeper>();
    }
    b.join(a.self().host, a.self().port);
  }

  void tell(const tern::ref<keeper>& k, const auto& what) {
    b.send(k, what);
    while (!b.request(k, is_known{}).get())
      std::this_thread::yield();
  }
  /// A keeper on `b` that monitors it.
  template <class T>
  tern::ref<keeper> watched(const tern::ref<T>& actor) {
    const auto k = b.spawn<keeper>();
    tell(k, watch{actor.id()});
    return k;
  }
  std::string end_seen_by(const tern::ref<keeper>& k) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    for (;;) {
      const auto seen = b.request(k, notes{}).get();
      if (!seen.empty())
        return seen.front();
      if (std::chrono::steady_clock::now() > limit)
        return "nothing";
      std::this_thread::yield();
    }
  }
};

template <class T>
std::string break_it(tern::actor_system& s, const tern::ref<T>& actor) {
  const auto said = s.request(actor, break_down{}).wait();
  return said ? "done" : said.error().what;
}

/// Asks until it is there, or 20 s have passed.
template <class T>
bool gets_to(tern::actor_system& s, const tern::ref<T>& actor,
             tern::node_id node) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (s.request(actor, where_are_you{}).get() != node.value)
    if (std::chrono::steady_clock::now() > limit)
      return false;
  return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(supervisions)

BOOST_AUTO_TEST_CASE(an_actor_spawned_on_a_node_gets_there) {
  cluster c;
  const auto p = c.a.spawn_on<plain>(c.b.self().id);
  c.a.send(p, add{3}); // valid at once
  BOOST_TEST(c.a.request(p, get{}).get() == 3);
  BOOST_TEST(gets_to(c.a, p, c.b.self().id));
  const auto k = c.a.spawn<keeper>();
  const auto made = c.a.request(k, make_on{c.b.self().id.value}).get();
  BOOST_TEST(gets_to(c.a, made, c.b.self().id));
}

BOOST_AUTO_TEST_CASE(an_actor_for_a_node_that_is_gone_runs_where_it_was_born) {
  cluster c;
  const auto p = c.a.spawn_on<plain>({12345});
  c.a.send(p, add{3});
  BOOST_TEST(c.b.request(p, get{}).get() == 3);
  BOOST_TEST((c.b.request(p, where_are_you{}).get() == c.a.self().id.value));
}

BOOST_AUTO_TEST_CASE(linked_actors_end_together_with_one_reason) {
  cluster c;
  const auto x = c.a.spawn<keeper>();
  const auto y = c.b.spawn<keeper>();
  const auto z = c.a.spawn<keeper>();
  const auto seen_y = c.watched(y);
  const auto seen_z = c.watched(z);
  for (int i = 0; i < 3; ++i)
    c.tell(x, tie{{y.id()}});
  c.tell(y, tie{{z.id()}});
  c.a.migrate(y, c.a.self().id);
  c.a.migrate(x, c.b.self().id);
  c.a.send(x, quit{});
  BOOST_TEST(c.end_seen_by(seen_y) == "had enough");
  BOOST_TEST(c.end_seen_by(seen_z) == "had enough");
}

BOOST_AUTO_TEST_CASE(the_link_works_the_other_way_round_too) {
  cluster c;
  const auto x = c.a.spawn<keeper>();
  const auto y = c.b.spawn<keeper>();
  const auto seen = c.watched(x);
  c.tell(x, tie{{y.id()}});
  c.b.send(y, quit{});
  BOOST_TEST(c.end_seen_by(seen) == "had enough");
}

BOOST_AUTO_TEST_CASE(an_actor_that_was_unlinked_goes_on) {
  cluster c;
  const auto x = c.a.spawn<keeper>();
  const auto y = c.b.spawn<keeper>();
  const auto seen = c.watched(x);
  c.tell(x, tie{{y.id()}});
  c.a.request(x, untie{{y.id()}}).get();
  c.tell(y, tie{{x.id()}});
  c.a.request(y, untie{{x.id()}}).get();
  c.a.send(x, quit{});
  BOOST_TEST(c.end_seen_by(seen) == "had enough"); // x has ended
  BOOST_TEST(c.a.request(y, notes{}).get().empty());
}

BOOST_AUTO_TEST_CASE(who_links_to_one_that_ended_ends) {
  cluster c;
  const auto x = c.a.spawn<keeper>();
  const auto y = c.b.spawn<keeper>();
  const auto seen_x = c.watched(x);
  c.a.send(x, quit{});
  BOOST_TEST(c.end_seen_by(seen_x) == "had enough");
  const auto seen_y = c.watched(y);
  c.b.send(y, tie{{y.id()}}); // means nothing
  c.b.send(y, tie{{x.id()}});
  BOOST_TEST(c.end_seen_by(seen_y).find("stopped") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_class_that_says_nothing_goes_on_with_its_state) {
  cluster c;
  const auto p = c.a.spawn<plain>();
  BOOST_TEST(break_it(c.b, p).find("broken") != std::string::npos);
  BOOST_TEST(c.b.request(p, get{}).get() == -1);
}

BOOST_AUTO_TEST_CASE(a_restarted_actor_has_the_state_it_was_spawned_with) {
  cluster c;
  const auto p = c.a.spawn<phoenix>(7);
  c.b.send(p, add{5});
  BOOST_TEST(c.b.request(p, get{}).get() == 12);
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(break_it(c.b, p).find("broken") != std::string::npos);
  for (int i = 0; i < 1000; ++i)
    c.b.send(p, add{1}); // meanwhile
  BOOST_TEST(c.b.request(p, get{}).get() == 1007);
  BOOST_TEST((std::chrono::steady_clock::now() - begin >= 29ms));
}

BOOST_AUTO_TEST_CASE(it_is_restarted_where_it_has_moved_to) {
  cluster c;
  const auto p = c.a.spawn<phoenix>(7);
  c.a.migrate(p, c.b.self().id);
  c.a.send(p, add{5});
  c.a.send(p, break_down{});
  c.a.send(p, add{1});
  c.a.order_move(p.id(), c.a.self().id); // while it waits
  BOOST_TEST(c.a.request(p, get{}).get() == 8);
  c.a.send(p, break_down{});
  BOOST_TEST(c.a.request(p, get{}).get() == 7);
  const auto seen = c.watched(p);
  c.a.send(p, break_down{}); // once too often
  BOOST_TEST(c.end_seen_by(seen) == "broken");
  BOOST_TEST(!c.b.request(p, get{}).wait().has_value());
}

BOOST_AUTO_TEST_CASE(a_failure_ends_an_actor_that_says_so) {
  cluster c;
  const auto x = c.a.spawn<brittle>();
  const auto seen = c.watched(x);
  BOOST_TEST(break_it(c.b, x).find("broken") != std::string::npos);
  BOOST_TEST(c.end_seen_by(seen) == "broken");
  BOOST_TEST(!c.b.request(x, get{}).wait().has_value());
}

BOOST_AUTO_TEST_CASE(a_parent_fails_with_its_child) {
  cluster c;
  const auto p = c.a.spawn<parent>();
  const auto k = c.a.request(p, have_child{}).get();
  c.a.migrate(k, c.b.self().id);
  const auto seen_p = c.watched(p);
  const auto seen_k = c.watched(k);
  BOOST_TEST(break_it(c.b, k).find("broken") != std::string::npos);
  BOOST_TEST(c.end_seen_by(seen_k) == "broken");
  BOOST_TEST(c.end_seen_by(seen_p) == "broken");
}

// Its children know a number that a stranger has to guess; 0 is none.
BOOST_AUTO_TEST_CASE(who_only_says_that_it_is_a_child_is_not_heard) {
  cluster c;
  const auto p = c.a.spawn<parent>();
  const auto claim = [&](std::uint64_t key) {
    BOOST_REQUIRE(c.b.host().send(
        p.id(), tern::encode_call({tern::call_head::kind::failed, 0, key},
                                  std::string("not yours"))));
  };
  claim(0);
  BOOST_TEST(c.b.request(p, get{}).get() == 0);
  const auto k = c.a.request(p, have_child{}).get();
  c.a.migrate(p, c.b.self().id); // what it knows its children by moves along
  for (std::uint64_t key = 0; key < 50; ++key)
    claim(key);
  BOOST_TEST(c.b.request(p, get{}).get() == 0);
  BOOST_TEST(c.b.host().failed_handlers() == 0u);
  const auto seen = c.watched(p);
  c.b.send(k, break_down{});
  BOOST_TEST(c.end_seen_by(seen) == "broken");
}

BOOST_AUTO_TEST_CASE(one_that_no_actor_spawned_only_ends) {
  cluster c;
  const auto k = c.a.spawn<child>();
  const auto seen = c.watched(k);
  c.b.send(k, break_down{});
  BOOST_TEST(c.end_seen_by(seen) == "broken");
}

// Words that are none of the class' say nothing about its handlers.
BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_read_is_no_failure) {
  cluster c;
  const auto x = c.a.spawn<brittle>();
  c.b.send(tern::ref<keeper>{x.id()}, quit{});
  auto cut = tern::encode_call(
      {tern::call_head::kind::tell, tern::tag_of<add>, 0}, std::uint8_t{1});
  BOOST_REQUIRE(c.a.host().send(x.id(), cut));
  c.a.send(x, add{2});
  BOOST_TEST(c.a.request(x, get{}).get() == 2);
  BOOST_TEST(c.b.request(x, get{}).get() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
