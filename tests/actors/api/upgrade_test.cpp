// Two versions of a program in one cluster: <tern/actors.hpp> and nothing else
// of ours. A system with the older classes and one with the later ones stand
// for two processes.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

using namespace std::chrono_literals;

namespace {

template <class M>
struct nothing {
  static constexpr std::uint32_t version = 1;
  template <class Archive>
  void fields(Archive&) {}
};

struct get : nothing<get> {
  static constexpr std::string_view name = "get";
};
struct forget : nothing<forget> {
  static constexpr std::string_view name = "forget";
};
struct break_down : nothing<break_down> {
  static constexpr std::string_view name = "break_down";
};

/// Answers when it may.
std::atomic<bool> may_answer{false};

class slow {
public:
  using messages = tern::messages<get>;
  std::int64_t on(const get&) const {
    while (!may_answer) // on a node of its own: others need no worker of that
      std::this_thread::sleep_for(1ms);
    return 4;
  }
  template <class Archive>
  void fields(Archive&) {}
};

/// Ask it.
struct ask {
  static constexpr std::string_view name = "ask";
  static constexpr std::uint32_t version = 1;
  tern::ref<slow> other;
  template <class Archive>
  void fields(Archive& a) {
    a(other);
  }
};

/// The second version has a member more for answers, and nothing else.
template <int Version>
class asker {
public:
  static constexpr std::string_view name = "asker";
  using messages = tern::messages<ask, get>;

  void on(const ask& m, tern::context& here) const {
    if constexpr (Version == 2)
      here.request(m.other, get{}, 1min).template then<&asker::heard_well>();
  }
  std::int64_t on(const get&) const {
    return heard_;
  }
  void heard(const tern::result<std::int64_t>&) {}
  void heard_well(const tern::result<std::int64_t>& n) {
    heard_ = *n;
  }
  using continuations = std::conditional_t<
      Version == 1, tern::continuations<&asker::heard>,
      tern::continuations<&asker::heard, &asker::heard_well>>;

  template <class Archive>
  void fields(Archive& a) {
    a(heard_);
  }

private:
  std::int64_t heard_ = 0;
};

namespace v1 {

struct add {
  static constexpr std::string_view name = "add";
  static constexpr std::uint32_t version = 1;
  std::int64_t n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(n);
  }
};

class counter {
public:
  static constexpr std::string_view name = "counter";
  static constexpr std::uint32_t version = 1;
  using messages = tern::messages<add, get, ask>;

  void on(const add& m) {
    total_ += m.n;
  }
  std::int64_t on(const get&) const {
    return total_;
  }
  void on(const ask& m, tern::context& here) const {
    here.request(m.other, get{}, 1min).then<&counter::heard>();
  }
  void heard(const tern::result<std::int64_t>& n) {
    total_ += *n;
  }
  using continuations = tern::continuations<&counter::heard>;

  template <class Archive>
  void fields(Archive& a) {
    a(total_);
  }

private:
  std::int64_t total_ = 0;
};

} // namespace v1

namespace v2 {

struct add {
  static constexpr std::string_view name = "add";
  static constexpr std::uint32_t version = 2;
  std::int64_t n = 0;
  std::int64_t times = 1; // since version 2
  template <class Archive>
  void fields(Archive& a) {
    a(n);
    if (a.version() >= 2)
      a(times);
  }
};

class counter {
public:
  static constexpr std::string_view name = "counter";
  static constexpr std::uint32_t version = 2;
  static constexpr auto supervision =
      tern::supervision::restart{.first = 0ms, .most = 0ms};
  using messages = tern::messages<add, get, ask, forget, break_down>;

  counter() = default;
  explicit counter(std::int64_t n) : total_(n) {}

