#include "actors/trace/trace_merge.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tern;
using tern::testing::trace_of;

namespace {

using events = std::vector<trace_event>;

trace_event at(std::uint64_t time, std::uint16_t peer = 0) {
  return {time, 7, time, trace_kind::fired, peer, 0, 1};
}

node_trace node_of(std::uint64_t id, events thread,
                   std::vector<std::uint64_t> scopes = {0, 5},
                   std::vector<node_id> peers = {}) {
  node_trace n;
  n.node.value = id;
  n.peers = std::move(peers);
  n.scopes = std::move(scopes);
  n.threads.push_back({0, "thread", std::move(thread)});
  return n;
}

trace_content merged(std::vector<trace_content> all) {
  auto out = merge_traces(std::move(all));
  BOOST_TEST_REQUIRE(out.has_value());
  return *out;
}

std::vector<std::uint64_t> times_of(const thread_trace& t) {
  std::vector<std::uint64_t> out;
  for (const auto& e : t.events)
    out.push_back(e.time);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(merged_traces)

BOOST_AUTO_TEST_CASE(nodes_of_all_files_are_there) {
  const auto all = merged({trace_of({node_of(1, {at(1)})}),
                           trace_of({node_of(2, {at(2)}), node_of(3, {})})});
  BOOST_TEST_REQUIRE(all.nodes.size() == 3u);
  BOOST_TEST(all.nodes[1].threads[0].events[0].time == 2u);
}

BOOST_AUTO_TEST_CASE(what_two_files_tell_of_one_time_is_told_once) {
  const events many{at(10), at(11), at(12)};
  const auto all = merged({trace_of({node_of(1, {at(11), at(12)})}),
                           trace_of({node_of(1, many)}),
                           trace_of({node_of(1, {at(3), at(12), at(20)})})});
  BOOST_TEST_REQUIRE(all.nodes.size() == 1u);
  const std::vector<std::uint64_t> expected{3, 10, 11, 12, 20};
  BOOST_TEST(times_of(all.nodes[0].threads[0]) == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(plans_and_peers_mean_the_same_as_before) {
  const auto all = merged(
      {trace_of({node_of(1, {}, {0, 5}, {node_id{1}, node_id{8}})}),
       trace_of({node_of(1, {at(1, 1)}, {0, 6}, {node_id{1}, node_id{9}})})});
  const auto& n = all.nodes[0];
  const auto& e = n.threads[0].events.at(0);
  BOOST_TEST(n.peers.at(e.peer).value == 9u);
  BOOST_TEST(actor_of(n, e).high == 6u);
}

BOOST_AUTO_TEST_CASE(a_plan_that_is_in_two_files_is_there_once) {
  auto one = trace_of({});
  one.plans.push_back({4, "x", {}});
  auto two = one;
  two.plans.push_back({5, "y", {}});
  two.truncated = true;
  const auto all = merged({one, two});
  BOOST_TEST(all.plans.size() == 2u);
  BOOST_TEST(all.truncated);
}

BOOST_AUTO_TEST_CASE(numbers_with_two_meanings_are_refused) {
  auto other = trace_of({});
  other.header.kinds[3] = "hired";
  const auto out = merge_traces({trace_of({}), other});
  BOOST_TEST_REQUIRE(!out.has_value());
  BOOST_TEST((out.error().kind == failure_kind::refused));
  BOOST_TEST(out.error().what.find("'hired'") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
