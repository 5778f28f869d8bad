// Nodes that die at any moment, and sessions that get in each other's way.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace tern::test;

namespace {

const std::string work =
    "x = random.random((3000, 3000), chunks=100); (x.dot(x.T) + x).std()";

std::string value_of(const std::string& statements) {
  const auto r = tern::test::tern(
      {"eval", statements, "--scheduler", "threads", "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  return r.json()["value"].dump();
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_days)

// From the moment at which a node has the plan to the one at which it is about
// to forget it: the right answer, and where it mattered the node's name.
BOOST_AUTO_TEST_CASE(a_node_may_be_killed_at_any_moment) {
  const auto right = value_of(work);
  constexpr int moments = 8;
  int deaths = 0;
  for (int moment = 0; moment < moments; ++moment) {
    three_nodes nodes;
    auto& victim = moment % 2 == 0 ? nodes.b : nodes.a;
    process run{{"eval", work, "--join", nodes.c.address(), "--json"}};
    const auto enough = static_cast<double>(moment) / moments;
    bool begun = false;
    eventually("the moment to die", [&] {
      const auto done = progress_of(victim);
      begun = begun || done;
      return begun && (!done || *done >= enough);
    });
    victim.self().signal(SIGKILL);
    const auto r = run.wait(std::chrono::seconds(20));
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    BOOST_TEST(r.json()["value"].dump() == right);
    if (r.json()["deaths"] == 0)
      continue;
    ++deaths;
    BOOST_TEST(r.err.find(victim.address()) != std::string::npos, r.err);
  }
  BOOST_TEST(deaths > 0); // else nobody was killed in time
}

BOOST_AUTO_TEST_CASE(several_sessions_compute_at_once) {
  const std::vector<std::string> statements{
      "x = random.random((2000, 2000), chunks=90); (x.dot(x.T) + x).std()",
      "x = random.random((2000, 2000), chunks=90, seed=2); "
      "((x + x.T) - x.mean(axis=0)).std()",
      "x = arange(3000000, chunks=70000); (x % 7 * x).sum()",
      "x = random.normal(0, 1, (1500, 1500), chunks=110); "
      "sqrt(abs(x)).sum(axis=1)[::100]",
  };
  std::vector<std::string> right;
  for (const auto& s : statements)
    right.push_back(value_of(s));
  three_nodes nodes;
  const test_node* doors[] = {&nodes.a, &nodes.b, &nodes.c};
  std::vector<std::unique_ptr<process>> runs;
  for (std::size_t i = 0; i < 2 * statements.size(); ++i)
    runs.push_back(std::make_unique<process>(
        std::vector<std::string>{"eval", statements[i % statements.size()],
                                 "--join", doors[i % 3]->address(), "--json"}));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto r = runs[i]->wait();
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    BOOST_TEST(r.json()["value"].dump() == right[i % statements.size()]);
  }
  eventually("the nodes have forgotten all plans",
             [&] { return status_of(nodes.a)["plans"].empty(); });
}

BOOST_AUTO_TEST_SUITE_END()
