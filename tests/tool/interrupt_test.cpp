#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

// Ctrl-C and SIGTERM end a computation, and leave nothing behind.

using namespace tern::test;

namespace {

/// Far longer than any test may take: 40,000 tasks of a million sines.
const std::string endless = "sin(random.random((200000, 200000), chunks=1000))";

bool alive(pid_t pid) {
  return ::kill(pid, 0) == 0;
}

/// A folder for a result, empty at the beginning and gone at the end.
struct empty_folder {
  std::filesystem::path path =
      std::filesystem::path{TERN_BINARY_DIR} / "interrupted";
  empty_folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~empty_folder() {
    std::filesystem::remove_all(path);
  }
};

void check_end(int signal, const std::vector<std::string>& scheduler,
               std::size_t nodes) {
  const empty_folder folder;
  // a map: of any size, it takes no room on the disk
  std::vector<std::string> arguments{"eval", endless, "-o",
                                     folder.path / "map.png"};
  arguments.insert(arguments.end(), scheduler.begin(), scheduler.end());
  process p{arguments};
  eventually("nodes and a file that is being written", [&] {
    return children_of(p.pid()).size() == nodes
           && !std::filesystem::is_empty(folder.path);
  });
  const auto children = children_of(p.pid());
  p.signal(signal);
  const auto r = p.wait();
  BOOST_TEST(r.status == 1, r.err);
  BOOST_TEST(r.out.empty());
  BOOST_TEST(r.err.find("interrupted") != std::string::npos, r.err);
  BOOST_TEST(std::filesystem::is_empty(folder.path));
  // the tool does not wait for ever for those that are slow to end
  for (const auto child : children)
    eventually(
        "a node process ends", [&] { return !alive(child); },
        std::chrono::seconds(5));
  // a second is what is promised; the machine may be busy with other tests
  BOOST_TEST(r.seconds < 5);
}

} // namespace

BOOST_AUTO_TEST_SUITE(interrupts)

BOOST_AUTO_TEST_CASE(ctrl_c_ends_node_processes_and_leaves_no_file) {
  check_end(SIGINT, {"--scheduler", "processes", "--nodes", "2"}, 2);
}

BOOST_AUTO_TEST_CASE(sigterm_ends_node_processes_and_leaves_no_file) {
  check_end(SIGTERM, {"--scheduler", "processes", "--nodes", "2"}, 2);
}

BOOST_AUTO_TEST_CASE(both_end_threads_and_the_synchronous_scheduler) {
  check_end(SIGINT, {"--scheduler", "threads"}, 0);
  check_end(SIGTERM, {"--scheduler", "synchronous"}, 0);
}

// Far longer than a second: a product of two blocks of half a gigabyte.
BOOST_AUTO_TEST_CASE(a_kernel_that_takes_long_is_not_waited_for) {
  const empty_folder folder;
  for (const auto* scheduler : {"threads", "synchronous"}) {
    process p{{"eval",
               "x = random.random((8000, 8000), chunks=8000); (x @ x).sum()",
               "--scheduler", scheduler}};
    eventually("it computes", [&] { return cpu_seconds(p.pid()) > 2; });
    const auto told = std::chrono::steady_clock::now();
    p.signal(SIGINT);
    const auto r = p.wait();
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.err.find("interrupted") != std::string::npos, r.err);
    BOOST_TEST(
        (std::chrono::steady_clock::now() - told < std::chrono::seconds(3)));
  }
}

// Nobody is left who could fetch the result.
BOOST_AUTO_TEST_CASE(nodes_end_with_a_session_that_is_killed) {
  process p{{"eval",
             "x = random.random((20000, 20000), chunks=500); (x @ x).sum()",
             "--scheduler", "processes", "--nodes", "2"}};
  std::vector<pid_t> children;
  eventually("two nodes that compute", [&] {
    children = children_of(p.pid());
    return children.size() == 2u && cpu_seconds(children[1]) > 1;
  });
  p.signal(SIGKILL);
  p.wait();
  const auto killed = std::chrono::steady_clock::now();
  eventually("the nodes end", [&] {
    return std::none_of(children.begin(), children.end(), alive);
  });
  BOOST_TEST(
      (std::chrono::steady_clock::now() - killed < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
