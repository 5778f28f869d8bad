// Systems that leave on purpose, in the midst of traffic.

#include <boost/test/unit_test.hpp>
#include <tern/actors.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int most_actors = 200;
constexpr int rounds = 5;

class teller;

struct meet {
  int me = 0;
  std::vector<tern::ref<teller>> all;
  template <class Archive>
  void fields(Archive& a) {
    a(me, all);
  }
};
struct next_round {
  template <class Archive>
  void fields(Archive&) {}
};
struct number {
  int from = 0;
  int n = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(from, n);
  }
};
struct notes {
  int received = 0;
  int wrong = 0;  // not the next number of its sender
  int losses = 0; // ended or undelivered, as it was told
  template <class Archive>
  void fields(Archive& a) {
    a(received, wrong, losses);
  }
};
struct tell {
  template <class Archive>
  void fields(Archive&) {}
};
struct spawn_one {
  template <class Archive>
  void fields(Archive&) {}
};

/// Sends a number to all others again and again, and checks theirs.
class teller {
public:
  static constexpr std::string_view name = "teller";
  using messages = tern::messages<meet, next_round, number, tell, spawn_one>;

  void on(const meet& m, tern::context& here) {
    me_ = m.me;
    all_ = m.all;
    next_.resize(all_.size(), 1);
    here.monitor(all_[(static_cast<std::size_t>(me_) + 1) % all_.size()]);
    here.send(here.self<teller>(), next_round{});
  }
  void on(const next_round&, tern::context& here) {
    ++round_;
    for (const auto& other : all_)
      here.send(other, number{me_, round_});
    if (round_ < rounds)
      here.send_after(200ms, here.self<teller>(), next_round{});
  }
  void on(const number& m) {
    const auto from = static_cast<std::size_t>(m.from);
    if (next_.size() <= from)
      next_.resize(from + 1, 1); // before it has met them
    notes_.wrong += next_[from]++ != m.n;
    ++notes_.received;
  }
  notes on(const tell&) const {
    return notes_;
  }
  tern::ref<teller> on(const spawn_one&, tern::context& here) {
    return here.spawn<teller>();
  }
  void on(const tern::ended&) {
    ++notes_.losses;
  }
  void on(const tern::undelivered&) {
    ++notes_.losses;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(me_, round_, all_, next_, notes_);
  }

private:
  int me_ = 0;
  int round_ = 0;
  std::vector<tern::ref<teller>> all_;
  std::vector<int> next_; // by sender
  notes notes_;
};

using system_ptr = std::unique_ptr<tern::actor_system>;

