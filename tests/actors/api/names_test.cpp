// The registry of names as a program sees it, between systems of one process,
// and between the nodes of a simulated cluster.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>
#include <tern/simulation.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using tern::failure_kind;

namespace {

struct get {
  template <class Archive>
  void fields(Archive&) {}
};
struct end {
  template <class Archive>
  void fields(Archive&) {}
};
struct take {
  std::string name;
  template <class Archive>
  void fields(Archive& a) {
    a(name);
  }
};
struct look : take {};
struct drop : take {};

/// Wants names, and says what it heard.
class holder {
public:
  static constexpr std::string_view name = "holder";
  using messages = tern::messages<get, end, take, look, drop>;

  std::vector<std::string> on(const get&) const {
    return heard_;
  }
  void on(const end&, tern::context& here) {
    here.stop();
  }
  void on(const take& m, tern::context& here) {
    here.register_name(m.name, here.self<holder>()).then<&holder::taken>();
  }
  void on(const look& m, tern::context& here) {
    here.whereis_name<holder>(m.name).then<&holder::found>(m.name);
  }
  void on(const drop& m, tern::context& here) {
    here.unregister_name(m.name).then<&holder::taken>();
  }
  void taken(const tern::result<void>& r) {
    heard_.push_back(r ? "yes" : r.error().what);
  }
  void found(const std::string& what,
             const tern::result<tern::ref<holder>>& who, tern::context& here) {
    heard_.push_back(
        !who ? who.error().what
             : what + (*who == here.self<holder>() ? ": me" : ": other"));
  }
  using continuations = tern::continuations<&holder::taken, &holder::found>;

  template <class Archive>
  void fields(Archive& a) {
    a(heard_);
  }

private:
  std::vector<std::string> heard_;
};

struct stranger {
  static constexpr std::string_view name = "stranger";
  using messages = tern::messages<end>;
  void on(const end&) {}
  template <class Archive>
  void fields(Archive&) {}
};

std::unique_ptr<tern::actor_system> a_system() {
  auto s = std::make_unique<tern::actor_system>();
  s->add<holder>();
  s->add<stranger>();
  return s;
}

struct trio {
  std::vector<std::unique_ptr<tern::actor_system>> all;
  trio() {
    for (int i = 0; i < 3; ++i) {
      all.push_back(a_system());
      if (i > 0)
        all[i]->join(all[0]->self().host, all[0]->self().port);
    }
  }
  tern::actor_system& operator[](std::size_t i) {
    return *all[i];
  }
};

template <class F>
tern::failure error_of(F&& f) {
  try {
    f();
  } catch (const tern::actor_error& e) {
    return e.why;
  }
  BOOST_ERROR("no error");
  return {};
}

template <class F>
bool comes_true(F&& f) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (!f())
    if (std::chrono::steady_clock::now() > limit)
      return false;
    else
      std::this_thread::yield();
  return true;
}

