#include "actors/view_agreement.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
#include <map>
#include <utility>
#include <variant>

using namespace tern;

namespace {

const node_id one{1};
const node_id two{2};
const node_id three{3};
const node_id four{4};
const node_id five{5};

using members = std::vector<node_id>;

// Machines whose messages arrive at once and whose timers run out in order,
// unless `drop` says otherwise.
class table {
public:
  struct letter {
    node_id from;
    node_id to;
    view_message message;
  };

  view_agreement& operator[](node_id id) {
    return machines_.try_emplace(id, id, agreement_options{}).first->second;
  }
  void link(node_id a, node_id b) {
    carry_out(a, (*this)[a].on_peer_up(b));
    carry_out(b, (*this)[b].on_peer_up(a));
  }
  void down(node_id who, node_id as_seen_by) {
    carry_out(as_seen_by, machines_.at(as_seen_by).on_peer_down(who));
  }
  void end(node_id who) {
    machines_.erase(who);
    for (auto& [id, m] : machines_)
      carry_out(id, m.on_peer_down(who));
  }
  void leave(node_id who) {
    carry_out(who, machines_.at(who).on_leaving());
    carry_out(who, machines_.at(who).on_leave());
  }
  /// Its host ends; its node does not.
  void say_farewell(node_id who) {
    carry_out(who, machines_.at(who).on_end());
    deliver();
    machines_.erase(who);
  }
  void give(node_id to, node_id from, view_message m) {
    carry_out(to, machines_.at(to).on_message(from, std::move(m)));
  }
  /// Until all is at rest. False: it never is.
  bool settle() {
    for (int n = 0; n < 10'000; ++n)
      if (!step())
        return true;
    return false;
  }
  /// All mail, then a timer. False: there is none.
  bool step() {
    deliver();
    if (timers_.empty())
      return false;
    auto next = timers_.extract(timers_.begin());
    now_ = next.key();
    const auto [who, generation] = next.mapped();
    if (machines_.contains(who))
      carry_out(who, machines_.at(who).on_time(generation));
    return true;
  }
  void deliver() {
    while (!mail_.empty()) {
      auto m = std::move(mail_.front());
      mail_.pop_front();
      if (machines_.contains(m.to) && !(drop && drop(m)))
        give(m.to, m.from, std::move(m.message));
    }
  }
  duration now() const {
    return now_;
  }

  std::function<bool(const letter&)> drop;

private:
  void carry_out(node_id id, view_agreement::instructions all) {
    for (auto& i : all)
      if (auto* t = std::get_if<view_agreement::transmit>(&i))
        mail_.push_back({id, t->to, std::move(t->message)});
      else if (auto* a = std::get_if<view_agreement::arm>(&i))
        timers_.emplace(now_ + a->delay, std::pair{id, a->generation});
  }

  std::map<node_id, view_agreement> machines_;
  std::deque<letter> mail_;
  std::multimap<duration, std::pair<node_id, std::uint64_t>> timers_;
  duration now_ = {};
};

table three_that_agree() {
  table t;
  t.link(one, two);
  t.link(one, three);
  t.link(two, three);
  BOOST_REQUIRE(t.settle());
  BOOST_REQUIRE(t[one].now().members.size() == 3u);
  return t;
}

} // namespace

BOOST_AUTO_TEST_SUITE(view_agreements)

BOOST_AUTO_TEST_CASE(a_node_begins_alone_and_at_rest) {
  table t;
  BOOST_TEST((t[two].now() == view{{two, 1}, {two}, {}, {}}));
  BOOST_TEST(t.settle());
}

BOOST_AUTO_TEST_CASE(two_singletons_meet_in_the_lineage_of_the_lower) {
  table t;
  t.link(two, one);
  BOOST_TEST(t.settle());
  BOOST_TEST(
      (t[one].now() == view{{one, 2}, {one, two}, {}, {{two, {two, 1}}}}));
  BOOST_TEST((t[two].now() == t[one].now()));
}

BOOST_AUTO_TEST_CASE(a_lineage_of_two_prevails_over_a_lower_single_one) {
  table t;
  t.link(two, three);
  BOOST_TEST(t.settle());
  t.link(one, two);
  t.link(one, three);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[one].now().members == members{two, three, one}));
  BOOST_TEST((t[one].now().id.lineage == two));
}

