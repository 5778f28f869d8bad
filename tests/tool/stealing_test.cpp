// Work finds idle nodes: real processes, tasks that sleep (so that it does not
// matter what else the machine does), one compute thread a node.

#include "dataflow/runtime/executor.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <thread>

using namespace tern;
using tern::test::eventually;
using tern::test::status_of;
using tern::test::test_node;

namespace {

const std::string node_program = std::string{TERN_BINARY_DIR} + "/test_node";

struct slept {
  int pid = 0;
  std::uint64_t woke_up = 0; ///< monotonic ns
};

/// Some nodes and a session that has joined them.
class sleeping_cluster {
public:
  explicit sleeping_cluster(unsigned nodes) {
    remove_notes();
    for (unsigned i = 0; i < nodes; ++i)
      add();
    session_options o;
    o.scheduler = scheduler::cluster;
    o.join_host = "127.0.0.1";
    o.join_port = static_cast<std::uint16_t>(nodes_.front()->port());
    auto opened = executor::open(o);
    BOOST_TEST_REQUIRE(opened.has_value());
    executor_ = std::move(*opened);
  }
  ~sleeping_cluster() {
    executor_.reset();
    remove_notes();
  }

  test_node& add() {
    std::vector<std::string> join;
    if (!nodes_.empty())
      join = {"--join", nodes_.front()->address()};
    nodes_.push_back(std::make_unique<test_node>(join, node_program));
    return *nodes_.back();
  }

  /// A layer of `tasks` that sleep so long.
  layer naps(int milliseconds, std::int64_t tasks) const {
    layer l;
    op_call call{"nap", {}};
    const auto text = std::to_string(milliseconds) + ' ' + notes_;
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    call.arguments.assign(bytes, bytes + text.size());
    l.op = std::move(call);
    l.out = {axis_chunks::ones(tasks)};
    l.expression = "nap";
    return l;
  }

  result<run_report> try_run(std::vector<layer> layers,
                             const compute_hooks& hooks) {
    graph work;
    for (layer_id id = 0; id < layers.size(); ++id)
      work.roots.push_back(id);
    work.layers = std::move(layers);
    return executor_->compute(std::move(work), hooks);
  }

  run_report run(std::vector<layer> layers, const compute_hooks& hooks = {}) {
    auto report = try_run(std::move(layers), hooks);
    BOOST_TEST_REQUIRE(report.has_value(), report.error().what);
    return *report;
  }

  std::vector<slept> notes(const std::string& what = "") const {
    std::vector<slept> out;
    std::ifstream in{notes_ + what};
    for (slept s; in >> s.pid >> s.woke_up;)
      out.push_back(s);
    return out;
  }

  std::size_t notes_of(int pid, const std::string& what = "") const {
    const auto all = notes(what);
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const slept& s) { return s.pid == pid; }));
  }

private:
  void remove_notes() const {
    for (const auto* what : {"", ".begun"})
      std::filesystem::remove(notes_ + what);
  }

  std::string notes_ =
      std::string{TERN_BINARY_DIR} + "/naps-" + std::to_string(::getpid());
  std::vector<std::unique_ptr<test_node>> nodes_;
  std::unique_ptr<executor> executor_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(stealing)

// Layers of one task go round robin, so every fourth is the same node's.
BOOST_AUTO_TEST_CASE(very_uneven_work_takes_a_fifth_more_than_ideal_at_most) {
  sleeping_cluster c{4};
  std::vector<layer> layers;
  int total = 0;
  for (int i = 0; i < 160; ++i) {
    const int milliseconds = i % 4 == 0 ? 100 : 5;
    layers.push_back(c.naps(milliseconds, 1));
    total += milliseconds;
  }
  const auto r = c.run(std::move(layers));
  const auto ideal = total / 4.0 / 1000;
  BOOST_TEST_MESSAGE("ideal " << ideal << " s, took " << r.seconds << " s, "
                              << r.steals << " steals");
  BOOST_TEST(r.seconds <= 1.2 * ideal);
  BOOST_TEST(r.tasks == 160u);
  BOOST_TEST(r.steals >= 20u);
  BOOST_TEST(r.migrations >= r.steals);
  BOOST_TEST(c.notes().size() == 160u);
}

