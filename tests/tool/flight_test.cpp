// What nodes remember without being asked: of a cluster that lives, of a node
// that was killed, and of one that ends in order.

#include "actors/trace/trace_file.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tern::test;

namespace {

namespace fs = std::filesystem;

/// A file that is gone with the test.
struct scratch {
  explicit scratch(const std::string& name)
    : path(std::string{TERN_BINARY_DIR} + "/" + name) {}
  ~scratch() {
    fs::remove(path);
  }
  std::string path;
};

std::string flight_file_of(const test_node& n) {
  return "/dev/shm/tern-flight-" + std::to_string(::getuid()) + "-"
         + n.listening()["node"].get<std::string>();
}

void compute_on(const test_node& n) {
  const auto r = tern::test::tern(
      {"eval", "ones((400, 400), chunks=20).sum()", "--join", n.address()});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
}

nlohmann::json summary_of(const std::string& file) {
  const auto r = tern::test::tern({"trace", "summary", file, "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  return r.json();
}

std::uint64_t count(const std::string& file, tern::trace_kind kind) {
  const auto trace = tern::load_trace(file);
  BOOST_TEST_REQUIRE(trace.has_value());
  std::uint64_t found = 0;
  for (const auto& n : trace->nodes)
    for (const auto& thread : n.threads)
      found += static_cast<std::uint64_t>(
          std::ranges::count(thread.events, kind, &tern::trace_event::kind));
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(flights)

BOOST_AUTO_TEST_CASE(a_running_cluster_is_asked_what_it_did) {
  const scratch file{"now.tern-trace"};
  test_node a{{"--threads", "1"}};
  test_node b{{"--join", a.address(), "--threads", "1"}};
  compute_on(a);
  const auto r = tern::test::tern(
      {"trace", "flight", "--join", b.address(), "-o", file.path, "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["nodes"] == 2);
  BOOST_TEST(r.json()["problems"].empty());
  BOOST_TEST(summary_of(file.path)["nodes"].size() == 2u);
  BOOST_TEST(count(file.path, tern::trace_kind::fired) >= 400u);
  BOOST_TEST(count(file.path, tern::trace_kind::fired)
             == count(file.path, tern::trace_kind::finished));
  BOOST_TEST(count(file.path, tern::trace_kind::received) > 0u);
  const auto later = tern::test::tern({"trace", "flight", "--join", b.address(),
                                       "--last", "1ms", "-o", file.path});
  BOOST_TEST_REQUIRE(later.status == 0, later.err);
  BOOST_TEST(count(file.path, tern::trace_kind::fired) == 0u);
}

BOOST_AUTO_TEST_CASE(a_killed_node_has_left_what_it_did) {
  const scratch file{"crash.tern-trace"};
  std::string left;
  {
    test_node one{{"--threads", "1"}};
    left = flight_file_of(one);
    compute_on(one);
    const auto alive =
        tern::test::tern({"trace", "recover", left, "-o", file.path});
    BOOST_TEST(alive.status == 1);
    BOOST_TEST(alive.err.find(left + ": its process lives")
                   != std::string::npos,
               alive.err);
    one.self().signal(SIGKILL);
    one.self().wait();
  }
  BOOST_TEST_REQUIRE(fs::exists(left));
  const auto r =
      tern::test::tern({"trace", "recover", left, "-o", file.path, "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["nodes"] == 1);
  BOOST_TEST(count(file.path, tern::trace_kind::finished) >= 400u);
  std::ofstream{left + "-cut", std::ios::binary}
      << std::ifstream{left, std::ios::binary}.rdbuf();
  fs::resize_file(left + "-cut", 3000);
  const auto cut = tern::test::tern(
      {"trace", "recover", left, left + "-cut", "-o", file.path});
  BOOST_TEST(cut.status == 0, cut.err);
  BOOST_TEST(cut.err.find(left + "-cut: at byte ") != std::string::npos,
             cut.err);
  fs::remove(left);
  fs::remove(left + "-cut");
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_in_order_leaves_nothing) {
  test_node one{{"--threads", "1"}};
  const auto left = flight_file_of(one);
  compute_on(one);
  BOOST_TEST(fs::exists(left));
  one.self().signal(SIGTERM);
  BOOST_TEST(one.self().wait().status == 0);
  BOOST_TEST(!fs::exists(left));
}

BOOST_AUTO_TEST_CASE(a_long_run_loses_no_event) {
  const scratch file{"long.tern-trace"};
  const auto r = tern::test::tern(
      {"eval", "arange(200000, chunks=1).sum()", "--scheduler", "processes",
       "--nodes", "2", "--threads", "1", "--trace", file.path, "--json"},
      std::chrono::seconds(120));
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  const auto tasks = r.json()["tasks"].get<std::uint64_t>();
  BOOST_TEST(tasks >= 200000u);
  const auto trace = tern::load_trace(file.path);
  BOOST_TEST_REQUIRE(trace.has_value());
  std::size_t longest = 0;
  for (const auto& n : trace->nodes) {
    BOOST_TEST(n.lost == 0u);
    for (const auto& thread : n.threads)
      longest = std::max(longest, thread.events.size());
  }
  BOOST_TEST(longest > 2 * 65536u); // of one thread
  BOOST_TEST(count(file.path, tern::trace_kind::fired) == tasks);
  BOOST_TEST(count(file.path, tern::trace_kind::finished) == tasks);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_done_is_said) {
  const scratch file{"none.tern-trace"};
  const auto nobody = tern::test::tern(
      {"trace", "flight", "--join", "127.0.0.1:1", "-o", file.path});
  BOOST_TEST(nobody.status == 1);
  BOOST_TEST(nobody.err.find("127.0.0.1:1") != std::string::npos, nobody.err);
  for (const std::string span : {"", "x", "-1s", "0s", "5", "5 s", "nan s"}) {
    const auto bad =
        tern::test::tern({"trace", "flight", "--join", "127.0.0.1:1",
                          "--last=" + span, "-o", file.path});
    BOOST_TEST(bad.status == 2, span << ": " << bad.err);
  }
  const auto none = tern::test::tern(
      {"trace", "recover", TERN_BINARY_DIR "/none", "-o", file.path});
  BOOST_TEST(none.status == 1);
  BOOST_TEST(none.err.find("/none") != std::string::npos, none.err);
  BOOST_TEST(!fs::exists(file.path));
}

BOOST_AUTO_TEST_SUITE_END()