BOOST_AUTO_TEST_CASE(three_nodes_agree) {
  auto t = three_that_agree();
  BOOST_TEST((t[two].now() == t[one].now()));
  BOOST_TEST((t[three].now() == t[one].now()));
  BOOST_TEST((t[one].now().id.lineage == one));
}

BOOST_AUTO_TEST_CASE(a_dead_member_is_removed_for_ever) {
  auto t = three_that_agree();
  t.end(one); // the first, whose name the lineage bears
  BOOST_TEST(t.settle());
  const auto v = t[two].now();
  BOOST_TEST((v.members == members{two, three}));
  BOOST_TEST((v.departed == members{one}));
  BOOST_TEST((v.id.lineage == one));
  BOOST_TEST((t[three].now() == v));
}

BOOST_AUTO_TEST_CASE(without_a_majority_the_view_stays) {
  auto t = three_that_agree();
  const auto v = t[one].now();
  t.end(two);
  t.end(three);
  BOOST_TEST(!t.settle()); // it keeps asking, but with a back-off:
  BOOST_TEST((t.now() > std::chrono::hours(1)));
  BOOST_TEST((t[one].now() == v));
}

BOOST_AUTO_TEST_CASE(one_that_is_taken_for_dead_hears_that_it_is_expelled) {
  auto t = three_that_agree();
  t.down(three, one);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[two].now().members == members{one, two}));
  BOOST_TEST(t[three].is_expelled());
  BOOST_TEST(!t[three].is_shared()); // it waited for nothing that will come
  BOOST_TEST(t[two].is_shared());
  BOOST_TEST((t[three].now() == t[two].now()));
  BOOST_TEST(!t[two].is_expelled());
}

BOOST_AUTO_TEST_CASE(one_that_missed_a_view_is_told_again) {
  auto t = three_that_agree();
  int lost = 0;
  t.drop = [&](const table::letter& m) {
    return m.to == two && std::holds_alternative<view_announce>(m.message)
           && ++lost < 8;
  };
  t.end(three);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[two].now().members == members{one, two}));
  BOOST_TEST((t[one].now() == t[two].now()));
}

// The first proposer ends when its value is accepted by one voter only.
BOOST_AUTO_TEST_CASE(a_proposer_adopts_the_value_that_another_began) {
  auto t = three_that_agree();
  const auto base = t[one].now();
  auto value = base;
  ++value.id.number;
  value.departed.push_back({9}); // nobody else would wish this
  const ballot early{40, one};
  t.give(two, one, view_prepare{base, early});
  t.give(two, one, view_accept{base.id, early, value});
  view seen;
  t.drop = [&](const table::letter& m) {
    if (const auto* a = std::get_if<view_announce>(&m.message))
      if (a->v.id == value.id)
        seen = a->v;
    return false;
  };
  t.end(one);
  BOOST_TEST(t.settle());
  BOOST_TEST((seen == value));
  // And then its own: the first one is removed after all.
  BOOST_TEST((t[three].now().members == members{two, three}));
  BOOST_TEST((t[three].now().departed == members{{9}, one}));
}

BOOST_AUTO_TEST_CASE(a_voter_refuses_what_is_below_its_promise) {
  view_agreement voter(two, {});
  const auto base = voter.now();
  auto value = base;
  ++value.id.number;
  voter.on_message(one, view_prepare{base, {5, one}});
  const auto out =
      voter.on_message(three, view_accept{base.id, {4, three}, value});
  BOOST_REQUIRE(out.size() == 1u);
  const auto& reply = std::get<view_agreement::transmit>(out[0]);
  BOOST_TEST((reply.to == three));
  BOOST_TEST((reply.message == view_message{view_refuse{base.id, {5, one}}}));
}

