// `tern why` and `tern where` of a plan that runs on three nodes.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <string>

using namespace tern::test;

namespace {

// One product of some seconds, which all the rest waits for.
const std::string work =
    "x = random.random((7000, 7000), chunks=7000); (x @ x).sum(axis=0).sum()";

std::string plan_on(const test_node& n) {
  std::string id;
  eventually("a plan runs", [&] {
    const auto plans = status_of(n)["plans"];
    if (plans.empty())
      return false;
    id = plans[0]["id"].get<std::string>();
    return true;
  });
  return id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(why)

BOOST_AUTO_TEST_CASE(a_kernel_that_runs_is_the_reason) {
  three_nodes nodes;
  process run{{"eval", work, "--join", nodes.a.address(), "--json"}};
  const auto plan = plan_on(nodes.a);
  nlohmann::json last;
  eventually("the product runs", [&] {
    const auto r =
        tern::test::tern({"why", plan, "--join", nodes.b.address(), "--json"});
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    const auto told = r.json();
    BOOST_TEST_REQUIRE(told["done"] == false, r.out);
    last = told["chain"].back();
    return last["state"] == "running"
           && last["what"].get<std::string>().find('@') != std::string::npos;
  });
  BOOST_TEST(last["thread"] == 0);
  BOOST_TEST(last["seconds"].get<double>() >= 0);
  BOOST_TEST(last["seconds"].get<double>() < 60);
  const auto task = last["task"].get<std::string>();
  const auto words =
      tern::test::tern({"why", plan, "--join", nodes.c.address()});
  BOOST_TEST_REQUIRE(words.status == 0, words.err);
  BOOST_TEST(words.out.find(task) != std::string::npos, words.out);
  BOOST_TEST(words.out.find("since") != std::string::npos, words.out);
  const auto at = tern::test::tern(
      {"where", plan, task, "--join", nodes.a.address(), "--json"});
  BOOST_TEST_REQUIRE(at.status == 0, at.err);
  BOOST_TEST(at.json()["state"] == "running", at.out);
  BOOST_TEST(at.json()["node"] == last["node"]);
  BOOST_TEST(at.json()["owner"] == last["node"]);
  const auto none =
      tern::test::tern({"where", plan, "99/0", "--join", nodes.a.address()});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.err.find("no task 99/0") != std::string::npos, none.err);
  run.signal(SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_plan_that_makes_no_progress_says_why) {
  const auto r = tern::test::tern(
      {"eval", "--load", TERN_BINARY_DIR "/test_functions_library.so",
       "--scheduler", "processes", "--nodes", "2", "--threads", "1",
       "--flight-dir", TERN_BINARY_DIR,
       "map_blocks('nap', ones((4,), chunks=4).sum() * 3000) + 1"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.out == "2.0\n");
  BOOST_TEST(r.err.find("nothing was done for 10 s: task ")
                 != std::string::npos,
             r.err);
  BOOST_TEST(r.err.find("nap") != std::string::npos, r.err);
  BOOST_TEST(r.err.find("runs on compute thread 0 of node 127.0.0.1:")
                 != std::string::npos,
             r.err);
  const std::string words = "what the nodes did before that is in ";
  const auto at = r.err.find(words);
  BOOST_TEST_REQUIRE(at != std::string::npos, r.err);
  BOOST_TEST(r.err.find(words, at + 1) == std::string::npos, r.err); // once
  const auto begin = at + words.size();
  const auto file = r.err.substr(begin, r.err.find(": ", begin) - begin);
  BOOST_TEST(file.starts_with(TERN_BINARY_DIR "/tern-stalled-"), file);
  const auto s = tern::test::tern({"trace", "summary", file, "--json"});
  BOOST_TEST_REQUIRE(s.status == 0, s.err);
  BOOST_TEST(!s.json()["running"].empty(), s.out);
  std::filesystem::remove(file);
}

BOOST_AUTO_TEST_CASE(a_plan_that_nobody_has_is_named) {
  const test_node one;
  const auto r = tern::test::tern({"why", "1234abcd", "--join", one.address()});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("no node has a plan 1234abcd") != std::string::npos,
             r.err);
  for (const std::string wrong : {"x", "7", "7/", "/7", "7/-1", "a/b"}) {
    const auto bad =
        tern::test::tern({"where", "1f", wrong, "--join", one.address()});
    BOOST_TEST(bad.status == 2, wrong);
    BOOST_TEST(bad.err.find("'" + wrong + "' is no task") != std::string::npos,
               bad.err);
  }
}

BOOST_AUTO_TEST_SUITE_END()
