#include "actors/control/suspicion.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

using namespace tern;

namespace {

using namespace std::chrono_literals;
using time = suspicion::time;
using kind = suspicion_message::kind;

constexpr auto beat = 250ms;
constexpr time link_limit = 3750ms; // as in link.hpp

/// Machines that hear each other at each beat, unless one is dead or the way is
/// cut; what they say arrives at once.
class crowd {
public:
  explicit crowd(std::uint64_t size) {
    for (std::uint64_t n = 1; n <= size; ++n)
      machines_.emplace(node_id{n}, suspicion{{n}});
    for (auto& [id, m] : machines_)
      for (auto& [other, o] : machines_)
        if (other != id)
          m.on_member(other, now_);
  }

  void cut(std::uint64_t from, std::uint64_t to) {
    cut_.insert({{from}, {to}});
  }
  void mend() {
    cut_.clear();
  }
  void kill(std::uint64_t n) {
    dead_.insert({n});
  }
  void run(time length) {
    for (const auto end = now_ + length; now_ < end; now_ += beat)
      step();
  }
  /// How long after `since` the one took the other for dead.
  std::optional<time> verdict(std::uint64_t by, std::uint64_t of,
                              time since) const {
    const auto v = verdicts_.find({{by}, {of}});
    return v == verdicts_.end() ? std::nullopt
                                : std::optional(v->second - since);
  }
  bool nobody_is_dead() const {
    return verdicts_.empty();
  }
  time now() const {
    return now_;
  }
  int messages = 0;

private:
  bool reaches(node_id from, node_id to) const {
    return !cut_.contains({from, to}) && !dead_.contains(from)
           && !dead_.contains(to);
  }
  void step() {
    for (auto& [id, m] : machines_)
      for (auto& [other, o] : machines_)
        if (other != id && reaches(other, id))
          m.on_heard(other, now_);
    for (auto& [id, m] : machines_)
      if (!dead_.contains(id))
        carry_out(id, m.on_time(now_));
  }
  void carry_out(node_id id, const suspicion::instructions& all) {
    for (auto& i : all) {
      if (const auto* t = std::get_if<suspicion::transmit>(&i)) {
        ++messages;
        if (reaches(id, t->to))
          carry_out(t->to,
                    machines_.at(t->to).on_message(id, t->message, now_));
      } else if (const auto* d = std::get_if<suspicion::dead>(&i)) {
        verdicts_.try_emplace({id, d->who}, now_);
        machines_.at(id).on_gone(d->who);
      }
    }
  }

  std::map<node_id, suspicion> machines_;
  std::set<std::pair<node_id, node_id>> cut_;
  std::set<node_id> dead_;
  std::map<std::pair<node_id, node_id>, time> verdicts_;
  time now_ = 100s;
};

std::vector<suspicion::transmit> sent(const suspicion::instructions& all) {
  std::vector<suspicion::transmit> out;
  for (auto& i : all)
    if (const auto* t = std::get_if<suspicion::transmit>(&i))
      out.push_back(*t);
  return out;
}

bool probes(const suspicion::instructions& all, std::uint64_t who) {
  return std::ranges::any_of(all, [&](auto& i) {
    const auto* p = std::get_if<suspicion::probe>(&i);
    return p && p->who == node_id{who};
  });
}

/// Node 1, which has members 2 to `last`, at 100 s.
suspicion one_of(std::uint64_t last) {
  suspicion s{{1}};
  for (std::uint64_t n = 2; n <= last; ++n)
    s.on_member({n}, 100s);
  return s;
}

} // namespace

BOOST_AUTO_TEST_SUITE(suspicions)

BOOST_AUTO_TEST_CASE(members_that_hear_each_other_say_nothing) {
  crowd c{5};
  c.run(20s);
  BOOST_TEST(c.messages == 0);
  BOOST_TEST(c.nobody_is_dead());
}

BOOST_AUTO_TEST_CASE(a_dead_member_is_missed_by_all_after_two_seconds) {
  crowd c{4};
  c.run(1s);
  const auto since = c.now() - beat; // it was heard then
  c.kill(4);
  c.run(4s);
  for (const std::uint64_t by : {1, 2, 3}) {
    const auto after = c.verdict(by, 4, since);
    BOOST_REQUIRE(after.has_value());
    BOOST_TEST((*after > 2000ms));
    BOOST_TEST((*after <= 2250ms));
  }
  BOOST_TEST(!c.verdict(1, 2, since));
}

BOOST_AUTO_TEST_CASE(two_nodes_judge_each_other_alone) {
  crowd c{2};
  c.run(1s);
  const auto since = c.now() - beat;
  c.kill(2);
  c.run(4s);
  const auto after = c.verdict(1, 2, since);
  BOOST_REQUIRE(after.has_value());
  BOOST_TEST((*after > 2500ms));
  BOOST_TEST((*after <= 2750ms));
}

BOOST_AUTO_TEST_CASE(third_nodes_vouch_for_both_ends_of_a_cut) {
  crowd c{3};
  c.run(1s);
  c.cut(1, 2);
  c.cut(2, 1);
  c.run(link_limit); // then the link ends by itself
  BOOST_TEST(c.nobody_is_dead());
  BOOST_TEST(c.messages > 0);
  c.mend();
  c.messages = 0;
  c.run(5s);
  BOOST_TEST(c.nobody_is_dead());
  BOOST_TEST(c.messages == 0);
}

BOOST_AUTO_TEST_CASE(a_cut_of_one_way_is_vouched_for_as_well) {
  crowd c{4};
  c.run(1s);
  c.cut(1, 2);
  c.run(link_limit);
  BOOST_TEST(c.nobody_is_dead());
}

