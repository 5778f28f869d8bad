// Calls that need a resource of their node run only where it is, and wait for
// it there.

#include "tests/dataflow/api/sessions.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <vector>

using tern::future;
using tern::test::eventually;
using tern::test::status_of;
using tern::test::test_node;
using tern::testing::error_of;
using tern::testing::folder;

namespace {

const std::string library = TERN_BINARY_DIR "/test_functions_library.so";

std::vector<std::string> with(const std::string& threads,
                              const std::vector<std::string>& more) {
  std::vector<std::string> all{"--threads", threads, "--load", library};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

tern::session session_at(const test_node& n) {
  return tern::session{{.scheduler = tern::scheduler::cluster,
                        .join_host = "127.0.0.1",
                        .join_port = static_cast<std::uint16_t>(n.port())}};
}

std::string plan_on(const test_node& n) {
  std::string id;
  eventually("the node has a plan", [&] {
    const auto plans = status_of(n)["plans"];
    if (!plans.empty())
      id = plans[0]["id"];
    return !id.empty();
  });
  return id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(resources)

BOOST_AUTO_TEST_CASE(calls_run_where_what_they_need_is_and_as_many_as_fit) {
  test_node plain{with("2", {})};
  test_node one{
      with("3", {"--resources", "GPU=1,licence=2", "--join", plain.address()})};
  test_node two{with("3", {"--resources", "GPU=2", "--join", plain.address()})};
  auto s = session_at(plain);
  const auto begun = std::chrono::steady_clock::now();
  std::vector<int> times(30); // ms, each another: equal calls are one
  std::iota(times.begin(), times.end(), 30);
  std::vector<future> calls =
      s.map({.resources = {{"GPU", 1}}}, "crowd", times);
  const auto others = s.map("process", std::vector<int>{1, 2, 3, 4, 5, 6});
  calls.insert(calls.end(), others.begin(), others.end());
  const auto got = s.gather(calls);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begun;
  std::set<double> where;
  for (std::size_t i = 0; i < 30; ++i) {
    const auto values = got[i].data().values<double>();
    where.insert(values[0]);
    BOOST_TEST(values[1] <= (values[0] == two.self().pid() ? 2 : 1));
  }
  const std::set<double> right{static_cast<double>(one.self().pid()),
                               static_cast<double>(two.self().pid())};
  BOOST_TEST((where == right));
  const auto all = std::accumulate(times.begin(), times.end(), 0);
  BOOST_TEST(took.count() >= all * 1e-3 / 3);
}

BOOST_AUTO_TEST_CASE(what_no_node_has_is_refused_at_once_and_named) {
  const test_node plain{with("1", {})};
  const test_node other{
      with("1", {"--resources", "GPU=1", "--join", plain.address()})};
  auto s = session_at(plain);
  const auto e = error_of([&] {
    s.gather(s.submit({.resources = {{"GPU", 2}}}, "sum", 1, 2));
  });
  BOOST_TEST((e.kind == tern::failure_kind::refused));
  BOOST_TEST(e.what.starts_with(
                 "sum(1, 2), block (): needs GPU=2, which no node has: node "),
             e.what);
  BOOST_TEST(e.what.find(plain.address()) != e.what.npos, e.what);
  BOOST_TEST(e.what.find(") has none") != e.what.npos, e.what);
  BOOST_TEST(e.what.find(") has GPU=1") != e.what.npos, e.what);
  BOOST_TEST(status_of(plain)["plans"].empty());
  BOOST_TEST(s.gather(s.submit({.resources = {{"GPU", 1}}}, "sum", 1, 2))
                 .item<double>()
             == 3);
}

BOOST_AUTO_TEST_CASE(calls_wait_for_a_node_when_the_last_that_has_it_dies) {
  const folder here;
  test_node plain{with("2", {})};
  std::optional<test_node> last;
  last.emplace(with("1", {"--resources", "GPU=1", "--join", plain.address()}));
  auto s = session_at(plain);
  std::vector<future> calls{
      s.submit({.resources = {{"GPU", 1}}}, "wait_for", here.file("gate"))};
  for (int i = 0; i < 5; ++i)
    calls.push_back(s.submit({.resources = {{"GPU", 1}}}, "sum", calls[0], i));
  double sum = 0;
  std::jthread waits{[&] {
    for (const auto& each : s.gather(calls))
      sum += each.item<double>();
  }};
  const auto plan = plan_on(plain);
  eventually("the call runs", [&] { return here.has("gate.begun"); });
  last->self().signal(SIGKILL);
  std::string said;
  eventually("somebody says why it waits", [&] {
    said = tern::test::tern({"why", plan, "--join", plain.address()}).out;
    return said.find("needs GPU=1, which that node does not have: it waits for "
                     "a node that has it")
           != said.npos;
  });
  here.create("gate");
  test_node next{
      with("1", {"--resources", "GPU=1", "--join", plain.address()})};
  waits.join();
  BOOST_TEST(sum == 1 + (1 + 2 + 3 + 4 + 5));
}

// Two that wait for calls which need the same would wait for ever.
BOOST_AUTO_TEST_CASE(a_call_that_waits_for_others_gives_back_what_it_has) {
  for (auto kind : {tern::scheduler::synchronous, tern::scheduler::threads,
                    tern::scheduler::processes}) {
    tern::session s{{.scheduler = kind,
                     .threads = 1,
                     .nodes = 2,
                     .executable = TERN_BINARY_DIR "/tern",
                     .libraries = {library},
                     .resources = {{"GPU", 1}}}};
    const auto f = s.submit({.resources = {{"GPU", 1}}}, "leaves_with_gpu", 4);
    BOOST_TEST(s.gather(f).item<double>() == 16);
  }
}

BOOST_AUTO_TEST_CASE(mistakes_are_told) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"GPU=-1", "'GPU=-1': a count is a whole number from 1 to 4294967295"},
      {"GPU", "'GPU': is not NAME=COUNT"},
      {"GPU=1,GPU=2", "'GPU=2': named twice"},
      {"my GPU=1", "'my GPU=1': 'my GPU' is no name: up to 64 letters, digits "
                   "and _-.:/"}};
  for (const auto& [text, why] : mistakes) {
    const auto r = tern::test::tern({"node", "--resources", text});
    BOOST_TEST(r.status == 2);
    BOOST_TEST(r.err == std::string{"tern node: --resources: "} + why + "\n");
  }
  const auto help = tern::test::tern({"node", "--help"});
  BOOST_TEST(help.out.find("--resources GPU=1,licence=2") != help.out.npos);
  tern::session s{{.scheduler = tern::scheduler::synchronous}};
  BOOST_CHECK_EXCEPTION(
      s.submit({.resources = {{"GPU", 0}}}, "sum", 1), tern::expression_error,
      [](const auto& e) {
        return e.what()
               == std::string{
                   "submit: sum needs resources: none of GPU are needed"};
      });
}

BOOST_AUTO_TEST_SUITE_END()
