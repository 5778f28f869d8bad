#include "actors/trace/received_order.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tern;
using tern::testing::trace_of;

namespace {

/// A run of two nodes whose ids, like those of real ones, are other ones each
/// time; `first` lower or not than `second`.
class run_of_actors {
public:
  run_of_actors(std::uint64_t first, std::uint64_t second)
    : ids_{node_id{first}, node_id{second}} {
    for (std::size_t i = 0; i < 2; ++i) {
      node_trace n;
      n.node = ids_[i];
      n.name = "127.0.0.1:" + std::to_string(first % 1000 + i);
      n.pid = static_cast<std::int32_t>(40 + i);
      n.peers = {ids_[i], ids_[1 - i]};
      n.scopes = {0, ids_[0].value, ids_[1].value};
      n.threads.push_back({0, "link", {}});
      nodes_.push_back(std::move(n));
    }
  }

  /// Actor `from`, born at and on node 0, to actor `to`, born at node 1; which
  /// is on node `at`.
  run_of_actors& say(std::uint64_t from, std::uint64_t to, std::uint64_t time,
                     std::size_t at = 1,
                     message_kind kind = message_kind::actor_message) {
    ++number_;
    const auto peer = static_cast<std::uint16_t>(at);
    add(0, {time, actor_id::stateful(ids_[0], from).low, number_,
            trace_kind::sent, peer, static_cast<std::uint16_t>(kind), 1});
    add(at, {time + 5, actor_id::stateful(ids_[1], to).low, number_,
             trace_kind::received, peer, static_cast<std::uint16_t>(kind), 2});
    return *this;
  }
  /// Actor `who`, born at node 1, comes to `node`.
  run_of_actors& move(std::uint64_t who, std::size_t node, std::uint64_t time,
                      std::uint64_t epoch) {
    add(node, {time, actor_id::stateful(ids_[1], who).low, epoch,
               trace_kind::moved, 1, 0, 2});
    return *this;
  }
  trace_content content() const {
    auto nodes = nodes_;
    if (nodes[1].node < nodes[0].node) // as files have them
      std::swap(nodes[0], nodes[1]);
    return trace_of(nodes);
  }

private:
  void add(std::size_t node, const trace_event& e) {
    nodes_[node].threads[0].events.push_back(e);
  }

  node_id ids_[2];
  std::vector<node_trace> nodes_;
  std::uint64_t number_ = 0;
};

actors_difference compare(const run_of_actors& a, const run_of_actors& b) {
  const auto x = a.content();
  const auto y = b.content();
  return compare_received(x, number_nodes(x, {}), y, number_nodes(y, {}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(received_orders)

BOOST_AUTO_TEST_CASE(nodes_are_numbered_by_the_plan_then_by_process) {
  const auto trace = run_of_actors{900, 100}.content();
  BOOST_TEST((trace.nodes[0].node == node_id{100}));
  BOOST_TEST(number_nodes(trace, {}) == (std::vector<std::size_t>{1, 0}),
             boost::test_tools::per_element());
  const node_id first[] = {node_id{100}};
  BOOST_TEST(number_nodes(trace, first) == (std::vector<std::size_t>{0, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ids_ports_and_times_are_no_difference) {
  const auto a = run_of_actors{1, 2}.say(1, 7, 100).say(2, 7, 200);
  const auto b = run_of_actors{950, 20}.say(1, 7, 5100).say(2, 7, 9200);
  const auto found = compare(a, b);
  BOOST_TEST(found.actors == 1u);
  BOOST_TEST(found.all.empty());
}

BOOST_AUTO_TEST_CASE(two_senders_in_the_other_order_are_the_difference) {
  const auto a =
      run_of_actors{1, 2}.say(1, 7, 100).say(1, 7, 110).say(2, 7, 120);
  const auto b =
      run_of_actors{4, 3}.say(1, 7, 100).say(2, 7, 110).say(1, 7, 120);
  const auto found = compare(a, b);
  BOOST_TEST_REQUIRE(found.all.size() == 1u);
  const auto& d = found.all[0];
  BOOST_TEST(to_string(d.actor) == "actor 7 of node 1");
  BOOST_TEST(d.position == 1u);
  BOOST_TEST_REQUIRE(d.a.has_value());
  BOOST_TEST_REQUIRE(d.b.has_value());
  BOOST_TEST(to_string(d.a->sender) == "actor 1 of node 0");
  BOOST_TEST(to_string(d.b->sender) == "actor 2 of node 0");
  BOOST_TEST(d.a->time == 115u);
  BOOST_TEST(d.since_begin == 15u);
}

BOOST_AUTO_TEST_CASE(a_missing_message_and_another_kind_are_differences) {
  const auto a = run_of_actors{1, 2}.say(1, 7, 100).say(1, 7, 200);
  const auto shorter = run_of_actors{1, 2}.say(1, 7, 100);
  const auto less = compare(a, shorter);
  BOOST_TEST_REQUIRE(less.all.size() == 1u);
  BOOST_TEST(less.all[0].position == 1u);
  BOOST_TEST(less.all[0].a.has_value());
  BOOST_TEST(!less.all[0].b.has_value());
  const auto other = run_of_actors{1, 2}.say(1, 7, 100).say(
      1, 7, 200, 1, message_kind::application);
  BOOST_TEST(compare(a, other).all.size() == 1u);
}

// Two actors part; the one that did so first is told first.
BOOST_AUTO_TEST_CASE(the_earliest_difference_comes_first) {
  const auto a = run_of_actors{1, 2}.say(1, 7, 500).say(1, 8, 100);
  const auto b = run_of_actors{1, 2}.say(2, 7, 500).say(2, 8, 100);
  const auto found = compare(a, b);
  BOOST_TEST_REQUIRE(found.all.size() == 2u);
  BOOST_TEST(to_string(found.all[0].actor) == "actor 8 of node 1");
}

// The clock of the node it moved to is far behind.
BOOST_AUTO_TEST_CASE(an_actor_has_its_own_order_across_its_places) {
  const auto a =
      run_of_actors{1, 2}.say(1, 7, 1000).move(7, 0, 10, 1).say(2, 7, 20, 0);
  const auto b = run_of_actors{1, 2}.say(1, 7, 1000).say(2, 7, 2000);
  BOOST_TEST(compare(a, a).all.empty());
  const auto found = compare(a, b);
  BOOST_TEST(found.all.empty()); // the same senders in the same order
  const auto turned = run_of_actors{1, 2}.say(2, 7, 1000).say(1, 7, 2000);
  BOOST_TEST(compare(a, turned).all.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
