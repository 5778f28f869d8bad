#include "actors/migration.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tern;

namespace {

constexpr node_id x{1};
constexpr node_id y{2};
const auto actor = actor_id::stateful(x, 1);

using kind = source_instruction::kind;
using phase = migration_source::phase;
using told = migration_target::answer::kind;

/// Instructions as letters: P prepare, F freeze, S state, B abort, R resume,
/// L release, A again, D done, T timer.
std::string spell(const source_instructions& steps) {
  std::string out;
  for (auto& s : steps)
    out += "PFSBRLADT"[static_cast<std::size_t>(s.what)];
  return out;
}

std::uint64_t timer_of(const source_instructions& steps) {
  for (auto& s : steps)
    if (s.what == kind::arm)
      return s.generation;
  return 0;
}

migrate_prepare prepare(std::uint32_t epoch, std::uint64_t bytes = 0) {
  return {{actor, epoch}, "type", bytes, {}};
}

told state(migration_target& t, std::uint32_t epoch) {
  migrate_state m{{actor, epoch}, {}, {}};
  m.state.type = "type";
  return t.on_state(x, m).what;
}

migration_target target(migration_options options = {},
                        std::size_t parking = 3) {
  return {options, parking, {}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(migrations)

BOOST_AUTO_TEST_CASE(a_move_that_goes_well) {
  migration_source s(y, {});
  BOOST_TEST(spell(s.start(5)) == "PT");
  BOOST_TEST(spell(s.on_prepared(5, "")) == "FT");
  BOOST_TEST(!s.undecided());
  BOOST_TEST(spell(s.on_frozen(100)) == "ST");
  BOOST_TEST(s.undecided());
  BOOST_TEST(spell(s.on_installed(5)) == "DL");
  BOOST_TEST((s.now() == phase::done));
}

BOOST_AUTO_TEST_CASE(a_target_that_refuses_ends_the_order) {
  migration_source s(y, {});
  s.start(5);
  const auto steps = s.on_prepared(5, "no room");
  BOOST_TEST(spell(steps) == "D");
  BOOST_TEST(steps[0].why == "no room");
}

BOOST_AUTO_TEST_CASE(words_about_another_attempt_are_not_heard) {
  migration_source s(y, {});
  s.start(5);
  BOOST_TEST(spell(s.on_prepared(4, "")) == "");
  BOOST_TEST(spell(s.on_installed(5)) == ""); // nothing was sent yet
  s.on_prepared(5, "");
  BOOST_TEST(spell(s.on_prepared(5, "")) == ""); // came twice
  s.on_frozen(1);
  BOOST_TEST(spell(s.on_frozen(1)) == "");
  BOOST_TEST(spell(s.on_installed(4)) == "");
  BOOST_TEST(spell(s.on_aborted(4, "")) == "");
  BOOST_TEST((s.now() == phase::deciding));
}

BOOST_AUTO_TEST_CASE(a_source_that_hears_nothing_asks_and_never_guesses) {
  migration_options o;
  migration_source s(y, o);
  s.start(5);
  s.on_prepared(5, "");
  auto steps = s.on_frozen(1);
  duration last{};
  for (int i = 0; i < 50; ++i) {
    steps = s.on_timer(timer_of(steps));
    BOOST_TEST(spell(steps) == "BT");
    BOOST_TEST(s.undecided());
    BOOST_TEST((steps[1].delay >= last));
    BOOST_TEST((steps[1].delay <= o.abort_limit));
    last = steps[1].delay;
  }
  BOOST_TEST(spell(s.on_installed(5)) == "DL");
}

BOOST_AUTO_TEST_CASE(an_abort_resumes_and_tries_again_with_a_fresh_epoch) {
  migration_options o;
  o.attempts = 2;
  migration_source s(y, o);
  s.start(5);
  s.on_prepared(5, "");
  s.on_frozen(1);
  BOOST_TEST(spell(s.on_aborted(5, "lost")) == "RA");
  s.start(6);
  BOOST_TEST(spell(s.on_installed(5)) == ""); // of the attempt before
  s.on_prepared(6, "");
  const auto steps = s.on_aborted(6, "lost"); // before it was frozen
  BOOST_TEST(spell(steps) == "RD");
  BOOST_TEST(steps[1].why == "lost");
}

BOOST_AUTO_TEST_CASE(
    a_target_that_does_not_answer_is_given_up_before_a_freeze) {
  migration_options o;
  o.prepare_tries = 3;
  o.abort_tries = 2;
  migration_source s(y, o);
  auto steps = s.start(5);
  std::string all;
  for (int i = 0; i < 10 && timer_of(steps) != 0; ++i) {
    steps = s.on_timer(timer_of(steps));
    all += spell(steps);
  }
  BOOST_TEST(all == "PTPTBTBTD");
  BOOST_TEST(steps.back().why == "the target does not answer");
  BOOST_TEST((s.now() == phase::done));
}

BOOST_AUTO_TEST_CASE(a_long_handler_keeps_the_reservation_alive) {
  migration_source s(y, {});
  s.start(5);
  auto steps = s.on_prepared(5, "");
  for (int i = 0; i < 20; ++i) {
    steps = s.on_timer(timer_of(steps));
    BOOST_TEST(spell(steps) == "PT");
  }
  BOOST_TEST(spell(s.on_frozen(1)) == "ST");
}

BOOST_AUTO_TEST_CASE(a_timer_of_the_past_does_nothing) {
  migration_source s(y, {});
  const auto first = timer_of(s.start(5));
  s.on_prepared(5, "");
  BOOST_TEST(spell(s.on_timer(first)) == "");
}

BOOST_AUTO_TEST_CASE(a_large_state_is_given_time_to_travel) {
  migration_options o;
  o.bytes_per_second = 50'000'000;
  migration_source s(y, o);
  s.start(5);
  s.on_prepared(5, "");
  const auto steps = s.on_frozen(1'000'000'000);
  BOOST_TEST((steps[1].delay == o.state_timeout + std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_saved_runs_on) {
  migration_source s(y, {});
  s.start(5);
  BOOST_TEST(spell(s.on_unsavable("no")) == "");
  s.on_prepared(5, "");
  BOOST_TEST(spell(s.on_unsavable("no")) == "BRD");
  BOOST_TEST((s.now() == phase::done));
}

BOOST_AUTO_TEST_CASE(a_target_decides_by_installing) {
  auto t = target();
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::prepared));
  BOOST_TEST(t.expects(actor));
  BOOST_TEST((state(t, 5) == told::restore));
  BOOST_TEST((state(t, 5) == told::nothing)); // it is being restored
  const auto a = t.on_restored({actor, 5}, "");
  BOOST_TEST((a.what == told::run));
  BOOST_TEST((a.source == x));
  BOOST_TEST(a.state->type == "type");
  BOOST_TEST(!t.expects(actor));
  // From here on the answer is the same to whatever comes, however late.
  BOOST_TEST((t.on_abort({actor, 5}).what == told::installed));
  BOOST_TEST((state(t, 5) == told::installed));
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::installed));
}

BOOST_AUTO_TEST_CASE(a_target_that_aborted_refuses_the_state_for_ever) {
  auto t = target();
  t.on_prepare(x, prepare(5), "");
  BOOST_TEST((t.on_abort({actor, 5}).what == told::aborted));
  BOOST_TEST(!t.expects(actor));
  BOOST_TEST((state(t, 5) == told::aborted));
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::aborted));
  BOOST_TEST((t.on_prepare(x, prepare(6), "").what == told::prepared));
}

