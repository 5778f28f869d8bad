#include "actors/trace/message_flights.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tern;
using tern::testing::trace_of;

namespace {

constexpr std::uint64_t plan = 77;

/// Node `number` of `nodes`, whose peers are all others.
node_trace silent_node(std::uint64_t number, std::uint64_t nodes) {
  node_trace n;
  n.node = {number + 1};
  n.peers = {n.node};
  for (std::uint64_t other = 0; other < nodes; ++other)
    if (other != number)
      n.peers.push_back({other + 1});
  n.scopes = {0, plan};
  n.threads.push_back({0, "link", {}});
  return n;
}

/// Messages between nodes whose clocks are `offsets` ahead of one true time.
class conversation {
public:
  explicit conversation(std::vector<std::int64_t> ahead)
    : ahead_(std::move(ahead)) {
    for (std::uint64_t i = 0; i < ahead_.size(); ++i)
      nodes_.push_back(silent_node(i, ahead_.size()));
  }

  void say(std::size_t from, std::size_t to, std::int64_t at,
           std::int64_t flight) {
    ++number_;
    add(from, trace_kind::sent, at, actor_id::task(plan, 1, 2));
    add(to, trace_kind::received, at + flight, actor_id::task(plan, 3, 4));
  }
  trace_content trace() const {
    return trace_of(nodes_);
  }

private:
  void add(std::size_t node, trace_kind kind, std::int64_t at,
           const actor_id& who) {
    nodes_[node].threads[0].events.push_back(
        {static_cast<std::uint64_t>(at + ahead_[node]), who.low, number_, kind,
         1, static_cast<std::uint16_t>(message_kind::have), 1});
  }

  std::vector<std::int64_t> ahead_;
  std::vector<node_trace> nodes_;
  std::uint64_t number_ = 0;
};

std::vector<std::int64_t> offsets_of(const conversation& t) {
  const auto trace = t.trace();
  return align_clocks(trace, flights_in(trace));
}

} // namespace

BOOST_AUTO_TEST_SUITE(message_flights)

BOOST_AUTO_TEST_CASE(a_message_is_paired_by_its_number) {
  conversation t{{0, 0}};
  t.say(0, 1, 100, 20);
  t.say(1, 0, 200, 30);
  auto trace = t.trace();
  trace.nodes[0].threads[0].events.push_back(
      {5, 0, 99, trace_kind::sent, 1, 0, 1}); // nobody received it
  const auto flights = flights_in(trace);
  BOOST_TEST_REQUIRE(flights.size() == 2u);
  BOOST_TEST(flights[0].number == 1u);
  BOOST_TEST((flights[0].kind == message_kind::have));
  BOOST_TEST(flights[0].sent.node == 0u);
  BOOST_TEST(flights[0].sent.time == 100u);
  BOOST_TEST((flights[0].sent.actor == actor_id::task(plan, 1, 2)));
  BOOST_TEST(flights[0].received.node == 1u);
  BOOST_TEST(flights[0].received.time == 120u);
  BOOST_TEST((flights[0].received.actor == actor_id::task(plan, 3, 4)));
}

BOOST_AUTO_TEST_CASE(clocks_that_contradict_no_message_are_left_alone) {
  conversation t{{0, 15}};
  t.say(0, 1, 100, 20);
  t.say(1, 0, 200, 30);
  BOOST_TEST(offsets_of(t) == (std::vector<std::int64_t>{0, 0}),
             boost::test_tools::per_element());
}

// Shortest flights of 20 both ways: the middle is the truth.
BOOST_AUTO_TEST_CASE(a_clock_of_another_host_is_set_right) {
  conversation t{{0, 1'000'000}};
  for (int i = 0; i < 10; ++i) {
    t.say(0, 1, 100 * i + 1000, 20 + 7 * i);
    t.say(1, 0, 100 * i + 1050, 20 + 9 * (9 - i));
  }
  BOOST_TEST(offsets_of(t) == (std::vector<std::int64_t>{0, -1'000'000}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(messages_one_way_set_a_bound_only) {
  conversation late{{0, -500}};
  late.say(0, 1, 1000, 20);
  BOOST_TEST(offsets_of(late)[1] == 480);
  conversation early{{0, -500}};
  early.say(1, 0, 1000, 20);
  BOOST_TEST(offsets_of(early)[1] == 0);
}

// 0 and 2 never talk; 1 knows both.
BOOST_AUTO_TEST_CASE(clocks_are_set_by_way_of_others) {
  conversation t{{0, 40'000, -70'000}};
  for (const auto& [a, b] : {std::pair{0, 1}, {1, 2}}) {
    const auto x = static_cast<std::size_t>(a);
    const auto y = static_cast<std::size_t>(b);
    t.say(x, y, 100'000, 10);
    t.say(y, x, 100'000, 10);
  }
  BOOST_TEST(offsets_of(t) == (std::vector<std::int64_t>{0, -40'000, 70'000}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(no_message_arrives_before_it_was_sent_between_two_nodes) {
  std::mt19937_64 random{11};
  for (int round = 0; round < 200; ++round) {
    conversation t{
        {1'000'000, static_cast<std::int64_t>(random() % 2'000'000)}};
    for (int i = 0; i < 20; ++i) {
      const std::size_t from = random() % 2;
      t.say(from, 1 - from, static_cast<std::int64_t>(random() % 100'000),
            static_cast<std::int64_t>(1 + random() % 1000));
    }
    const auto trace = t.trace();
    const auto flights = flights_in(trace);
    const auto offsets = align_clocks(trace, flights);
    for (const auto& f : flights)
      BOOST_TEST(aligned_time(f.sent.time, offsets[f.sent.node])
                 <= aligned_time(f.received.time, offsets[f.received.node]));
  }
}

BOOST_AUTO_TEST_CASE(impossible_times_do_not_overflow) {
  auto trace = conversation{{0, 0}}.trace();
  trace.nodes[0].threads[0].events = {
      {~std::uint64_t{0}, 0, 1, trace_kind::sent, 1, 0, 1},
      {~std::uint64_t{0}, 0, 2, trace_kind::received, 1, 0, 1}};
  trace.nodes[1].threads[0].events = {{0, 0, 1, trace_kind::received, 1, 0, 1},
                                      {0, 0, 2, trace_kind::sent, 1, 0, 1}};
  const auto flights = flights_in(trace);
  const auto offsets = align_clocks(trace, flights);
  BOOST_TEST(aligned_time(~std::uint64_t{0}, offsets[0])
             == aligned_time(0, offsets[1]));
}

BOOST_AUTO_TEST_SUITE_END()
