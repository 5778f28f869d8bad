// What is recorded of an actor gives the same actor once more, wherever it has
// been; and what is not the same is named.

#include "actors/replay/replay_actor.hpp"
#include "actors/trace/step_log.hpp"
#include "serialization/checksum.hpp"
#include "tests/actors/replay/rovers.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>

using namespace tern;
using tern::test::friendly;
using tern::test::rover;
using tern::test::roving;
using tern::test::tally;

namespace {

actor_types known_types() {
  actor_types known;
  known.add<friendly>();
  known.add<rover>();
  return known;
}

actor_history history_of_one(const trace_content& trace,
                             const actor_id& actor) {
  auto found = history_of({&trace, 1}, actor);
  BOOST_REQUIRE_MESSAGE(found, found.error().what);
  return *found;
}

replay_report replayed(const actor_history& history,
                       const actor_types& known = known_types(),
                       const replay_options& how = {}) {
  auto report = replay_actor(history, known, how);
  BOOST_REQUIRE_MESSAGE(report, report.error().what);
  return *report;
}

std::string words_of(const replay_report& r) {
  return r.difference ? r.difference->where + ": " + r.difference->how : "same";
}

simulation::options options_of(std::uint64_t seed) {
  simulation::options o;
  o.seed = seed;
  o.nodes = 2 + seed % 3;
  o.moves = 0; // but the scenario's own
  o.bad.loss = seed % 4 == 0 ? 0 : 0.03;
  o.bad.clogs = seed % 5 == 0;
  return o;
}

/// A run that the tests below damage.
struct seventh_run {
  roving run{options_of(7)};
  actor_history history = history_of_one(run.world.trace(), run.self.id());