BOOST_AUTO_TEST_CASE(an_abort_while_it_is_restored_cancels) {
  auto t = target();
  t.on_prepare(x, prepare(5), "");
  BOOST_TEST((state(t, 5) == told::restore));
  BOOST_TEST((t.on_abort({actor, 5}).what == told::aborted));
  BOOST_TEST((t.on_restored({actor, 5}, "").what == told::nothing));
  BOOST_TEST((t.on_abort({actor, 5}).what == told::aborted));
}

BOOST_AUTO_TEST_CASE(an_abort_may_come_before_what_it_aborts) {
  auto t = target();
  BOOST_TEST((t.on_abort({actor, 5}).what == told::aborted));
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::aborted));
  BOOST_TEST((state(t, 5) == told::aborted));
}

BOOST_AUTO_TEST_CASE(a_source_that_still_asks_below_the_floor_was_installed) {
  auto t = target();
  t.on_prepare(x, prepare(5), "");
  state(t, 5);
  t.on_restored({actor, 5}, "");
  // It moved on and came back; the first source never heard of 5.
  t.on_prepare({3}, prepare(8), "");
  state(t, 8);
  t.on_restored({actor, 8}, "");
  BOOST_TEST((t.on_abort({actor, 5}).what == told::installed));
}

BOOST_AUTO_TEST_CASE(a_state_may_come_before_its_prepare) {
  auto t = target();
  BOOST_TEST((state(t, 5) == told::restore));
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::prepared));
  BOOST_TEST((t.on_restored({actor, 5}, "").what == told::run));
}