BOOST_AUTO_TEST_CASE(two_large_lineages_meet_as_a_whole) {
  table t;
  t.link(one, two);
  t.link(three, four);
  BOOST_REQUIRE(t.settle());
  t.link(two, three);
  t.link(two, four); // node 1 never hears of these two
  BOOST_TEST(t.settle());
  BOOST_TEST((t[one].now().members == members{one, two, three, four}));
  for (auto id : {two, three, four})
    BOOST_TEST((t[id].now() == t[one].now()));
}

// It is news for the lineage that takes it in, too.
BOOST_AUTO_TEST_CASE(who_is_dead_for_one_lineage_is_dead_for_both) {
  table t;
  t.link(two, three);
  t.link(two, four);
  t.link(three, four);
  BOOST_REQUIRE(t.settle());
  t.end(four);
  BOOST_REQUIRE(t.settle());
  t.link(one, five);
  t.link(one, two);
  t.link(one, three);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[one].now().members == members{one, five, two, three}));
  BOOST_TEST((t[five].now().departed == members{four}));
}

BOOST_AUTO_TEST_CASE(one_that_missed_the_end_of_its_lineage_is_told) {
  table t;
  t.link(one, two);
  t.link(three, four);
  t.link(three, five);
  t.link(four, five);
  BOOST_REQUIRE(t.settle());
  t.drop = [](const table::letter& m) {
    return m.to == five;
  };
  t.link(one, three);
  t.link(one, four);
  for (int n = 0; n < 20; ++n)
    t.step();
  BOOST_TEST((t[four].now().id.lineage == one));
  BOOST_TEST((t[five].now().id.lineage == three));
  t.drop = nullptr;
  BOOST_TEST(t.settle());
  BOOST_TEST((t[five].now() == t[one].now()));
  BOOST_TEST((t[five].now().members == members{one, two, three, four, five}));
}

// Whose mates nobody here has met: they may be dead, and their votes would be
// missed.
BOOST_AUTO_TEST_CASE(one_without_a_majority_of_its_lineage_is_not_taken_in) {
  table t;
  t.link(four, five);
  BOOST_REQUIRE(t.settle());
  t.link(one, two);
  BOOST_REQUIRE(t.settle());
  t.end(four);
  t.link(one, five);
  t.link(two, five);
  for (int n = 0; n < 200; ++n)
    t.step();
  BOOST_TEST((t[one].now().members == members{one, two}));
  t.link(one, three);
  t.link(two, three);
  for (int n = 0; n < 200; ++n)
    t.step();
  BOOST_TEST((t[two].now().members == members{one, two, three}));
}

// The lineage to which it may go is dead before it has chosen to.
BOOST_AUTO_TEST_CASE(nobody_goes_to_a_lineage_that_has_died) {
  table t;
  t.link(five, three);
  t.link(five, four);
  t.link(three, four);
  BOOST_REQUIRE(t.settle());
  const auto held = t[five].now();
  const view dead{{one, 3},
                  {one, two, {6}, {7}, three, four, five},
                  {},
                  {{three, held.id}, {four, held.id}, {five, held.id}}};
  for (auto id : {three, four, five}) {
    for (auto gone : {one, two, node_id{6}, node_id{7}})
      t.down(gone, id);
    t.give(id, one, view_announce{dead, 3});
  }
  BOOST_TEST(t.settle());
  BOOST_TEST((t[five].now() == held));
}