std::vector<system_ptr> joined(std::size_t n) {
  std::vector<system_ptr> all;
  for (std::size_t i = 0; i < n; ++i) {
    all.push_back(std::make_unique<tern::actor_system>());
    all[i]->add<teller>();
    if (i > 0)
      all[i]->join(all[0]->self().host, all[0]->self().port);
  }
  for (auto& s : all)
    BOOST_REQUIRE(s->wait_for_members(n, 10s));
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(leaves)

BOOST_AUTO_TEST_CASE(a_system_leaves_in_the_midst_of_traffic) {
  std::atomic<std::uint64_t> dead_letters{0};
  auto systems = joined(3);
  std::vector<tern::ref<teller>> all;
  for (int i = 0; i < most_actors; ++i)
    all.push_back(systems[static_cast<std::size_t>(i) % 3]->spawn<teller>());
  for (auto& s : systems)
    s->on_dead_letter([&](const tern::dead_letter&) { ++dead_letters; });
  for (int i = 0; i < most_actors; ++i)
    systems[0]->send(all[static_cast<std::size_t>(i)], meet{i, all});
  while (systems[0]->request(all[0], tell{}).get().received < most_actors) {
  }

  const auto begin = std::chrono::steady_clock::now();
  const auto how = systems[2]->leave(20s);
  const auto took = std::chrono::steady_clock::now() - begin;
  BOOST_TEST_MESSAGE(how.moved << " actors moved, left after " << took / 1ms
                               << " ms");
  BOOST_TEST(how.moved == static_cast<std::size_t>(most_actors / 3));
  BOOST_TEST(how.stayed.empty());
  BOOST_TEST(how.settled);
  BOOST_TEST(how.agreed);
  BOOST_TEST(systems[0]->members().size() == 2u); // at once
  BOOST_TEST(systems[1]->members().size() == 2u);
  BOOST_TEST(systems[2]->members().empty());
  systems.pop_back();

  const auto share = [&](std::size_t at) {
    return std::ranges::count_if(
        all, [&](auto& a) { return systems[at]->host().is_here(a.id()); });
  };
  BOOST_TEST(share(0) + share(1) == most_actors);
  BOOST_TEST(share(0) > most_actors / 3);
  BOOST_TEST(share(1) > most_actors / 3);

  const auto expected = most_actors * rounds;
  const auto limit = std::chrono::steady_clock::now() + 60s;
  for (const auto& a : all) {
    auto n = systems[0]->request(a, tell{}).get();
    while (n.received < expected && std::chrono::steady_clock::now() < limit)
      n = systems[0]->request(a, tell{}).get();
    BOOST_REQUIRE(n.received == expected);
    BOOST_REQUIRE(n.wrong == 0);
    BOOST_REQUIRE(n.losses == 0);
  }
  BOOST_TEST(dead_letters == 0u);
}

BOOST_AUTO_TEST_CASE(one_of_two_leaves_and_the_other_goes_on) {
  auto systems = joined(2);
  const auto a = systems[1]->spawn<teller>();
  systems[0]->send(a, number{0, 1});
  const auto how = systems[1]->leave(10s);
  BOOST_TEST(how.moved == 1u);
  BOOST_TEST(how.agreed);
  systems.pop_back();
  BOOST_TEST(systems[0]->members().size() == 1u);
  BOOST_TEST(systems[0]->request(a, tell{}).get().received == 1);
}

BOOST_AUTO_TEST_CASE(a_system_that_is_alone_just_leaves) {
  tern::actor_system here;
  here.add<teller>();
  const auto a = here.spawn<teller>();
  const auto how = here.leave(10s);
  BOOST_TEST(how.agreed);
  BOOST_TEST(how.moved == 0u);
  BOOST_REQUIRE(how.stayed.size() == 1u);
  BOOST_TEST((how.stayed[0].actor == a.id()));
  BOOST_TEST(how.stayed[0].why == "there is no other node");
}

BOOST_AUTO_TEST_CASE(who_is_refused_everywhere_says_so) {
  tern::actor_system here;
  tern::actor_system there; // which does not know the class
  here.add<teller>();
  here.join(there.self().host, there.self().port);
  BOOST_REQUIRE(here.wait_for_members(2, 10s));
  here.spawn<teller>();
  const auto how = here.leave(10s);
  BOOST_REQUIRE(how.stayed.size() == 1u);
  BOOST_TEST(how.stayed[0].why == "no type teller here");
  BOOST_TEST(how.agreed);
  BOOST_TEST(there.members().size() == 1u);
}

BOOST_AUTO_TEST_CASE(who_leaves_takes_no_actors) {
  auto systems = joined(3);
  auto& leaver = *systems[2];
  const auto stays = systems[1]->spawn<teller>();
  BOOST_TEST(leaver.leave(10s).agreed);
  BOOST_CHECK_EXCEPTION(leaver.spawn<teller>(), tern::actor_error,
                        [](const tern::actor_error& e) {
                          return e.why.kind == tern::failure_kind::refused;
                        });
  BOOST_CHECK_THROW(systems[0]->migrate(stays, leaver.self().id),
                    tern::actor_error);
  for (int i = 0; i < 20; ++i)
    systems[0]->spawn_anywhere<teller>();
  BOOST_TEST(leaver.host().count().moved_in == 0u);
}

BOOST_AUTO_TEST_CASE(two_leave_at_the_same_time) {
  auto systems = joined(3);
  std::vector<tern::ref<teller>> all;
  for (std::size_t i = 0; i < 60; ++i)
    all.push_back(systems[i % 3]->spawn<teller>());
  tern::leave_report other;
  std::thread second{[&] {
    other = systems[1]->leave(20s);
  }};
  const auto how = systems[2]->leave(20s);
  second.join();
  BOOST_TEST(how.agreed);
  BOOST_TEST(other.agreed);
  BOOST_TEST(how.stayed.empty());
  BOOST_TEST(other.stayed.empty());
  systems.resize(1);
  BOOST_TEST(systems[0]->members().size() == 1u);
  for (const auto& a : all)
    BOOST_TEST(systems[0]->host().is_here(a.id()));
}

BOOST_AUTO_TEST_CASE(a_system_that_ends_is_out_of_the_view_at_once) {
  auto systems = joined(2);
  const auto a = systems[1]->spawn<teller>();
  systems[0]->send(a, number{0, 1});
  systems.pop_back();
  BOOST_TEST(systems[0]->members().size() == 1u);
  const auto said = systems[0]->request(a, tell{}).wait();
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST((said.error().kind == tern::failure_kind::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
