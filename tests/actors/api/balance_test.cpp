// Systems that balance their actors: two or three in this process stand for as
// many processes; the way between them is the same.
#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

struct go {
  template <class Archive>
  void fields(Archive&) {}
};
struct steps {
  template <class Archive>
  void fields(Archive&) {}
};

struct make_talker {
  template <class Archive>
  void fields(Archive&) {}
};

/// Is busy for ever: each handler asks for the next.
class busy {
public:
  static constexpr std::string_view name = "busy";
  using messages = tern::messages<go, steps>;

  void on(const go&, tern::context& here) {
    const auto end = std::chrono::steady_clock::now() + 20us;
    while (std::chrono::steady_clock::now() < end)
      ++spins_;
    ++steps_;
    here.send(here.self<busy>(), go{});
  }
  std::uint64_t on(const steps&) const {
    return steps_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(spins_, steps_);
  }

private:
  std::uint64_t spins_ = 0;
  std::uint64_t steps_ = 0;
};

class talker;
struct ball {
  tern::ref<talker> to; ///< null: back to who threw it
  template <class Archive>
  void fields(Archive& a) {
    a(to);
  }
};

/// Throws a ball to another one, every now and then.
class talker {
public:
  static constexpr std::string_view name = "talker";
  using messages = tern::messages<ball, steps, make_talker>;

  void on(const ball& m, tern::context& here) {
    ++steps_;
    if (m.to)
      other_ = m.to;
    if (!other_)
      other_ = tern::ref<talker>{here.sender()};
    here.send_after(1ms, other_, ball{});
  }
  tern::ref<talker> on(const make_talker&, tern::context& here) const {
    return here.spawn_anywhere<talker>();
  }
  std::uint64_t on(const steps&) const {
    return steps_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(steps_, other_);
  }

private:
  std::uint64_t steps_ = 0;
  tern::ref<talker> other_;
};

void add_all(tern::actor_system& s) {
  s.add<busy>();
  s.add<talker>();
}

tern::actor_system::options with(tern::balance_policy p) {
  tern::actor_system::options o;
  o.balancer = p;
  return o;
}

template <class T>
int count_here(tern::actor_system& s, const std::vector<tern::ref<T>>& actors) {
  return static_cast<int>(std::ranges::count_if(
      actors, [&](const auto& a) { return s.host().is_here(a.id()); }));
}

bool becomes_true(const std::function<bool()>& f) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (!f()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

/// Two systems that have agreed to be members.
struct two {
  explicit two(tern::balance_policy p) : a(with(p)), b(with(p)) {
    add_all(a);
    add_all(b);
    b.join(a.self().host, a.self().port);
    BOOST_REQUIRE(a.wait_for_members(2, 10s));
  }
  tern::actor_system a;
  tern::actor_system b;
};

} // namespace

BOOST_AUTO_TEST_SUITE(balanced_systems)

BOOST_AUTO_TEST_CASE(two_hundred_busy_actors_on_one_of_two_nodes_spread) {
  two s(tern::balance_policy::load);
  std::vector<tern::ref<busy>> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(s.a.spawn<busy>());
    s.a.send(all.back(), go{});
  }
  BOOST_TEST(becomes_true([&] {
    const auto a = count_here(s.a, all);
    return a >= 75 && a <= 125 && a + count_here(s.b, all) == 200;
  }));
  // and do not run about from then on: those that came rest for 2 s
  const auto moves = [&] {
    return s.a.host().count().moved_out + s.b.host().count().moved_out;
  };
  std::uint64_t seen = 0;
  BOOST_TEST(becomes_true([&] {
    std::this_thread::sleep_for(1s);
    const auto before = std::exchange(seen, moves());
    return before == seen;
  }));
  BOOST_TEST(seen >= 75u);
  std::this_thread::sleep_for(3s);
  BOOST_TEST(moves() <= seen + 20);
  s.a.balance(tern::balance_policy::none);
  s.b.balance(tern::balance_policy::none);
  std::vector<tern::pending<std::uint64_t>> asked;
  for (const auto& a : all) // none was lost on the way
    asked.push_back(s.a.request(a, steps{}, 30s));
  for (auto& a : asked)
    BOOST_TEST(a.get() > 0u);
}

BOOST_AUTO_TEST_CASE(without_a_policy_nothing_moves) {
  two s(tern::balance_policy::none);
  std::vector<tern::ref<busy>> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(s.a.spawn<busy>());
    s.a.send(all.back(), go{});
  }
  std::this_thread::sleep_for(500ms);
  BOOST_TEST(s.a.host().count().moved_out == 0u);
  s.a.balance(tern::balance_policy::load);
  s.b.balance(tern::balance_policy::load);
  BOOST_TEST(becomes_true([&] { return s.a.host().count().moved_out >= 5u; }));
  s.a.balance(tern::balance_policy::none);
}

BOOST_AUTO_TEST_CASE(pairs_that_talk_come_together) {
  two s(tern::balance_policy::affinity);
  std::vector<tern::ref<talker>> left;
  std::vector<tern::ref<talker>> right;
  for (int i = 0; i < 2; ++i) {
    left.push_back(s.a.spawn<talker>());
    right.push_back(s.b.spawn<talker>());
    for (int n = 0; n < 10; ++n)
      s.a.send(left.back(), ball{right.back()});
  }
  const auto together = [&] {
    return s.a.where(left[0]) == s.a.where(right[0])
           && s.a.where(left[1]) == s.a.where(right[1]);
  };
  BOOST_TEST(becomes_true(together));
  std::this_thread::sleep_for(1s);
  BOOST_TEST(together());
  const auto moves = [&] {
    return s.a.host().count().moved_out + s.b.host().count().moved_out;
  };
  BOOST_TEST(moves() == 2u);
  for (const auto& t : left)
    BOOST_TEST(s.a.request(t, steps{}).get() > 100u);
}

BOOST_AUTO_TEST_CASE(new_actors_go_where_there_is_less_to_do) {
  two s(tern::balance_policy::load);
  s.a.send(s.a.spawn<busy>(), go{}); // one alone stays where it is
  std::this_thread::sleep_for(1s);   // for the others to hear of it
  const auto first = s.a.spawn_anywhere<talker>();
  BOOST_TEST(becomes_true([&] { return s.a.where(first) == s.b.self().id; }));
}

BOOST_AUTO_TEST_CASE(without_a_policy_new_actors_go_to_each_node_in_turn) {
  two s(tern::balance_policy::none);
  const auto maker = s.a.spawn<talker>();
  std::vector<tern::ref<talker>> all;
  std::vector<tern::ref<talker>> of_a_handler;
  for (int i = 0; i < 30; ++i) {
    all.push_back(s.a.spawn_anywhere<talker>());
    of_a_handler.push_back(s.b.request(maker, make_talker{}).get());
  }
  for (const auto& made : {all, of_a_handler}) {
    BOOST_TEST(becomes_true([&] { return count_here(s.b, made) >= 5; }));
    BOOST_TEST(count_here(s.a, made) >= 5);
  }
}

BOOST_AUTO_TEST_SUITE_END()