std::vector<std::string> heard(tern::actor_system& s,
                               const tern::ref<holder>& who, std::size_t n) {
  std::vector<std::string> found;
  BOOST_TEST(comes_true([&] {
    found = s.request(who, get{}).get();
    return found.size() >= n;
  }));
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(names)

BOOST_AUTO_TEST_CASE(an_actor_is_found_by_its_name_from_everywhere) {
  trio t;
  const auto a = t[0].spawn<holder>();
  const auto b = t[1].spawn<holder>();
  for (int i = 0; i < 20; ++i) { // with homes on all nodes
    const auto name = "bank" + std::to_string(i);
    t[0].register_name(name, a);
    for (std::size_t n = 0; n < 3; ++n)
      BOOST_TEST((t[n].whereis_name<holder>(name) == a));
    const auto no = error_of([&] { t[1].register_name(name, b); });
    BOOST_TEST((no.kind == failure_kind::refused));
    BOOST_TEST(no.what
               == "the name " + name + " is taken by "
                      + tern::to_string(a.id()));
    t[2].unregister_name(name);
    const auto none = error_of([&] { t[0].whereis_name<holder>(name); });
    BOOST_TEST((none.kind == failure_kind::not_found));
    t[1].register_name(name, b);
    const auto other = error_of([&] { t[2].whereis_name<stranger>(name); });
    BOOST_TEST((other.kind == failure_kind::refused));
  }
}

BOOST_AUTO_TEST_CASE(handlers_register_and_find_names) {
  trio t;
  const auto a = t[0].spawn<holder>();
  const auto b = t[1].spawn<holder>();
  t[0].send(a, take{"bank"});
  BOOST_TEST(heard(t[0], a, 1) == std::vector<std::string>{"yes"});
  t[0].send(b, take{"bank"});
  t[0].migrate(b, t[2].self().id); // while it asks, perhaps
  t[0].send(b, look{"bank"});
  auto said = heard(t[0], b, 2);
  std::ranges::sort(said);
  BOOST_REQUIRE(said.size() == 2u);
  BOOST_TEST(said[0] == "bank: other");
  BOOST_TEST(said[1].starts_with("the name bank is taken by"));
  t[1].migrate(a, t[1].self().id);
  BOOST_TEST((t[2].whereis_name<holder>("bank") == a));
  t[0].send(b, drop{"bank"});
  BOOST_TEST(heard(t[0], b, 3).back() == "yes");
  t[0].send(b, take{"bank"});
  BOOST_TEST(heard(t[0], b, 4).back() == "yes");
  BOOST_TEST((t[0].whereis_name<holder>("bank") == b));
}

BOOST_AUTO_TEST_CASE(the_name_of_one_that_ended_is_free) {
  trio t;
  const auto b = t[1].spawn<holder>();
  for (int i = 0; i < 20; ++i) {
    const auto name = "bank" + std::to_string(i);
    const auto a = t[0].spawn<holder>();
    t[i % 3].register_name(name, a);
    t[0].request(a, end{}).get();
    t[1].register_name(name, b); // at once
    BOOST_TEST((t[2].whereis_name<holder>(name) == b));
  }
}

BOOST_AUTO_TEST_CASE(names_outlive_a_node_unless_it_had_the_actor) {
  trio t;
  const auto a = t[0].spawn<holder>();
  const auto b = t[2].spawn<holder>();
  for (int i = 0; i < 20; ++i) {
    t[0].register_name("stays" + std::to_string(i), a);
    t[2].register_name("goes" + std::to_string(i), b);
  }
  t.all[2].reset();
  BOOST_TEST(comes_true([&] { return t[0].members().size() == 2; }));
  for (int i = 0; i < 20; ++i) {
    for (std::size_t n = 0; n < 2; ++n)
      BOOST_TEST((t[n].whereis_name<holder>("stays" + std::to_string(i)) == a));
    const auto name = "goes" + std::to_string(i);
    t[1].register_name(name, a);
    BOOST_TEST((t[1].whereis_name<holder>(name) == a));
  }
}

BOOST_AUTO_TEST_CASE(who_joins_with_a_name_that_is_taken_may_lose_it) {
  const auto one = a_system();
  const auto two = a_system();
  const auto a = one->spawn<holder>();
  const auto b = two->spawn<holder>();
  one->register_name("bank", a);
  two->register_name("bank", b);
  two->register_name("mine", b);
  std::atomic<int> told{0};
  for (auto* s : {one.get(), two.get()})
    s->on_name_lost([&](const tern::name_lost& l) {
      if (l.name == "bank" && l.winner == std::min(a.id(), b.id())
          && l.actor == std::max(a.id(), b.id()))
        ++told;
    });
  two->join(one->self().host, one->self().port);
  BOOST_TEST(one->wait_for_members(2, 20s));
  const tern::ref<holder> winner{std::min(a.id(), b.id())};
  for (auto* s : {one.get(), two.get()}) {
    BOOST_TEST(
        comes_true([&] { return s->whereis_name<holder>("bank") == winner; }));
    BOOST_TEST((s->whereis_name<holder>("mine") == b));
  }
  BOOST_TEST(comes_true([&] { return told == 1; }));
}

// -- in a simulated cluster ---------------------------------------------------

namespace {

struct begin {
  template <class Archive>
  void fields(Archive&) {}
};

/// Tries to be the one, until it is.
class candidate {
public:
  static constexpr std::string_view name = "candidate";
  using messages = tern::messages<begin, end>;

  void on(const begin&, tern::context& here) {
    here.register_name("leader", here.self<candidate>())
        .then<&candidate::elected>();
  }
  void elected(const tern::result<void>& r, tern::context& here) {
    if (r)
      leads_ = true;
    else if (++tries_ < 40)
      here.send_after(5ms, here.self<candidate>(), begin{});
  }
  void on(const end&, tern::context& here) {
    leads_ = false; // it may have to move before it is gone
    here.stop();
  }
  using continuations = tern::continuations<&candidate::elected>;

  bool leads() const {
    return leads_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(leads_, tries_);
  }

private:
  bool leads_ = false;
  int tries_ = 0;
};

class voter {
public:
  static constexpr std::string_view name = "voter";
  using messages = tern::messages<begin>;

  void on(const begin&, tern::context& here) {
    here.whereis_name<candidate>("leader").then<&voter::found>();
  }
  void found(const tern::result<tern::ref<candidate>>& who) {
    leader_ = who.value_or(tern::ref<candidate>{});
  }
  using continuations = tern::continuations<&voter::found>;

  tern::ref<candidate> leader() const {
    return leader_;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(leader_);
  }

private:
  tern::ref<candidate> leader_;
};

void an_election(tern::simulation::cluster& c) {
  c.add<candidate>();
  c.add<voter>();
  std::vector<tern::ref<candidate>> all;
  for (std::size_t i = 0; i < 5; ++i)
    all.push_back(c.spawn<candidate>(i % c.nodes()));
  const auto v = c.spawn<voter>(0);
  for (const auto& a : all)
    c.send(a, begin{});
  c.after(30ms, [=, &c] { c.send(all[0], end{}); });
  c.after(50ms, [=, &c] { c.send(all[1], end{}); });
  c.after(400ms, [=, &c] { c.send(v, begin{}); });
  const auto leaders = [=, &c] {
    return std::ranges::count_if(all, [&](auto& a) {
      const auto* s = c.state(a);
      return s && s->leads();
    });
  };
  c.invariant("there is one leader at most", [=] { return leaders() <= 1; });
  c.eventually("one that lives leads", [=, &c] {
    return leaders() == 1 || std::ranges::none_of(all, [&](auto& a) {
             return c.state(a) != nullptr;
           });
  });
  c.eventually("it is found by its name", [=, &c] {
    const auto* s = c.state(v);
    if (!s || leaders() == 0)
      return true;
    const auto* leader = c.state(s->leader());
    return leader && leader->leads();
  });
}

tern::simulation::options bad_day() {
  tern::simulation::options o;
  o.names = true;
  o.nodes = 4;
  o.bad.loss = 0.1;
  o.bad.duplicate = 0.2;
  o.bad.skew = 0.05;
  return o;
}

} // namespace

BOOST_AUTO_TEST_CASE(one_actor_has_a_name_whatever_gets_lost_or_moves) {
  auto o = bad_day();
  o.moves = 20;
  o.bad.kills = 0;
  const auto r = tern::simulation::try_seeds(1, 200, an_election, o);
  BOOST_TEST(r.holds(), to_string(r));
}

// None moves, so none is elsewhere than its name was registered.
BOOST_AUTO_TEST_CASE(nor_when_nodes_die) {
  auto o = bad_day();
  o.moves = 0;
  o.bad.kills = 2;
  const auto r = tern::simulation::try_seeds(1, 200, an_election, o);
  BOOST_TEST(r.holds(), to_string(r));
}

BOOST_AUTO_TEST_SUITE_END()