  /// The first step of this kind, from stay number `from` on.
  recorded_step& step(step_kind kind, std::size_t from = 0) {
    for (auto stay = from; stay < history.stays.size(); ++stay)
      for (auto& s : history.stays[stay].steps)
        if (s.kind == kind)
          return s;
    BOOST_FAIL("no such step");
    throw std::logic_error("no such step");
  }
};

std::string refusal(const actor_history& history, const actor_types& known) {
  const auto report = replay_actor(history, known);
  BOOST_REQUIRE(!report);
  BOOST_TEST((report.error().kind == failure_kind::refused));
  return report.error().what;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replays)

// A thousand clusters: messages lost and doubled, nodes that pause, room that
// runs out, answers that are late, an actor that throws and moves on.
BOOST_AUTO_TEST_CASE(a_replay_ends_in_the_state_of_the_run) {
  const auto known = known_types();
  std::uint64_t moves = 0;
  std::uint64_t messages = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    roving run{options_of(seed)};
    BOOST_REQUIRE_MESSAGE(run.verdict.holds(), to_string(run.verdict));
    const auto* live = run.world.state(run.self);
    const auto history = history_of_one(run.world.trace(), run.self.id());
    const auto report = replayed(history, known);
    BOOST_REQUIRE_MESSAGE(report.same(),
                          "seed " << seed << ": " << words_of(report));
    BOOST_REQUIRE((report.fields == to_bytes(*live)));
    BOOST_REQUIRE(report.moves >= 5u);
    BOOST_REQUIRE(report.moves == history.stays.size() - 1);
    BOOST_REQUIRE(report.compared == report.handlers);
    BOOST_REQUIRE(report.gaps.empty());
    moves += report.moves;
    messages += report.messages;
  }
  BOOST_TEST(moves >= 5000u);
  BOOST_TEST(messages >= 50'000u); // with answers and news of ends
}

// All others, too: those who answer, those who are born and end in between.
BOOST_AUTO_TEST_CASE(every_actor_of_a_run_can_be_had_again) {
  const auto known = known_types();
  roving run{options_of(3)};
  const auto& trace = run.world.trace();
  const auto all = recorded_actors({&trace, 1});
  BOOST_TEST(all.size() > 5u);
  for (const auto& actor : all) {
    const auto report = replayed(history_of_one(trace, actor), known);
    BOOST_TEST(report.same(), words_of(report));
    BOOST_TEST(report.handlers > 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_file_has_all_that_a_replay_needs) {
  roving run{options_of(4)};
  const auto path =
      (std::filesystem::temp_directory_path()
       / ("tern_replay_test." + std::to_string(getpid()) + ".tern-trace"))
          .string();
  run.world.write_trace(path);
  const auto read = load_trace(path);
  std::filesystem::remove(path);
  BOOST_REQUIRE(read);
  const auto history = history_of_one(*read, run.self.id());
  const auto of_memory = history_of_one(run.world.trace(), run.self.id());
  BOOST_REQUIRE(history.stays.size() == of_memory.stays.size());
  for (std::size_t i = 0; i < history.stays.size(); ++i)
    BOOST_TEST((history.stays[i].steps == of_memory.stays[i].steps));
  BOOST_TEST(
      (replayed(history).fields == to_bytes(*run.world.state(run.self))));
}

BOOST_AUTO_TEST_CASE(it_stops_after_the_handler_that_was_asked_for) {
  const seventh_run r;
  std::vector<std::size_t> before;
  std::vector<std::size_t> after;
  replay_options how;
  how.until = 9;
  how.before = [&](const replayed_step& s) {
    before.push_back(s.position);
  };
  how.after = [&](const replayed_step& s) {
    after.push_back(s.position);
  };
  const auto part = replayed(r.history, known_types(), how);
  BOOST_TEST(part.handlers == 9u);
  BOOST_TEST(before.back() == 9u);
  BOOST_TEST((before == after));
  BOOST_TEST((part.fields != replayed(r.history).fields));
}

BOOST_AUTO_TEST_CASE(another_message_than_then_is_named_with_its_handler) {
  seventh_run r;
  auto& step = r.step(step_kind::message, 2);
  const auto other =
      encode_call({call_head::kind::tell, tag_of<tally>, 0}, tally{123'456});
  step.payload = other;
  step.size = other.size();
  step.sum = checksum(other);
  const auto report = replayed(r.history);
  BOOST_REQUIRE(report.difference);
  BOOST_TEST(has(report.difference->where, "message tally of "),
             words_of(report));
  BOOST_TEST(report.difference->position > 0u);
  BOOST_TEST(report.handlers == report.difference->position);
}

BOOST_AUTO_TEST_CASE(a_state_that_was_changed_on_the_way_is_named) {
  seventh_run r;
  r.step(step_kind::saved, 1).sum ^= 1;
  const auto left = replayed(r.history);
  BOOST_REQUIRE(left.difference);
  BOOST_TEST(has(left.difference->where, "its move from node "),
             words_of(left));
  BOOST_TEST(left.moves == 1u);

  seventh_run other;
  other.step(step_kind::state, 2).state ^= 1;
  const auto came = replayed(other.history);
  BOOST_REQUIRE(came.difference);
  BOOST_TEST(has(came.difference->where, "its move to node "), words_of(came));
  BOOST_TEST(has(came.difference->how, "than the one that left"));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_said_and_the_next_state_taken) {
  seventh_run r;
  auto& steps = r.history.stays[1].steps; // it came, and something happened
  BOOST_REQUIRE(steps.size() > 2u);
  steps.erase(steps.begin() + 2, steps.end());
  const auto report = replayed(r.history);
  BOOST_TEST(report.same(), words_of(report));
  BOOST_TEST(report.gaps.size() == 1u);
  BOOST_TEST((report.fields == replayed(seventh_run{}.history).fields));
  BOOST_TEST(report.moves + 1 == replayed(seventh_run{}.history).moves);

  // a whole stay, of a node that nobody could ask any more
  seventh_run without;
  without.history.stays.erase(without.history.stays.begin() + 2);
  const auto jumped = replayed(without.history);
  BOOST_TEST(jumped.same(), words_of(jumped));
  BOOST_TEST(jumped.gaps.size() == 1u);
  BOOST_TEST((jumped.fields == report.fields));

  // steps of which only the number is known
  seventh_run lossy;
  auto& all = lossy.history.stays[0].steps;
  lossy.history.lost = {{lossy.history.actor, 1, 2, all.size() - 2}};
  all.erase(all.begin() + 2, all.end());
  const auto told = replayed(lossy.history);
  BOOST_TEST(has(told.gaps.front(), "found no room"), told.gaps.front());
}

class other_rover : public rover {
public:
  static constexpr std::uint32_t version = 2;
};

BOOST_AUTO_TEST_CASE(a_class_that_is_not_the_one_of_the_run_is_refused) {
  const seventh_run r;
  actor_types fewer;
  fewer.add<friendly>();
  BOOST_TEST(has(refusal(r.history, fewer),
                 "class rover is not known here, but friendly"));
  actor_types later;
  later.add<other_rover>();
  BOOST_TEST(has(refusal(r.history, later),
                 "class rover had version 1 and has version 2 here"));
}

BOOST_AUTO_TEST_CASE(hashes_alone_cannot_be_had_again) {
  seventh_run r;
  for (auto& stay : r.history.stays)
    for (auto& step : stay.steps)
      step.payload.clear();
  BOOST_TEST(has(refusal(r.history, known_types()), "without payloads"));
}

// The bytes of a file may be anything.
BOOST_AUTO_TEST_CASE(a_damaged_payload_is_always_found) {
  const seventh_run whole;
  const auto known = known_types();
  std::size_t damaged = 0;
  for (std::size_t stay = 0; stay < whole.history.stays.size(); ++stay)
    for (std::size_t i = 0; i < whole.history.stays[stay].steps.size(); ++i) {
      auto other = whole.history;
      auto& bytes = other.stays[stay].steps[i].payload;
      if (bytes.empty())
        continue;
      bytes[i % bytes.size()] ^= std::byte{0x81};
      const auto report = replay_actor(other, known);
      BOOST_REQUIRE(!report);
      BOOST_TEST((report.error().kind == failure_kind::malformed));
      ++damaged;
    }
  BOOST_TEST(damaged > 30u);
}

BOOST_AUTO_TEST_CASE(damaged_calls_end_in_an_error_or_a_report) {
  const seventh_run whole;
  const auto known = known_types();
  std::size_t found = 0;
  std::size_t all = 0;
  for (std::size_t stay = 0; stay < whole.history.stays.size(); ++stay)
    for (std::size_t i = 0; i < whole.history.stays[stay].steps.size(); ++i)
      for (const auto flip : {0x01, 0x40, 0xff}) {
        auto other = whole.history;
        auto& bytes = other.stays[stay].steps[i].calls;
        if (bytes.empty())
          continue;
        bytes[7 * i % bytes.size()] ^= static_cast<std::byte>(flip);
        const auto report = replay_actor(other, known);
        found += !report || !report->same();
        ++all;
      }
  BOOST_TEST(all > 90u);
  BOOST_TEST(found > 0u); // a time, say, may be another one
}

BOOST_AUTO_TEST_CASE(a_class_of_another_name_or_messages_is_told_apart) {
  const class_print recorded{"a", 1, {{"x", 1}, {"y", 0}}, 2};
  auto here = recorded;
  BOOST_TEST(difference(recorded, here).empty());
  here.messages[0].version = 2;
  BOOST_TEST(difference(recorded, here)
             == "message x had version 1 and has version 2 here");
  here = recorded;
  here.messages.pop_back();
  BOOST_TEST(difference(recorded, here)
             == "class a handled message y, and does not here");
  BOOST_TEST(difference(here, recorded)
             == "class a handles message y here, and did not");
  here = recorded;
  here.continuations = 3;
  BOOST_TEST(difference(recorded, here)
             == "class a had 2 continuations and has 3 here");
}

// -- one actor without a cluster ----------------------------------------------

/// A world of one actor, whose log is small.
class small_world final : public actor_world, public actor_context {
public:
  explicit small_world(std::uint64_t bytes) : log(bytes) {
    log.set_level(trace_level::payloads);
    record_to(log);
  }

  actor_id spawn_made(const std::string&,
                      std::unique_ptr<actor_core>) override {
    throw actor_error{{failure_kind::refused, "no actors here"}};
  }
  void order_move(const actor_id&, node_id) override {}
  node_id place() override {
    return node();
  }
  std::chrono::nanoseconds now() const override {
    return std::chrono::nanoseconds{++time_};
  }
  std::uint64_t secret() override {
    return 1;
  }
  std::string message_name(std::uint64_t) const override {
    return {};
  }
  const actor_id& self() const override {
    return self_;
  }
  node_id node() const override {
    return {7};
  }
  std::uint32_t epoch() const override {
    return 1;
  }
  std::size_t room(const actor_id&) override {
    return 1;
  }
  bool send(const actor_id&, buffer) override {
    return true;
  }
  void wake_after(std::chrono::nanoseconds) override {}
  void rest(std::chrono::nanoseconds) override {}
  void stop() override {}

  step_log log;

private:
  const actor_id self_ = actor_id::stateful(node_id{7}, 1);
  mutable std::int64_t time_ = 0;
};

BOOST_AUTO_TEST_CASE(after_a_loss_the_state_is_recorded_once_more) {
  small_world world{3000};
  typed_actor<friendly> actor{world};
  trace_content trace;
  trace.nodes.resize(1);
  const auto say = [&](std::uint64_t number) {
    envelope head;
    head.from = actor_id::stateful(node_id{7}, 2);
    actor.receive(world, head,
                  encode_call({call_head::kind::tell, tag_of<test::sum_up>, 0},
                              test::sum_up{number}));
  };
  const auto fetch = [&] {
    auto did = world.log.take();
    auto& node = trace.nodes.front();
    std::ranges::move(did.steps, std::back_inserter(node.steps));
    std::ranges::move(did.lost, std::back_inserter(node.lost_steps));
  };
  for (std::uint64_t i = 1; i <= 5; ++i)
    say(7 * i + 1);
  fetch();
  for (std::uint64_t i = 1; i <= 40; ++i) // more than there is room for
    say(7 * i + 1);
  fetch();
  for (std::uint64_t i = 1; i <= 3; ++i)
    say(7 * i + 1);
  fetch();
  BOOST_REQUIRE(trace.nodes.front().lost_steps.size() == 1u);
  const auto lost = trace.nodes.front().lost_steps.front().count;
  BOOST_TEST(lost > 0u);
  const auto report = replayed(history_of_one(trace, world.self()));
  BOOST_TEST(report.same(), words_of(report));
  BOOST_TEST(!report.gaps.empty());
  BOOST_TEST(report.handlers + lost >= 48u); // some of them states
  BOOST_TEST((report.fields == actor.pack_fields()));
}

// -- the log that they come from ----------------------------------------------

recorded_step step_of(std::uint64_t index, std::size_t bytes) {
  recorded_step s;
  s.actor = actor_id::stateful(node_id{7}, 1);
  s.epoch = 3;
  s.index = index;
  s.payload.resize(bytes);
  return s;
}

BOOST_AUTO_TEST_CASE(a_log_without_room_counts_by_actor) {
  step_log log{10'000};
  log.set_level(trace_level::payloads);
  BOOST_TEST(log.add(step_of(0, 4000)));
  BOOST_TEST(log.add(step_of(1, 4000)));
  BOOST_TEST(!log.add(step_of(2, 4000)));
  BOOST_TEST(!log.add(step_of(3, 4000)));
  const auto taken = log.take();
  BOOST_TEST(taken.steps.size() == 2u);
  BOOST_REQUIRE(taken.lost.size() == 1u);
  BOOST_TEST((taken.lost[0] == step_loss{step_of(0, 0).actor, 3, 2, 2}));
  BOOST_TEST(log.add(step_of(4, 4000))); // there is room again
  BOOST_TEST(log.take().lost.empty());
  BOOST_TEST(!log.add(step_of(5, step_log::largest_step)));
}

BOOST_AUTO_TEST_CASE(a_log_is_on_at_its_own_levels_only) {
  step_log log;
  for (const auto level :
       {trace_level::off, trace_level::flight, trace_level::messages}) {
    log.set_level(level);
    BOOST_TEST(log.session() == 0u);
  }
  log.set_level(trace_level::hashes);
  const auto hashes = log.session();
  BOOST_TEST(hashes != 0u);
  log.set_level(trace_level::payloads);
  const auto payloads = log.session();
  BOOST_TEST(payloads != hashes); // states are needed once more
  log.set_level(trace_level::payloads);
  BOOST_TEST(log.session() == payloads);
  log.add(step_of(0, 1));
  log.set_level(trace_level::off);
  BOOST_TEST(log.take().steps.size() == 1u); // of the end of a session
}

BOOST_AUTO_TEST_SUITE_END()
