#include "actors/control/membership.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <random>

using namespace tern;

namespace {

member make_member(std::uint64_t id) {
  member m;
  m.id = node_id{id};
  m.host = "host";
  m.port = static_cast<std::uint16_t>(id);
  return m;
}

/// Nodes and a network in one thread: whatever is on its way may arrive next.
class world {
public:
  explicit world(std::uint64_t seed) : random_(seed) {}

  void add(std::uint64_t id) {
    nodes_.emplace(node_id{id}, membership{make_member(id)});
  }

  void join(std::uint64_t who, std::uint64_t contact) {
    later([=, this] { say_hello(node_id{who}, node_id{contact}, true); });
  }

  /// Ends when nothing more happens.
  void run() {
    while (!soon_.empty() || !timers_.empty()) {
      auto& queue = soon_.empty() || (!timers_.empty() && random_() % 50 == 0)
                        ? timers_
                        : soon_;
      auto i = random_() % queue.size();
      auto next = std::move(queue[i]);
      queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
      next();
    }
  }

  void kill(std::uint64_t id) {
    nodes_.erase(node_id{id});
    for (auto& [other, m] : nodes_)
      later([this, other, id] {
        perform(other, nodes_.at(other).on_down(node_id{id}, "killed"));
      });
  }

  const membership& node(std::uint64_t id) const {
    return nodes_.at(node_id{id});
  }

  bool is_full_mesh() const {
    return std::ranges::all_of(nodes_, [&](auto& entry) {
      auto list = entry.second.members();
      return list.size() == nodes_.size()
             && std::ranges::all_of(
                 list, [&](auto& m) { return nodes_.contains(m.id); });
    });
  }

  /// How often somebody became a member for somebody.
  int joined = 0;
  int lost = 0;

private:
  using event = std::function<void()>;

  void later(event what) {
    soon_.push_back(std::move(what));
  }

  void say_hello(node_id from, node_id to, bool contact) {
    if (!nodes_.contains(from))
      return;
    auto failed = [=, this] {
      if (nodes_.contains(from))
        perform(from, nodes_.at(from).on_dial_failed(to));
      if (contact && nodes_.contains(from) && nodes_.contains(to))
        later([=, this] { say_hello(from, to, true); });
    };
    // As CAF does when two nodes connect to each other at once.
    if (!nodes_.contains(to) || random_() % 20 == 0)
      return later(failed);
    later([=, this] {
      if (!nodes_.contains(from) || !nodes_.contains(to))
        return later(failed);
      auto& target = nodes_.at(to);
      auto self = make_member(from.value);
      if (target.refusal(self))
        return later(failed);
      auto list = target.list();
      perform(to, target.on_hello(self, contact));
      later([=, this] {
        if (nodes_.contains(from))
          perform(from, nodes_.at(from).on_welcome(list));
      });
    });
  }

  void dial_link(node_id from, node_id to) {
    auto yes = nodes_.contains(to)
               && nodes_.at(to).admit(from) == membership::admission::yes;
    if (yes)
      perform(to, nodes_.at(to).on_link_up(from));
    later([=, this] {
      if (nodes_.contains(from))
        perform(from, yes ? nodes_.at(from).on_link_up(to)
                          : nodes_.at(from).on_dial_failed(to));
    });
  }

  void perform(node_id who, const membership::instructions& list) {
    for (auto& i : list)
      std::visit([&](auto& one) { carry_out(who, one); }, i);
  }
  void carry_out(node_id who, const membership::dial_control& i) {
    later([=, this, to = i.to.id] { say_hello(who, to, false); });
  }
  void carry_out(node_id who, const membership::dial_link& i) {
    later([=, this, to = i.to.id] { dial_link(who, to); });
  }
  void carry_out(node_id, const membership::joined&) {
    ++joined;
  }
  void carry_out(node_id who, const membership::tell& i) {
    later([=, this, to = i.to, list = nodes_.at(who).list()] {
      if (nodes_.contains(to))
        perform(to, nodes_.at(to).on_members(list));
    });
  }
  void carry_out(node_id, const membership::gone& i) {
    lost += i.was_member ? 1 : 0;
  }
  void carry_out(node_id who, const membership::wake& i) {
    timers_.push_back([=, this, about = i.who] {
      if (nodes_.contains(who))
        perform(who, nodes_.at(who).on_time(about));
    });
  }

