// SIGTERM: a node hands over what it has, and leaves when nobody needs it.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <tern/tern.hpp>

#include <csignal>
#include <string>

using namespace tern::test;

namespace {

const std::string work =
    "x = random.random((4000, 4000), chunks=100); (x.dot(x.T) + x).std()";

int held_on(const test_node& n) {
  const auto nodes = status_of(n)["nodes"];
  for (const auto& node : nodes)
    if (node["id"] == n.listening()["node"])
      return node["actors"].value("held", 0);
  return -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(leaving)

BOOST_AUTO_TEST_CASE(a_plan_outlives_the_node_that_leaves) {
  three_nodes nodes;
  process run{{"eval", work, "--join", nodes.a.address(), "--json"}};
  eventually("the plan runs",
             [&] { return progress_of(nodes.c).value_or(0) > 0.02; });
  nodes.c.self().signal(SIGTERM);
  // meanwhile it takes no new plan, and the others do
  const auto next = tern::test::tern({"eval", "ones((100,), chunks=5).sum()",
                                      "--join", nodes.b.address(), "--json"});
  BOOST_TEST_REQUIRE(next.status == 0, next.err);
  BOOST_TEST(next.json()["value"] == 100.0);
  BOOST_TEST(next.json()["nodes"] == 2);
  BOOST_TEST(nodes.c.self().running());
  const auto r = run.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto left = nodes.c.self().wait(std::chrono::seconds(5));
  BOOST_TEST(left.status == 0);
  BOOST_TEST(left.err.find("leaving") != std::string::npos, left.err);
  const auto right = tern::test::tern({"eval", work, "--json"}).json();
  BOOST_TEST(r.json()["value"].dump() == right["value"].dump());
  BOOST_TEST(r.json()["tasks"] == right["tasks"]);
  BOOST_TEST(r.json()["migrations"].get<int>() > r.json()["steals"].get<int>());
}

BOOST_AUTO_TEST_CASE(a_second_signal_ends_it_now) {
  three_nodes nodes;
  process run{{"eval", work, "--join", nodes.a.address(), "--json"}};
  eventually("the plan runs",
             [&] { return progress_of(nodes.c).value_or(0) > 0.02; });
  // two that are sent at once may arrive as one
  eventually("it ends", [&] {
    nodes.c.self().signal(SIGTERM);
    return !nodes.c.self().running();
  });
  BOOST_TEST(nodes.c.self().wait(std::chrono::seconds(5)).status == 0);
  const auto r = run.wait();
  BOOST_TEST(
      (r.status == 0 || r.err.find(nodes.c.address()) != std::string::npos),
      r.err);
}

// It is told to end while it takes the plan on: some 100,000 tasks to expand.
BOOST_AUTO_TEST_CASE(a_node_that_is_just_accepting_a_plan_does_not_fail_it) {
  const std::string many = "x = ones((900, 900), chunks=1); (x + x.T).sum()";
  for (int i = 0; i < 3; ++i) {
    three_nodes nodes;
    process run{{"eval", many, "--join", nodes.a.address(), "--json"}};
    eventually("the plan arrives",
               [&] { return cpu_seconds(nodes.c.self().pid()) > 0.1; });
    nodes.c.self().signal(SIGTERM);
    const auto r = run.wait();
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    BOOST_TEST(r.json()["value"] == 1620000.0);
    BOOST_TEST(nodes.c.self().wait(std::chrono::seconds(5)).status == 0);
  }
}

// Nobody waits for the result, so nobody has to wait for the node.
BOOST_AUTO_TEST_CASE(a_plan_whose_submitter_is_dead_holds_no_node) {
  three_nodes nodes;
  process run{{"eval",
               "x = random.random((20000, 20000), chunks=500); (x @ x).sum()",
               "--join", nodes.a.address()}};
  eventually("the plan runs",
             [&] { return progress_of(nodes.c).value_or(0) > 0.001; });
  run.signal(SIGKILL);
  run.wait();
  nodes.c.self().signal(SIGTERM);
  BOOST_TEST(nodes.c.self().wait(std::chrono::seconds(10)).status == 0);
}

BOOST_AUTO_TEST_CASE(what_a_session_keeps_moves_and_is_still_there) {
  three_nodes nodes;
  tern::session session{
      {.scheduler = tern::scheduler::cluster,
       .join_host = "127.0.0.1",
       .join_port = static_cast<std::uint16_t>(nodes.a.port())}};
  const auto x = session.persist(
      tern::random_uniform({400, 400}, 5, tern::dtype::float64, {{20, 20}}));
  const auto before = session.compute(x.sum()).item<double>();
  nodes.c.self().signal(SIGTERM);
  eventually("the blocks have moved", [&] { return held_on(nodes.c) == 0; });
  BOOST_TEST(nodes.c.self().running());
  BOOST_TEST(session.compute(x.sum()).item<double>() == before);
  BOOST_TEST(held_on(nodes.c) == 0);
  // it may have asked for work before, which the next plan answers in vain
  eventually("a plan goes on without it", [&] {
    return session.compute(x.sum()).item<double>() == before
           && session.last_run().nodes == 2u;
  });
  { const auto ended = std::move(session); }
  const auto left = nodes.c.self().wait(std::chrono::seconds(5));
  BOOST_TEST(left.status == 0, left.err);
}

BOOST_AUTO_TEST_SUITE_END()