// The view that it would go to is of an older one of its own.
BOOST_AUTO_TEST_CASE(a_view_that_knows_an_older_one_is_not_followed) {
  auto t = three_that_agree();
  const auto old = t[two].now();
  t.end(one);
  BOOST_REQUIRE(t.settle());
  const view late{{four, 2},
                  {four, one, two, three},
                  {},
                  {{one, old.id}, {two, old.id}, {three, old.id}}};
  t.give(two, four, view_announce{late, 2});
  BOOST_TEST(t.settle());
  BOOST_TEST((t[two].now().members == members{two, three}));
}

BOOST_AUTO_TEST_CASE(who_leaves_is_out_before_any_time_has_passed) {
  auto t = three_that_agree();
  const auto begin = t.now();
  t.leave(three);
  BOOST_TEST(!t[three].has_left());
  BOOST_TEST(t.step()); // a timer without a delay
  t.deliver();
  BOOST_TEST((t.now() == begin));
  BOOST_TEST(t[three].has_left());
  BOOST_TEST(t[three].is_expelled());
  for (auto id : {one, two}) {
    BOOST_TEST((t[id].now().members == members{one, two}));
    BOOST_TEST(t[id].now().has_lost(three));
  }
  BOOST_TEST(t.settle());
}

BOOST_AUTO_TEST_CASE(one_of_two_can_leave) {
  table t;
  t.link(one, two);
  BOOST_REQUIRE(t.settle());
  t.leave(one);
  BOOST_TEST(t.settle());
  BOOST_TEST(t[one].has_left());
  BOOST_TEST((t[two].now().members == members{two}));
}

BOOST_AUTO_TEST_CASE(who_is_alone_has_left_as_soon_as_it_wants_to) {
  table t;
  BOOST_TEST(!t[one].has_left());
  t.leave(one);
  BOOST_TEST(t[one].has_left());
  BOOST_TEST(t.settle());
}

BOOST_AUTO_TEST_CASE(a_leaver_without_a_majority_need_not_wait) {
  table t;
  t.link(one, two);
  BOOST_REQUIRE(t.settle());
  t.leave(one);
  t.down(two, one);
  BOOST_TEST(t[one].has_left());
  BOOST_TEST(!t[one].is_expelled());
}

BOOST_AUTO_TEST_CASE(a_leaver_tells_the_view_until_all_hold_it) {
  auto t = three_that_agree();
  int lost = 0;
  t.drop = [&](const table::letter& m) {
    const auto* a = std::get_if<view_announce>(&m.message);
    return a && m.from == three && a->v.has_lost(three) && lost++ < 3;
  };
  t.leave(three);
  t.step();
  t.deliver();
  BOOST_TEST(t[three].is_expelled());
  BOOST_TEST(!t[three].has_left());
  BOOST_TEST(t.settle());
  BOOST_TEST(lost > 2);
  BOOST_TEST(t[three].has_left());
  BOOST_TEST((t[two].now().members == members{one, two}));
}

BOOST_AUTO_TEST_CASE(others_know_who_is_about_to_leave) {
  auto t = three_that_agree();
  t.leave(three);
  t.deliver();
  BOOST_TEST(t[one].is_leaving(three));
  BOOST_TEST(t[three].is_leaving(three));
  BOOST_TEST(!t[one].is_leaving(two));
}

BOOST_AUTO_TEST_CASE(two_leave_at_once) {
  auto t = three_that_agree();
  t.leave(three);
  t.leave(one);
  BOOST_TEST(t.settle());
  BOOST_TEST(t[three].has_left());
  BOOST_TEST(t[one].has_left());
  BOOST_TEST((t[two].now().members == members{two}));
}

BOOST_AUTO_TEST_CASE(a_farewell_is_a_death) {
  auto t = three_that_agree();
  t.say_farewell(two);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[one].now().members == members{one, three}));
  // Another host on that node is not heard.
  t.link(one, two);
  BOOST_TEST(t.settle());
  BOOST_TEST((t[one].now().members == members{one, three}));
  BOOST_TEST((t[two].now().members == members{two}));
}

BOOST_AUTO_TEST_SUITE_END()