BOOST_AUTO_TEST_CASE(a_state_that_cannot_be_restored_is_aborted) {
  auto t = target();
  t.on_prepare(x, prepare(5), "");
  state(t, 5);
  const auto a = t.on_restored({actor, 5}, "too old");
  BOOST_TEST((a.what == told::aborted));
  BOOST_TEST(a.why == "too old");
  BOOST_TEST((a.source == x));
  BOOST_TEST((t.on_abort({actor, 5}).what == told::aborted));
}

BOOST_AUTO_TEST_CASE(a_target_gives_up_a_source_that_is_silent) {
  auto t = target();
  const auto first = t.on_prepare(x, prepare(5), "");
  const auto second = t.on_prepare(x, prepare(5), ""); // a sign of life
  BOOST_TEST((t.on_timer({actor, 5}, first.generation).what == told::nothing));
  BOOST_TEST((t.on_timer({actor, 5}, second.generation).what == told::aborted));
  BOOST_TEST((state(t, 5) == told::aborted));
}

BOOST_AUTO_TEST_CASE(memory_is_reserved_and_given_back) {
  migration_options o;
  o.arrival_bytes = 100;
  auto t = target(o);
  const auto other = actor_id::stateful(x, 2);
  BOOST_TEST((t.on_prepare(x, prepare(5, 101), "").what == told::refused));
  BOOST_TEST((t.on_prepare(x, prepare(6, 60), "").what == told::prepared));
  const migrate_prepare more{{other, 2}, "type", 50, {}};
  const auto refused = t.on_prepare(x, more, "");
  BOOST_TEST((refused.what == told::refused));
  BOOST_TEST(refused.why == "no memory for its state");
  t.on_abort({actor, 6});
  BOOST_TEST((t.on_prepare(x, more, "").what == told::prepared));
  BOOST_TEST((t.on_prepare(x, prepare(7, 50), "").what == told::prepared));
}

BOOST_AUTO_TEST_CASE(an_obstacle_is_told_and_nothing_is_kept) {
  auto t = target();
  const auto a = t.on_prepare(x, prepare(5), "no such type");
  BOOST_TEST((a.what == told::refused));
  BOOST_TEST(a.why == "no such type");
  BOOST_TEST(!t.expects(actor));
}

BOOST_AUTO_TEST_CASE(parking_is_bounded_and_comes_along) {
  auto t = target({}, 3);
  routed_message m;
  BOOST_TEST(!t.park(actor, m));
  t.on_prepare(x, prepare(5), "");
  for (std::uint64_t i = 1; i <= 3; ++i) {
    m.number = i;
    BOOST_TEST(t.park(actor, m));
  }
  BOOST_TEST(!t.park(actor, m));
  BOOST_TEST(t.parked(actor) == 3u);
  // A later attempt takes the queue over.
  t.on_prepare(x, prepare(6), "");
  BOOST_TEST(t.parked(actor) == 3u);
  BOOST_TEST((t.on_prepare(x, prepare(5), "").what == told::nothing));
  state(t, 6);
  const auto a = t.on_restored({actor, 6}, "");
  BOOST_REQUIRE(a.parked.size() == 3u);
  BOOST_TEST(a.parked[2].number == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