// The aim is 0.2 s; the test allows ten times that.
BOOST_AUTO_TEST_CASE(a_node_that_joins_a_run_has_work_at_once) {
  sleeping_cluster c{3};
  int joined = 0;
  std::uint64_t listening = 0;
  compute_hooks hooks;
  hooks.accepted = [&](std::uint64_t, const plan_view&) {
    auto& late = c.add();
    joined = late.self().pid();
    listening = late.listening()["time"].get<std::uint64_t>();
  };
  const auto r = c.run({c.naps(40, 200)}, hooks);
  std::uint64_t first = 0;
  std::size_t share = 0;
  for (const auto& s : c.notes())
    if (s.pid == joined && share++ == 0)
      first = s.woke_up;
  const auto seconds =
      (static_cast<double>(first) - static_cast<double>(listening)) * 1e-9;
  BOOST_TEST_MESSAGE("first task done " << seconds << " s after listening, "
                                        << share << " of 200 tasks");
  BOOST_TEST_REQUIRE(share > 0u);
  BOOST_TEST(seconds < 2.0);
  // a fourth of what was left when it came; half of that is fair enough
  BOOST_TEST(share >= 20u);
  BOOST_TEST(r.nodes == 4u);
  BOOST_TEST(r.tasks == 200u);
  BOOST_TEST_REQUIRE(r.tasks_by_node.size() == 4u);
  BOOST_TEST(r.tasks_by_node[3] == share);
  BOOST_TEST(c.notes().size() == 200u);
}

BOOST_AUTO_TEST_CASE(a_guest_changes_no_bit_and_forgets_the_plan) {
  const std::string statement =
      "x = random.random((16000, 16000), chunks=500); "
      "((x + x.T) - x.mean(axis=0)).std()";
  const std::vector<std::string> one_thread{"--threads", "1"};
  test_node a{one_thread};
  test_node b{{"--join", a.address(), "--threads", "1"}};
  tern::test::process run{{"eval", statement, "--join", a.address(), "--json"}};
  eventually("the plan runs", [&] { return !status_of(a)["plans"].empty(); });
  test_node late{{"--join", a.address(), "--threads", "1"}};
  const auto r = run.wait();
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.json()["nodes"] == 3);
  BOOST_TEST(r.json()["steals"].get<int>() > 0);
  const auto right = tern::test::tern({"eval", statement, "--json"});
  BOOST_TEST(r.json()["value"] == right.json()["value"]);
  BOOST_TEST(r.json()["tasks"] == right.json()["tasks"]);
  eventually("the guest has forgotten it",
             [&] { return status_of(late)["plans"].empty(); });
}

// What it has not run and what it held is run again.
BOOST_AUTO_TEST_CASE(a_guest_may_be_killed_at_any_moment) {
  for (int round = 0; round < 4; ++round) {
    sleeping_cluster c{2};
    const bool early = round % 2 == 0;
    const std::int64_t tasks = early ? 12 : 120;
    std::thread killer;
    compute_hooks hooks;
    hooks.accepted = [&](std::uint64_t, const plan_view&) {
      auto& late = c.add();
      killer = std::thread{[&c, &late, early] {
        const std::string what = early ? ".begun" : "";
        eventually("the guest has" + what + " a task",
                   [&] { return c.notes_of(late.self().pid(), what) > 0; });
        late.self().signal(SIGKILL);
      }};
    };
    std::size_t roots = 0;
    hooks.sink = [&](std::size_t, const shape&, const shape&,
                     const block&) -> result<void> {
      ++roots;
      return {};
    };
    c.run({c.naps(early ? 200 : 15, tasks)}, hooks);
    killer.join();
    BOOST_TEST(roots == static_cast<std::size_t>(tasks));
  }
}

BOOST_AUTO_TEST_SUITE_END()