  void on(const add& m) {
    total_ += m.n * m.times;
  }
  std::int64_t on(const get&) const {
    return total_ + 1000 * forgotten_;
  }
  void on(const ask& m, tern::context& here) const {
    here.request(m.other, get{}, 1min).then<&counter::heard_well>();
  }
  void heard(const tern::result<std::int64_t>& n) {
    total_ += 2 * *n;
  }
  void heard_well(const tern::result<std::int64_t>& n) {
    total_ += *n;
  }
  using continuations =
      tern::continuations<&counter::heard, &counter::heard_well>;
  void on(const forget&) {
    total_ = 0;
    ++forgotten_;
  }
  void on(const break_down&) {
    total_ = -1;
    throw std::runtime_error("broken");
  }

  template <class Archive>
  void fields(Archive& a) {
    a(total_);
    if (a.version() >= 2)
      a(forgotten_);
  }

private:
  std::int64_t total_ = 0;
  std::int64_t forgotten_ = 0; // since version 2
};

} // namespace v2

struct cluster {
  tern::actor_system older;
  tern::actor_system later;

  cluster() {
    older.add<v1::counter>();
    older.add<asker<1>>();
    later.add<v2::counter>();
    later.add<asker<2>>();
    later.join(older.self().host, older.self().port);
  }
};

