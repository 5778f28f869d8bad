#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace tern::test;

namespace {

const std::string slide =
    "x = random.random((600, 600), chunks=(47, 31)); y = x.dot(x.T); "
    "((y + 1) - x.sum(axis=0).mean()).std()";

std::vector<std::string> processes(const std::string& what) {
  return {"eval", what, "--scheduler", "processes", "--nodes", "3", "--json"};
}

// Connects to a port and says something that no node says.
void send_garbage(int port) {
  const int s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_TEST_REQUIRE(::connect(s, reinterpret_cast<sockaddr*>(&to), sizeof to)
                     == 0);
  const std::string junk(100'000, '\xee');
  static_cast<void>(!::send(s, junk.data(), junk.size(), MSG_NOSIGNAL));
  ::close(s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cluster)

BOOST_AUTO_TEST_CASE(rotation_moves_every_actor_and_keeps_the_bits) {
  auto turning = processes(slide);
  turning.push_back("--rotate");
  const auto still =
      tern::test::tern({"eval", slide, "--scheduler", "sync", "--json"}).json();
  const auto moved = tern::test::tern(turning).json();
  BOOST_TEST(moved["value"].dump() == still["value"].dump());
  BOOST_TEST(moved["tasks"] == still["tasks"]);
  BOOST_TEST(moved["migrations"].get<int>() >= moved["tasks"].get<int>());
}

BOOST_AUTO_TEST_CASE(no_node_handles_more_than_its_share_of_messages) {
  const auto j = tern::test::tern(processes(slide)).json();
  const auto by_node = j["messages_by_node"].get<std::vector<double>>();
  BOOST_TEST_REQUIRE(by_node.size() == 3u);
  double all = 0;
  for (auto n : by_node)
    all += n;
  for (auto n : by_node)
    BOOST_TEST(n <= all * 2 / 3);
}

BOOST_AUTO_TEST_CASE(a_plan_of_a_million_blocks_is_submitted_in_4_kB) {
  const auto j = tern::test::tern(
                     processes("x = ones((1000, 1000), chunks=1); "
                               "((x + x.T) - x.mean(axis=0))[0:1, 0:1].sum()"),
                     std::chrono::seconds(120))
                     .json();
  BOOST_TEST(j["value"] == 1.0);
  BOOST_TEST(j["submission_bytes"] <= 4096);
}

BOOST_AUTO_TEST_CASE(sessions_join_running_nodes_and_leave_them_running) {
  three_nodes nodes;
  const auto once =
      tern::test::tern({"eval", slide, "--join", nodes.b.address(), "--json"});
  BOOST_TEST(once.status == 0, once.err);
  BOOST_TEST(once.json()["nodes"] == 3);
  const auto again =
      tern::test::tern({"eval", slide, "--join", nodes.c.address(), "--json"});
  BOOST_TEST(once.json()["value"].dump() == again.json()["value"].dump());
  BOOST_TEST(status_of(nodes.a)["nodes"].size() == 3u);
}

BOOST_AUTO_TEST_CASE(the_nodes_finish_while_the_submitter_is_stopped) {
  three_nodes nodes;
  // long enough that it is stopped in the middle
  const std::string work =
      "x = random.random((4000, 4000), chunks=100); (x.dot(x.T) + x).std()";
  process submitter{{"eval", work, "--join", nodes.a.address(), "--json"}};
  eventually("the plan is accepted", [&] {
    const auto s = status_of(nodes.a);
    return s["plans"].size() == 1u && s["plans"][0]["tasks_done"] > 10;
  });
  submitter.signal(SIGSTOP);
  eventually(
      "all tasks are done",
      [&] {
        const auto s = status_of(nodes.a);
        return s["plans"][0]["tasks_done"] == s["plans"][0]["tasks_total"];
      },
      std::chrono::seconds(100));
  submitter.signal(SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_node_killed_in_the_middle_is_named) {
  three_nodes nodes;
  const std::string work =
      "x = random.random((3000, 3000), chunks=100); (x.dot(x.T) + x).std()";
  process submitter{{"eval", work, "--join", nodes.a.address(), "--json"}};
  eventually("the plan runs", [&] {
    const auto s = status_of(nodes.a);
    return s["plans"].size() == 1u && s["plans"][0]["tasks_done"] > 10;
  });
  nodes.c.self().signal(SIGKILL);
  eventually(
      "the others know",
      [&] { return status_of(nodes.a)["nodes"].size() == 2u; },
      std::chrono::seconds(3));
  const auto r = submitter.wait();
  BOOST_TEST(r.status == 0);
  BOOST_TEST(r.json()["deaths"] == 1);
  BOOST_TEST(r.err.find(nodes.c.address()) != std::string::npos, r.err);
  // the others go on serving
  const auto next = tern::test::tern({"eval", "ones((100,), chunks=5).sum()",
                                      "--join", nodes.b.address(), "--json"});
  BOOST_TEST(next.json()["value"] == 100.0);
  BOOST_TEST(next.json()["nodes"] == 2);
}

BOOST_AUTO_TEST_CASE(a_session_leaves_no_process_behind) {
  process p{processes("x = random.random((8000, 8000), chunks=100); "
                      "(x.dot(x.T) + x).std()")};
  std::vector<pid_t> children;
  eventually("three nodes", [&] {
    children = children_of(p.pid());
    return children.size() == 3u;
  });
  p.signal(SIGKILL);
  p.wait();
  eventually("the nodes end with their session", [&] {
    return std::none_of(children.begin(), children.end(),
                        [](pid_t pid) { return ::kill(pid, 0) == 0; });
  });
}

BOOST_AUTO_TEST_CASE(garbage_on_both_ports_hurts_nobody) {
  test_node a;
  test_node b{{"--join", a.address()}};
  for (int i = 0; i < 5; ++i) {
    send_garbage(a.port());
    send_garbage(a.data_port());
  }
  const auto r = tern::test::tern({"eval", "ones((100,), chunks=5).sum()",
                                   "--join", a.address(), "--json"});
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.json()["nodes"] == 2);
}

BOOST_AUTO_TEST_CASE(a_port_in_use_and_a_foreign_address_are_refused) {
  test_node a;
  const auto used = tern::test::tern({"node", "--listen", a.address()});
  BOOST_TEST(used.status == 1);
  BOOST_TEST(used.err.find(a.address()) != std::string::npos, used.err);
  const auto open = tern::test::tern({"node", "--listen", "0.0.0.0:0"});
  BOOST_TEST(open.status == 2);
  BOOST_TEST(open.err.find("--insecure") != std::string::npos);
  const auto nowhere =
      tern::test::tern({"node", "--listen", "0.0.0.0:0", "--insecure"});
  BOOST_TEST(nowhere.status == 2);
  BOOST_TEST(nowhere.err.find("dial") != std::string::npos, nowhere.err);
}

// Others have to reach whoever joins: on loopback they cannot.
BOOST_AUTO_TEST_CASE(a_cluster_elsewhere_needs_an_address_that_it_can_reach) {
  const std::string elsewhere = "192.0.2.1:7000"; // nobody's, by RFC 5737
  const auto node = tern::test::tern({"node", "--join", elsewhere});
  BOOST_TEST(node.status == 2);
  BOOST_TEST(node.err.find("--listen") != std::string::npos, node.err);
  const auto eval =
      tern::test::tern({"eval", "ones(9).sum()", "--join", elsewhere});
  BOOST_TEST(eval.status == 1); // no --insecure, or no way there at all
  BOOST_TEST(eval.err.find(elsewhere) != std::string::npos, eval.err);
}

BOOST_AUTO_TEST_CASE(joining_where_nobody_is_says_so) {
  const auto r = tern::test::tern({"node", "--join", "127.0.0.1:1"});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("127.0.0.1:1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_asked_to_end_leaves_and_exits_0) {
  test_node a;
  test_node b{{"--join", a.address()}};
  BOOST_TEST(status_of(a)["nodes"].size() == 2u);
  b.self().signal(SIGTERM);
  BOOST_TEST(b.self().wait().status == 0);
  eventually("one node is left",
             [&] { return status_of(a)["nodes"].size() == 1u; });
}

BOOST_AUTO_TEST_SUITE_END()
