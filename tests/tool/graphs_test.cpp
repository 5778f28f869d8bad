// Task graphs of one's own on running nodes that have loaded a library of
// functions, and what is left of them when nobody wants them any more.

#include "tests/dataflow/api/sessions.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stop_token>
#include <thread>

using tern::future;
using tern::test::eventually;
using tern::test::status_of;
using tern::test::test_node;
using tern::testing::error_of;
using tern::testing::folder;

namespace {

const std::string library = TERN_BINARY_DIR "/test_functions_library.so";
const std::string primes = TERN_BINARY_DIR "/example_primes.so";

/// Two nodes of two threads that know the functions of the tests.
struct two_nodes {
  test_node a{{"--threads", "2", "--load", library, "--load", primes}};
  test_node b{{"--threads", "2", "--load", library, "--load", primes, "--join",
               a.address()}};

  tern::session open() const {
    return tern::session{{.scheduler = tern::scheduler::cluster,
                          .join_host = "127.0.0.1",
                          .join_port = static_cast<std::uint16_t>(a.port())}};
  }

  void are_empty() const {
    eventually("nothing is left on the nodes", [&] {
      const auto now = status_of(a);
      bool empty = now.at("plans").empty();
      for (const auto& node : now.at("nodes"))
        empty = empty && node.at("memory_used") == 0;
      return empty;
    });
  }
};

/// Asks to stop once a file is there.
class stopper {
public:
  stopper(const folder& where, std::string file)
    : thread_([this, &where, file = std::move(file)] {
        while (!where.has(file))
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
        source_.request_stop();
      }) {}
  std::stop_token token() const {
    return source_.get_token();
  }

private:
  std::stop_source source_;
  std::jthread thread_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(graphs)

BOOST_AUTO_TEST_CASE(functions_of_libraries_may_submit_calls_and_wait) {
  const two_nodes nodes;
  auto s = nodes.open();
  BOOST_TEST(s.gather(s.submit("leaves", 3)).item<double>() == 8);
  nodes.are_empty();
}

BOOST_AUTO_TEST_CASE(nodes_run_the_functions_of_the_libraries_they_loaded) {
  const two_nodes nodes;
  auto s = nodes.open();
  const std::vector<int> ends{10, 100, 1000};
  std::int64_t primes_in_all = 0;
  for (const auto& done : s.as_completed(s.map("count_primes", 0, ends)))
    primes_in_all += done.result().item<std::int64_t>();
  BOOST_TEST(primes_in_all == 4 + 25 + 168);
  BOOST_TEST(s.gather(s.submit("sum", 1, 2)).item<double>() == 3);
}

BOOST_AUTO_TEST_CASE(a_stopped_gather_leaves_nothing_on_the_nodes) {
  const folder here;
  const two_nodes nodes;
  auto s = nodes.open();
  const auto slow = s.submit("wait_for", here.file("gate"));
  std::vector<future> calls{s.submit("sum", slow, 1)};
  for (int i = 1; i < 50; ++i) // blocks that wait for their readers
    calls.push_back(s.submit("sum", s.submit("count_to", 10'000 * i), slow));
  const stopper stop{here, "gate.begun"};
  const auto e = error_of([&] { s.gather(calls, stop.token()); });
  BOOST_TEST((e.kind == tern::failure_kind::cancelled));
  BOOST_TEST(s.gather(s.submit("sum", 1, 2)).item<double>() == 3);
  here.create("gate"); // what runs, runs to its end
  nodes.are_empty();
}

BOOST_AUTO_TEST_CASE(dropped_completions_leave_nothing_on_the_nodes) {
  const folder here;
  const two_nodes nodes;
  auto s = nodes.open();
  std::vector<future> calls{s.submit("wait_for", here.file("gate"))};
  for (int i = 1; i < 50; ++i)
    calls.push_back(s.submit("count_to", 1000 * i));
  {
    auto all = s.as_completed(calls);
    BOOST_TEST(all.next()->number() != 0u);
  }
  here.create("gate");
  nodes.are_empty();
  BOOST_TEST(s.gather(s.submit("sum", 1, 2)).item<double>() == 3);
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_and_what_was_taken_leave_nothing) {
  const two_nodes nodes;
  auto s = nodes.open();
  std::vector<future> calls{s.submit("sum", s.submit("fail", 1), 2)};
  for (int i = 1; i < 50; ++i)
    calls.push_back(s.submit("count_to", 1000 * i));
  std::size_t failed = 0;
  for (const auto& done : s.as_completed(calls))
    failed += done.failed() ? 1u : 0u;
  BOOST_TEST(failed == 1u);
  nodes.are_empty();
}

BOOST_AUTO_TEST_CASE(a_call_that_kills_three_nodes_is_named_and_kills_no_more) {
  tern::session s{{.scheduler = tern::scheduler::processes,
                   .threads = 2,
                   .nodes = 5,
                   .executable = TERN_BINARY_DIR "/tern",
                   .libraries = {library}}};
  std::vector<future> calls{s.submit("sum", s.submit("die"), 1)};
  for (int i = 0; i < 20; ++i) // innocent, but always there
    calls.push_back(s.submit("nap", 50, i));
  std::size_t given = 0;
  for (const auto& done : s.as_completed(calls)) {
    ++given;
    const auto e = error_of([&] { done.result(); });
    BOOST_TEST(e.any == (done.number() == 0));
    if (!e.any)
      continue;
    BOOST_TEST(e.what.starts_with("die(), block (): poisonous: 3 nodes died "
                                  "while they ran it ("));
    BOOST_TEST(e.what.ends_with("), so no other does"));
  }
  BOOST_TEST(given == 21u);
  BOOST_TEST(s.gather(s.submit("sum", 3, 4)).item<double>() == 7);
  BOOST_TEST(s.last_run().nodes == 2u);
}

BOOST_AUTO_TEST_CASE(a_library_that_is_wrong_ends_the_node_with_its_name) {
  const auto missing = tern::test::tern({"node", "--load", "missing.so"});
  BOOST_TEST(missing.status == 1);
  BOOST_TEST(missing.err == "tern node: missing.so: there is no such file\n");
  const auto twice =
      tern::test::tern({"node", "--load", primes, "--load", primes});
  BOOST_TEST(twice.status == 1);
  BOOST_TEST(twice.err
             == "tern node: " + primes
                    + ": two functions are registered as add\n");
}

BOOST_AUTO_TEST_CASE(a_session_tells_what_is_wrong_with_a_library) {
  for (auto kind : {tern::scheduler::synchronous, tern::scheduler::threads,
                    tern::scheduler::processes}) {
    const auto e = error_of([&] {
      tern::session{{.scheduler = kind,
                     .nodes = 1,
                     .executable = TERN_BINARY_DIR "/tern",
                     .libraries = {"/nowhere/lib.so"}}};
    });
    BOOST_TEST(e.what == "/nowhere/lib.so: there is no such file");
  }
  const auto eval =
      tern::test::tern({"eval", "--load", "/nowhere/lib.so", "ones(3).sum()"});
  BOOST_TEST(eval.status == 1);
  BOOST_TEST(eval.err == "tern eval: /nowhere/lib.so: there is no such file\n");
}

BOOST_AUTO_TEST_CASE(eval_calls_functions_of_a_library_on_the_blocks) {
  for (const auto* scheduler : {"synchronous", "threads", "processes"}) {
    const auto run = [&](const std::string& statements) {
      return tern::test::tern({"eval", "--load", library, "--scheduler",
                               scheduler, "--nodes", "2", statements});
    };
    const auto well = run("x = ones((7, 5), chunks=2);"
                          "(map_blocks('halve', x + 1) * 3).sum()");
    BOOST_TEST(well.out == "105.0\n");
    const auto bad = run("map_blocks('blocks', ones((4, 4), chunks=2))");
    BOOST_TEST(bad.status == 1);
    BOOST_TEST(bad.err
               == "tern eval: map_blocks('blocks', ones((4, 4), chunks=2)), "
                  "block (0, 0): a block of shape () came of it instead of "
                  "(2, 2)\n");
  }
}

BOOST_AUTO_TEST_CASE(a_node_with_other_libraries_is_refused) {
  const test_node a{{"--threads", "1", "--load", primes}};
  const auto plain = tern::test::tern({"node", "--join", a.address()});
  BOOST_TEST(plain.status == 1);
  BOOST_TEST(plain.err.find("loaded (--load) are example_primes.so ")
             != plain.err.npos);
  BOOST_TEST(plain.err.ends_with(", the newcomer's none\n"));
  // one that takes no work calls nothing
  const auto eval =
      tern::test::tern({"eval", "--join", a.address(), "ones(3).sum()"});
  BOOST_TEST(eval.out == "3.0\n");
}

BOOST_AUTO_TEST_SUITE_END()