tern::ref<v1::counter> old_ref(const tern::ref<v2::counter>& r) {
  return tern::ref<v1::counter>{r.id()};
}
tern::ref<v2::counter> new_ref(const tern::ref<v1::counter>& r) {
  return tern::ref<v2::counter>{r.id()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(upgrades)

BOOST_AUTO_TEST_CASE(an_actor_goes_on_under_the_next_version_of_its_class) {
  cluster c;
  const auto old = c.older.spawn<v1::counter>();
  c.older.send(old, v1::add{5});
  c.older.migrate(old, c.later.self().id);
  c.older.send(old, v1::add{2}); // of version 1: once
  c.later.request(new_ref(old), v2::add{10, 3}).get();
  BOOST_TEST(c.older.request(old, get{}).get() == 37);
  c.later.send(new_ref(old), forget{});
  BOOST_TEST(c.later.request(new_ref(old), get{}).get() == 1000);
}

BOOST_AUTO_TEST_CASE(a_state_of_a_later_version_stays_where_it_is) {
  cluster c;
  const auto actor = c.later.spawn<v2::counter>(7);
  for (int i = 0; i < 5; ++i) {
    std::string why;
    c.older.order_move(actor.id(), c.older.self().id);
    c.older.send(old_ref(actor), v1::add{1}); // meanwhile
    try {
      c.older.migrate(actor, c.older.self().id);
    } catch (const tern::actor_error& e) {
      why = e.what();
    }
    BOOST_TEST(why.ends_with("did not move: the state of counter: version 2 of "
                             "counter is later than version 1, the one known "
                             "here"),
               why);
    BOOST_TEST((c.older.where(actor) == c.later.self().id));
  }
  BOOST_TEST(c.older.request(old_ref(actor), get{}).get() == 12);
}

BOOST_AUTO_TEST_CASE(a_request_of_an_unknown_type_is_refused_by_its_name) {
  cluster c;
  const auto actor = new_ref(c.older.spawn<v1::counter>());
  const auto said = c.later.request(actor, forget{}).wait();
  BOOST_REQUIRE(!said);
  BOOST_TEST((said.error().kind == tern::failure_kind::refused));
  BOOST_TEST(said.error().what
             == "counter: it has no handler for this message: forget");
  // one that has never heard of the later class
  const auto again = c.older.request(actor, forget{}).wait();
  BOOST_REQUIRE(!again);
  BOOST_TEST(again.error().what.ends_with("of a class not known here"));
  BOOST_TEST(c.older.request(old_ref(actor), get{}).get() == 0);
}

BOOST_AUTO_TEST_CASE(a_request_of_a_later_version_is_refused_by_its_name) {
  cluster c;
  const auto actor = new_ref(c.older.spawn<v1::counter>());
  const auto said = c.later.request(actor, v2::add{1, 2}).wait();
  BOOST_REQUIRE(!said);
  BOOST_TEST((said.error().kind == tern::failure_kind::refused));
  BOOST_TEST(said.error().what
             == "counter: add: version 2 of add is later than version 1, the "
                "one known here");
  BOOST_TEST(c.older.request(old_ref(actor), get{}).get() == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_of_a_later_version_is_a_failure_that_names_it) {
  const v2::add later{1, 2};
  const tern::result<std::vector<std::byte>> answer = tern::to_bytes(later);
  const auto read = tern::answer_as<v1::add>(answer);
  BOOST_REQUIRE(!read);
  BOOST_TEST(read.error().what.starts_with("version 2 of add is later"));
}

BOOST_AUTO_TEST_CASE(a_message_that_its_receiver_cannot_read_is_a_dead_letter) {
  cluster c;
  std::atomic<int> unknown{0};
  std::atomic<int> later{0};
  c.older.on_dead_letter([&](const tern::dead_letter& l) {
    if (l.why != tern::dead_letter::reason::unreadable || l.count != 1)
      return;
    unknown += l.message.empty();
    later += l.message == "add";
  });
  const auto actor = new_ref(c.older.spawn<v1::counter>());
  c.later.send(actor, forget{});
  c.later.send(actor, v2::add{1, 2});
  BOOST_TEST(c.later.request(actor, get{}).get() == 0);
  BOOST_TEST(unknown == 1);
  BOOST_TEST(later == 1);
  BOOST_TEST(to_string(tern::dead_letter::reason::unreadable) == "unreadable");
}

/// A node of its own with one that has been asked and does not answer yet.
struct slow_node {
  tern::actor_system system;
  tern::ref<slow> actor;

  explicit slow_node(const tern::member& contact) {
    may_answer = false;
    system.add<slow>();
    system.join(contact.host, contact.port);
    actor = system.spawn<slow>();
  }
  ~slow_node() {
    may_answer = true;
  }
};

template <class T>
std::int64_t first_not_zero(tern::actor_system& s, const tern::ref<T>& actor) {
  const auto limit = std::chrono::steady_clock::now() + 20s;
  std::int64_t n = 0;
  while (n == 0 && std::chrono::steady_clock::now() < limit)
    n = s.request(actor, get{}).get();
  return n;
}

BOOST_AUTO_TEST_CASE(an_open_request_is_answered_to_the_next_version) {
  cluster c;
  const slow_node other(c.older.self());
  const auto old = c.older.spawn<v1::counter>();
  c.older.request(old, ask{other.actor}).get();
  c.older.migrate(old, c.later.self().id);
  may_answer = true;
  BOOST_TEST(first_not_zero(c.older, old) == 8); // as version 2 takes it
}

BOOST_AUTO_TEST_CASE(an_actor_whose_answer_nobody_there_takes_does_not_move) {
  cluster c;
  const slow_node other(c.older.self());
  const auto actor = c.later.spawn<asker<2>>();
  c.later.request(actor, ask{other.actor}).get();
  std::string why;
  try {
    c.later.migrate(actor, c.older.self().id);
  } catch (const tern::actor_error& e) {
    why = e.what();
  }
  BOOST_TEST(why.ends_with("the state of asker: it waits for an answer for a "
                           "continuation that is not known here"),
             why);
  may_answer = true;
  BOOST_TEST(first_not_zero(c.later, actor) == 4);
  c.later.migrate(actor, c.older.self().id); // now it waits for nothing
}

// What it was born with nobody kept: so it is what it came with.
BOOST_AUTO_TEST_CASE(a_class_that_learns_to_restart_does_so_from_its_arrival) {
  cluster c;
  const auto old = c.older.spawn<v1::counter>();
  c.older.send(old, v1::add{5});
  c.older.migrate(old, c.later.self().id);
  const auto actor = new_ref(old);
  c.later.request(actor, v2::add{2}).get();
  BOOST_TEST(!c.later.request(actor, break_down{}).wait());
  BOOST_TEST(c.later.request(actor, get{}).get() == 5);
}

BOOST_AUTO_TEST_SUITE_END()