  std::mt19937_64 random_;
  std::map<node_id, membership> nodes_;
  std::deque<event> soon_;
  std::deque<event> timers_;
};

std::vector<member> list_of(std::initializer_list<std::uint64_t> ids) {
  std::vector<member> list;
  for (auto id : ids)
    list.push_back(make_member(id));
  return list;
}

template <class T>
int count(const membership::instructions& list) {
  return static_cast<int>(std::ranges::count_if(
      list, [](auto& i) { return std::holds_alternative<T>(i); }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(memberships)

BOOST_AUTO_TEST_CASE(nodes_that_join_in_any_order_end_in_a_full_mesh) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    world w{seed};
    std::mt19937_64 random{seed};
    std::uint64_t nodes = 2 + random() % 7;
    std::vector<std::uint64_t> ids;
    for (std::uint64_t i = 0; i < nodes; ++i)
      ids.push_back(10 + i);
    std::ranges::shuffle(ids, random);
    for (auto id : ids)
      w.add(id);
    // Each joins one that is in the cluster already, or is on its way there.
    for (std::uint64_t i = 1; i < nodes; ++i)
      w.join(ids[i], ids[random() % i]);
    w.run();
    BOOST_TEST(w.is_full_mesh(), "seed " << seed);
    BOOST_TEST(w.joined == static_cast<int>(nodes * (nodes - 1)),
               "seed " << seed);
    BOOST_TEST(w.lost == 0, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(who_differs_is_refused_with_both_named) {
  auto inside = make_member(1);
  auto newcomer = make_member(2);
  inside.threads = newcomer.threads = 2;
  BOOST_TEST(!mismatch(inside, newcomer).has_value());
  newcomer.libraries = "more.so 4567";
  BOOST_TEST(*mismatch(inside, newcomer)
             == "the libraries of functions that it has loaded (--load) are "
                "none, the newcomer's more.so 4567");
  newcomer.threads = 0; // it runs none of them
  BOOST_TEST(!mismatch(inside, newcomer).has_value());
  newcomer.version = "0.0.9";
  inside.version = "0.2.0";
  const membership m{inside};
  BOOST_TEST(*m.refusal(newcomer)
             == "it runs tern 0.2.0, the newcomer tern 0.0.9");
}

BOOST_AUTO_TEST_CASE(those_that_live_forget_one_that_died) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    world w{seed};
    for (std::uint64_t id = 1; id <= 5; ++id)
      w.add(id);
    for (std::uint64_t id = 2; id <= 5; ++id)
      w.join(id, 1);
    w.run();
    w.kill(1 + seed % 5);
    w.run();
    BOOST_TEST(w.is_full_mesh(), "seed " << seed);
    BOOST_TEST(w.lost == 4, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_death_in_the_middle_of_joining_leaves_no_trace) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    world w{seed};
    for (std::uint64_t id = 1; id <= 4; ++id)
      w.add(id);
    w.join(2, 1);
    w.run();
    w.join(3, 1);
    w.join(4, 2);
    w.kill(2);
    w.join(4, 1);
    w.run();
    BOOST_TEST(w.is_full_mesh(), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(a_peer_is_a_member_when_control_and_link_are_up) {
  membership m{make_member(5)};
  BOOST_TEST((m.admit(node_id{7}) == membership::admission::stranger));
  auto out = m.on_hello(make_member(7), true);
  BOOST_TEST(count<membership::joined>(out) == 0);
  BOOST_TEST(m.is_expected(node_id{7}));
  BOOST_TEST((m.admit(node_id{7}) == membership::admission::yes));
  out = m.on_link_up(node_id{7});
  BOOST_TEST(count<membership::joined>(out) == 1);
  BOOST_TEST(count<membership::tell>(out) == 1);
  BOOST_TEST(m.is_member(node_id{7}));
  BOOST_TEST((m.admit(node_id{7}) == membership::admission::present));
}

BOOST_AUTO_TEST_CASE(of_two_links_that_cross_that_of_the_lower_id_stays) {
  for (std::uint64_t other : {3, 7}) {
    membership m{make_member(5)};
    auto out = m.on_welcome(list_of({other}));
    BOOST_TEST(count<membership::dial_link>(out) == 1);
    auto expected =
        other < 5 ? membership::admission::yes : membership::admission::present;
    BOOST_TEST((m.admit(node_id{other}) == expected));
  }
}

BOOST_AUTO_TEST_CASE(the_lower_id_dials_a_node_of_a_list) {
  membership m{make_member(5)};
  auto out = m.on_members(list_of({1, 5, 3, 7}));
  BOOST_REQUIRE(count<membership::dial_control>(out) == 1);
  for (auto& i : out)
    if (auto dial = std::get_if<membership::dial_control>(&i))
      BOOST_TEST(dial->to.id.value == 7u);
}

BOOST_AUTO_TEST_CASE(the_dead_do_not_come_back) {
  membership m{make_member(5)};
  m.on_hello(make_member(7), true);
  m.on_link_up(node_id{7});
  auto out = m.on_down(node_id{7}, "killed");
  BOOST_TEST(count<membership::gone>(out) == 1);
  BOOST_TEST(m.on_down(node_id{7}, "again").empty());
  BOOST_TEST(m.on_members(list_of({1, 7})).size() == 1u); // about node 1
  BOOST_TEST(m.refusal(make_member(7)).has_value());
  BOOST_TEST(m.refusal(make_member(5)).has_value());
  BOOST_TEST(!m.refusal(make_member(8)).has_value());
}

BOOST_AUTO_TEST_CASE(a_contact_tells_its_newcomers_who_is_gone) {
  membership m{make_member(5)};
  for (const std::uint64_t id : {7, 8, 9}) { // 8 comes by this node
    m.on_hello(make_member(id), id == 8);
    m.on_link_up(node_id{id});
  }
  const auto out = m.on_down(node_id{7}, "silent");
  BOOST_REQUIRE(count<membership::tell>(out) == 1);
  BOOST_TEST((std::get<membership::tell>(out.back()).to == node_id{8}));
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_reached_is_given_up) {
  membership m{make_member(5)};
  auto out = m.on_members(list_of({7}));
  int dials = 0;
  for (int i = 0; i < 100 && m.is_known(node_id{7}); ++i) {
    dials += count<membership::dial_control>(out);
    BOOST_TEST(count<membership::wake>(m.on_dial_failed(node_id{7})) == 1);
    out = m.on_time(node_id{7});
  }
  BOOST_TEST(!m.is_known(node_id{7}));
  BOOST_TEST(dials > 1);
  BOOST_REQUIRE(count<membership::gone>(out) == 1);
  BOOST_TEST(!std::get<membership::gone>(out.front()).was_member);
  // It may come by itself later.
  BOOST_TEST(!m.refusal(make_member(7)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