BOOST_AUTO_TEST_CASE(nobody_vouches_for_one_that_all_have_lost) {
  crowd c{4};
  c.run(1s);
  const auto since = c.now() - beat;
  for (const std::uint64_t n : {1, 2, 3}) {
    c.cut(4, n);
    c.cut(n, 4);
  }
  c.run(3s);
  for (const std::uint64_t by : {1, 2, 3})
    BOOST_TEST(c.verdict(by, 4, since).has_value());
}

BOOST_AUTO_TEST_CASE(who_dies_after_it_was_vouched_for_is_dead_soon) {
  crowd c{3};
  c.run(1s);
  c.cut(1, 2);
  c.cut(2, 1);
  c.run(1500ms);
  const auto since = c.now() - beat;
  c.kill(2);
  c.run(3s);
  const auto after = c.verdict(1, 2, since);
  BOOST_REQUIRE(after.has_value());
  BOOST_TEST((*after <= 2250ms));
}

BOOST_AUTO_TEST_CASE(three_others_are_asked_and_all_are_told) {
  auto s = one_of(7);
  for (std::uint64_t n = 3; n <= 7; ++n)
    s.on_heard({n}, 101'500ms);
  const auto first = sent(s.on_time(101'500ms));
  const auto second = sent(s.on_time(102s));
  const auto asks = [](const suspicion::transmit& t) {
    return t.message.what == kind::ask;
  };
  BOOST_TEST(first.size() == 5u); // but for the suspect
  BOOST_TEST(std::ranges::count_if(first, asks) == 3);
  BOOST_TEST(std::ranges::count_if(second, asks) == 3);
  std::set<node_id> asked;
  for (const auto& round : {first, second})
    for (const auto& t : round)
      if (asks(t))
        asked.insert(t.to);
  BOOST_TEST(asked.size() == 5u); // others the second time
  BOOST_TEST((first[0].message.subject == node_id{2}));
}

BOOST_AUTO_TEST_CASE(who_is_asked_answers_at_once_what_it_knows) {
  auto s = one_of(3);
  s.on_heard({3}, 105s);
  const auto said =
      sent(s.on_message({2}, {kind::ask, {3}, 1200ms}, 105'400ms));
  BOOST_REQUIRE(said.size() == 1u);
  BOOST_TEST((said[0].to == node_id{2}));
  BOOST_TEST((said[0].message == suspicion_message{kind::heard, {3}, 400ms}));
}

BOOST_AUTO_TEST_CASE(who_does_not_know_asks_and_answers_when_it_does) {
  auto s = one_of(3);
  s.on_heard({2}, 105s);
  const auto said = s.on_message({2}, {kind::ask, {3}, 1200ms}, 105s);
  BOOST_TEST(sent(said).empty());
  BOOST_TEST(probes(said, 3));
  s.on_heard({3}, 105'100ms);
  const auto later = sent(s.on_time(105'250ms));
  BOOST_REQUIRE(later.size() == 1u);
  BOOST_TEST((later[0].to == node_id{2}));
  BOOST_TEST((later[0].message.what == kind::heard));
  BOOST_TEST(sent(s.on_time(105'500ms)).empty()); // once
}

BOOST_AUTO_TEST_CASE(a_late_answer_is_none) {
  auto s = one_of(3);
  s.on_message({2}, {kind::ask, {3}, 1200ms}, 105s);
  s.on_heard({2}, 107s);
  s.on_heard({3}, 107s);
  BOOST_TEST(sent(s.on_time(107s)).empty());
}

BOOST_AUTO_TEST_CASE(a_suspected_node_that_lives_shows_it) {
  auto s = one_of(3);
  BOOST_TEST(probes(s.on_message({2}, {kind::suspect, {1}, 1200ms}, 101s), 2));
}

BOOST_AUTO_TEST_CASE(what_strangers_say_and_of_whom_is_ignored) {
  auto s = one_of(3);
  BOOST_TEST(s.on_message({9}, {kind::ask, {3}, 0ms}, 101s).empty());
  BOOST_TEST(s.on_message({2}, {kind::ask, {9}, 0ms}, 101s).empty());
  BOOST_TEST(s.on_message({2}, {kind::heard, {1}, 0ms}, 101s).empty());
  s.on_gone({3});
  BOOST_TEST(s.on_message({2}, {kind::ask, {3}, 0ms}, 101s).empty());
}

BOOST_AUTO_TEST_CASE(messages_come_back_as_they_were) {
  for (const auto what : {kind::suspect, kind::ask, kind::heard}) {
    const suspicion_message m{what, {77}, 1234ms};
    const auto back = decode_suspicion_message(encode(m));
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST((*back == m));
  }
}

BOOST_AUTO_TEST_CASE(what_says_nothing_is_refused) {
  const auto is_refused = [](const suspicion_message& m) {
    return !decode_suspicion_message(encode(m)).has_value();
  };
  BOOST_TEST(is_refused({static_cast<kind>(0), {7}, 0ms}));
  BOOST_TEST(is_refused({static_cast<kind>(4), {7}, 0ms}));
  BOOST_TEST(is_refused({kind::ask, {}, 0ms}));
  BOOST_TEST(is_refused({kind::heard, {7}, std::chrono::hours(25)}));
  BOOST_TEST(is_refused({kind::heard, {7}, -1ms}));
  const auto whole = encode({kind::ask, {7}, 0ms});
  BOOST_TEST(!decode_suspicion_message(std::span(whole).first(16)).has_value());
  BOOST_TEST(!decode_suspicion_message({}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
