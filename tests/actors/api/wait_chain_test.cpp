// Why an actor waits, from what is said of it and of others: without nodes.

#include "actors/api/wait_chain.hpp"
#include "serialization/archive.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using namespace tern;

namespace {

constexpr node_id here{1};
constexpr std::uint64_t second = 1'000'000'000;

actor_id actor(std::uint64_t n) {
  return actor_id::stateful(here, n);
}

wait_report idle(std::uint64_t n) {
  wait_report r;
  r.actor = actor(n);
  r.node = here;
  r.address = "127.0.0.1:7000";
  r.type = "account";
  r.epoch = 1;
  return r;
}

wait_report running(std::uint64_t n) {
  auto r = idle(n);
  r.activity = actor_activity::running;
  r.ns = 3 * second;
  r.thread = 77;
  r.sender = actor(99);
  return r;
}

/// A handler of n waits for the answer of `to`.
wait_report blocked(std::uint64_t n, std::uint64_t to,
                    std::uint64_t ns = 2 * second) {
  auto r = running(n);
  r.open = {{actor(to), "withdraw", ns, true}};
  r.open_in_all = 1;
  return r;
}

/// n has asked `to`, and handles messages meanwhile.
wait_report asking(std::uint64_t n, std::uint64_t to) {
  auto r = idle(n);
  r.open = {{actor(to), "withdraw", 2 * second, false}};
  r.open_in_all = 1;
  return r;
}

wait_chain chain_of(std::uint64_t first,
                    const std::vector<wait_report>& reports) {
  std::map<actor_id, wait_report> known;
  for (const auto& r : reports)
    known.emplace(r.actor, r);
  wait_chain chain{actor(first)};
  while (chain.next()) {
    const auto found = known.find(*chain.next());
    chain.add(found == known.end() ? std::nullopt
                                   : std::optional{found->second});
  }
  return chain;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wait_chains)

BOOST_AUTO_TEST_CASE(a_chain_ends_at_the_handler_that_runs) {
  const auto chain = chain_of(1, {asking(1, 2), blocked(2, 3), running(3)});
  BOOST_REQUIRE(chain.steps().size() == 3u);
  BOOST_TEST(!chain.circle());
  BOOST_TEST(circle_of(chain).empty());
  BOOST_TEST(age_of_circle(chain) == 0u);
  const auto why = conclusion_of(chain);
  BOOST_TEST(has(why, "a handler of account " + to_string(actor(3))
                          + " runs since 3.0 s on thread 77"),
             why);
  const auto first = words_of(chain.steps()[0]);
  BOOST_TEST(has(first, "it waits since 2.0 s for the answer of "
                            + to_string(actor(2)) + " to `withdraw`"),
             first);
  BOOST_TEST(has(words_of(chain.steps()[1]), "does nothing else"));
}

BOOST_AUTO_TEST_CASE(what_an_actor_does_is_the_reason_even_if_it_has_asked) {
  for (const auto what : {actor_activity::queued, actor_activity::running,
                          actor_activity::resting, actor_activity::moving,
                          actor_activity::ending}) {
    auto r = asking(1, 2);
    r.activity = what;
    BOOST_TEST(!awaited_by(r));
    BOOST_TEST(!conclusion_of(chain_of(1, {r})).empty());
  }
  BOOST_TEST((awaited_by(asking(1, 2)) == actor(2)));
}

BOOST_AUTO_TEST_CASE(the_answer_that_a_handler_waits_for_comes_first) {
  auto r = blocked(1, 2);
  r.open.insert(r.open.begin(), {actor(3), "old", 9 * second, false});
  BOOST_TEST((awaited_by(r) == actor(2)));
}

BOOST_AUTO_TEST_CASE(two_that_wait_for_each_other_are_a_deadlock) {
  const auto chain = chain_of(1, {blocked(1, 2, 5 * second), blocked(2, 1)});
  BOOST_REQUIRE(chain.circle().has_value());
  BOOST_TEST(*chain.circle() == 0u);
  BOOST_TEST((circle_of(chain) == std::set{actor(1), actor(2)}));
  BOOST_TEST(age_of_circle(chain) == 2 * second);
  const auto why = conclusion_of(chain);
  BOOST_TEST(why
             == "a deadlock of 2 actors: account " + to_string(actor(1))
                    + " waits for account " + to_string(actor(2))
                    + " waits for account " + to_string(actor(1)));
}

BOOST_AUTO_TEST_CASE(who_leads_into_a_circle_is_no_member_of_it) {
  const auto chain =
      chain_of(1, {asking(1, 2), blocked(2, 3), blocked(3, 4), blocked(4, 2)});
  BOOST_REQUIRE(chain.circle().has_value());
  BOOST_TEST(*chain.circle() == 1u);
  BOOST_TEST((circle_of(chain) == std::set{actor(2), actor(3), actor(4)}));
  BOOST_TEST(has(conclusion_of(chain), "a deadlock of 3 actors: "));
}

BOOST_AUTO_TEST_CASE(one_may_wait_for_itself) {
  const auto chain = chain_of(1, {blocked(1, 1)});
  BOOST_TEST(has(conclusion_of(chain), "a deadlock of 1 actor: "));
}

BOOST_AUTO_TEST_CASE(a_circle_with_one_that_can_do_something_is_no_deadlock) {
  const auto chain = chain_of(1, {blocked(1, 2), asking(2, 1)});
  BOOST_TEST(has(conclusion_of(chain), "a circle of open requests of 2"),
             conclusion_of(chain));
}

BOOST_AUTO_TEST_CASE(an_actor_that_nobody_has_ends_the_chain) {
  const auto chain = chain_of(1, {asking(1, 2)});
  BOOST_REQUIRE(chain.steps().size() == 2u);
  BOOST_TEST(!chain.steps().back().report.has_value());
  BOOST_TEST(has(conclusion_of(chain), "is nowhere"));
  BOOST_TEST(has(words_of(chain.steps().back()), "no node"));
}

BOOST_AUTO_TEST_CASE(one_without_anything_to_do_is_the_reason) {
  const auto chain = chain_of(1, {asking(1, 2), idle(2)});
  BOOST_TEST(has(conclusion_of(chain), "it has had no message here"));
  auto silent = idle(2);
  silent.sender = actor(1);
  silent.ago = 3 * second;
  BOOST_TEST(
      has(conclusion_of(chain_of(2, {silent})),
          "the last message came from " + to_string(actor(1))
              + ", was handled 3.0 s ago, and its handler sent nothing"));
  silent.replies = 1;
  BOOST_TEST(has(conclusion_of(chain_of(2, {silent})), "sent 1 message"));
  BOOST_TEST(has(words_of(chain.steps().back()), "it has no open request"));
}

BOOST_AUTO_TEST_CASE(a_receiver_without_room_is_waited_for) {
  auto r = idle(1);
  r.without_room = {actor(2)};
  const auto chain = chain_of(1, {r, running(2)});
  BOOST_TEST(has(words_of(chain.steps()[0]), "takes no more messages"));
  BOOST_TEST(has(conclusion_of(chain), "a handler of account "));
}

BOOST_AUTO_TEST_CASE(no_chain_is_endless) {
  wait_chain chain{actor(0)};
  for (std::uint64_t n = 0; chain.next(); ++n)
    chain.add(asking(n, n + 1));
  BOOST_TEST(chain.steps().size() == longest_wait_chain);
  chain.add(idle(1)); // nobody asked
  BOOST_TEST(chain.steps().size() == longest_wait_chain);
}

BOOST_AUTO_TEST_CASE(a_circle_is_told_when_it_was_found_twice_and_once) {
  const circle_book::circle one{actor(1), actor(2)};
  const circle_book::circle two{actor(3), actor(4)};
  circle_book book;
  BOOST_TEST(book.look({one}).empty());
  BOOST_TEST((book.look({one, two}) == std::vector{one}));
  BOOST_TEST((book.look({one, two}) == std::vector{two}));
  BOOST_TEST(book.look({one, two}).empty());
  BOOST_TEST(book.look({two}).empty());
  BOOST_TEST(book.look({one, two}).empty()); // a new one of the same
  BOOST_TEST((book.look({one, two}) == std::vector{one}));
}

BOOST_AUTO_TEST_CASE(reports_travel_and_cut_ones_are_refused) {
  auto r = blocked(1, 2);
  r.came_from = node_id{7};
  r.mailbox = 12;
  r.without_room = {actor(5), actor(6)};
  const wait_step step{actor(1), r};
  const auto bytes = to_bytes(step);
  const auto back = from_bytes<wait_step>(bytes);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((back->actor == step.actor));
  BOOST_TEST((back->report == step.report));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    BOOST_TEST(!from_bytes<wait_step>(std::span{bytes}.first(n)).has_value());
}

BOOST_AUTO_TEST_CASE(what_a_later_version_says_is_shown_all_the_same) {
  auto r = idle(1);
  r.activity = static_cast<actor_activity>(200);
  const auto chain = chain_of(1, {r});
  BOOST_TEST(has(words_of(chain.steps()[0]), "does not know"));
  BOOST_TEST(has(conclusion_of(chain), "does not know"));
}

BOOST_AUTO_TEST_SUITE_END()
