// Processes of a plan die: nodes, the one that submitted it, several. The plan
// goes on, and its answer has the same bits.

#include "dataflow/api.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/service.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string>

using namespace tern::test;

namespace {

// Long enough that what is to die dies in the middle.
const std::string work =
    "x = random.random((3000, 3000), chunks=100); (x.dot(x.T) + x).std()";

const std::string& right() {
  static const std::string value = [] {
    const auto r =
        tern::test::tern({"eval", work, "--scheduler", "sync", "--json"});
    BOOST_TEST_REQUIRE(r.status == 0, r.err);
    return r.json()["value"].dump();
  }();
  return value;
}

std::vector<std::string> eval_at(const test_node& n,
                                 const std::string& statements = work) {
  return {"eval", statements, "--join", n.address(), "--json"};
}

void wait_until_done(const test_node& n, double part) {
  eventually("the plan is so far",
             [&] { return progress_of(n).value_or(0) >= part; });
}

// The node's plan, once so much of it is done: in one question, for a plan may
// be over before a second one is answered.
std::string plan_on(const test_node& n, double part = 0) {
  std::string id;
  eventually("the node has a plan that is so far", [&] {
    const auto plans = status_of(n)["plans"];
    if (!plans.empty()
        && plans[0]["tasks_done"].get<double>()
               >= part * plans[0]["tasks_total"].get<double>())
      id = plans[0]["id"];
    return !id.empty();
  });
  return id;
}

void kill_before_it_ends(process& run) {
  run.signal(SIGKILL);
  BOOST_TEST_REQUIRE(run.wait().status == 128 + SIGKILL, "it was quicker");
}

void no_plan_is_left_on(const test_node& n) {
  eventually("the plan is forgotten",
             [&] { return status_of(n)["plans"].empty(); });
  BOOST_TEST(status_of(n)["nodes"][0]["memory_used"] == 0);
}

outcome attach(const std::string& plan, const test_node& n) {
  return tern::test::tern({"attach", plan, "--join", n.address(), "--json"});
}

tern::session session_at(const test_node& n) {
  return tern::session{{.scheduler = tern::scheduler::cluster,
                        .join_host = "127.0.0.1",
                        .join_port = static_cast<std::uint16_t>(n.port())}};
}

/// Submits a plan to `given` of its nodes, says to one of them that it is over
/// if it `ends` it, and is gone.
class careless_submitter final : public tern::plan_client {
public:
  careless_submitter(const test_node& n, std::size_t given, bool ends) {
    auto self = tern::node::start({.threads = 0});
    BOOST_TEST_REQUIRE(self.has_value());
    tern::dataflow_service service{**self, {}};
    BOOST_TEST_REQUIRE(
        (*self)
            ->join("127.0.0.1", static_cast<std::uint16_t>(n.port()))
            .has_value());
    tern::plan p;
    p.id = 77;
    p.view.submitter = (*self)->id();
    for (const auto& m : (*self)->members())
      if (m.threads > 0)
        p.view.places.push_back({m.id, m.threads});
    const auto x = tern::ones({30}, tern::dtype::float64, {{1}});
    p.work = tern::optimize(tern::lower({&x, 1}));
    service.connect(p.id, (*self)->id(), *this);
    for (std::size_t i = 0; i < given; ++i)
      (*self)->send(p.view.places[i].node, tern::message_kind::plan_submit, {},
                    tern::encode(p));
    (*self)->flush();
    eventually("the plan is accepted", [&] { return accepted_ == given; });
    p.view.places.resize(1);
    if (ends)
      service.forget(p.id, p.view);
    service.disconnect(p.id);
  }

  void receive(tern::dataflow_message) override {}
  void receive_reply(tern::node_id, tern::message_kind,
                     const tern::plan_reply&) override {
    ++accepted_;
  }

private:
  std::atomic<std::size_t> accepted_{0};
};

} // namespace

BOOST_AUTO_TEST_SUITE(recovery)

// One word of the submitter to one node is enough.
BOOST_AUTO_TEST_CASE(a_plan_that_is_over_is_over_everywhere) {
  three_nodes nodes;
  const careless_submitter gone{nodes.a, 3, true};
  for (const auto* n : {&nodes.a, &nodes.b, &nodes.c})
    no_plan_is_left_on(*n);
}

// The others wait for what it has, and tell it.
BOOST_AUTO_TEST_CASE(a_node_that_was_not_given_the_plan_gets_it_from_another) {
  three_nodes nodes;
  const careless_submitter gone{nodes.a, 2, false};
  const auto r = attach("4d", nodes.a);
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].size() == 30u);
}

BOOST_AUTO_TEST_CASE(two_nodes_may_die_at_different_times) {
  three_nodes nodes;
  process run{eval_at(nodes.a)};
  wait_until_done(nodes.a, 0.1);
  nodes.c.self().signal(SIGKILL);
  wait_until_done(nodes.a, 0.3);
  nodes.b.self().signal(SIGKILL);
  const auto r = run.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == right());
  BOOST_TEST(r.json()["deaths"] == 2);
  BOOST_TEST(r.json()["recomputed"] < r.json()["tasks"]);
  for (const auto* dead : {&nodes.b, &nodes.c})
    BOOST_TEST(r.err.find(dead->address()) != std::string::npos, r.err);
  no_plan_is_left_on(nodes.a);
}

BOOST_AUTO_TEST_CASE(a_plan_ends_with_the_last_of_its_nodes) {
  test_node a;
  test_node b{{"--join", a.address()}};
  process run{eval_at(a)};
  wait_until_done(a, 0.01);
  a.self().signal(SIGKILL);
  b.self().signal(SIGKILL);
  const auto r = run.wait();
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("the last of the plan") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_CASE(a_node_that_hangs_is_left_behind) {
  three_nodes nodes;
  process run{eval_at(nodes.a)};
  wait_until_done(nodes.a, 0.1);
  nodes.c.self().signal(SIGSTOP);
  const auto r = run.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == right());
  nodes.c.self().signal(SIGCONT); // what it still says hurts nobody
  const auto returned = nodes.c.self().read_line();
  BOOST_TEST(returned.find("returned") != std::string::npos, returned);
  eventually("it is a member again", [&] {
    return status_of(nodes.a)["nodes"].size() == 3u
           && status_of(nodes.c)["nodes"].size() == 3u;
  });
  const auto next = tern::test::tern({"eval", "ones((100,), chunks=5).sum()",
                                      "--join", nodes.b.address(), "--json"});
  BOOST_TEST(next.json()["value"] == 100.0);
  BOOST_TEST(next.json()["nodes"] == 3);
}

// A node that yields (SIGUSR1 is what it says to itself then) has a kernel that
// runs for many seconds more. If it answered until that ends, those that look
// for it would count it among the living, and perhaps yield to it.
BOOST_AUTO_TEST_CASE(a_node_that_yields_is_gone_at_once) {
  three_nodes nodes;
  process run{eval_at(nodes.a, "x = ones((12000, 12000), chunks=12000); "
                               "(x @ x).sum()")};
  test_node* at_work = nullptr;
  eventually(
      "a node computes",
      [&] {
        // more than it takes to fill the matrix, and far less than the product
        constexpr double product = 4;
        for (auto* n : {&nodes.a, &nodes.b, &nodes.c})
          if (cpu_seconds(n->self().pid()) > product)
            at_work = n;
        return at_work != nullptr;
      },
      std::chrono::minutes(2));
  const auto& other = at_work == &nodes.b ? nodes.c : nodes.b;
  const auto before = cpu_seconds(at_work->self().pid());
  at_work->self().signal(SIGUSR1);
  const auto id = at_work->listening()["node"];
  const auto is_known = [&] {
    const auto known = status_of(other)["nodes"];
    return std::ranges::any_of(
        known, [&](const auto& node) { return node["id"] == id; });
  };
  eventually("the others know that it is gone", [&] { return !is_known(); });
  const auto asked = tern::test::tern({"status", "--join", at_work->address()});
  BOOST_TEST(asked.status == 1, asked.out);
  BOOST_TEST(at_work->self().running());
  // it still computes
  eventually("the kernel goes on",
             [&] { return cpu_seconds(at_work->self().pid()) > before + 1; });
  BOOST_TEST(!is_known());
}

BOOST_AUTO_TEST_CASE(somebody_else_gets_the_result_of_a_dead_submitter) {
  three_nodes nodes;
  process run{eval_at(nodes.a)};
  const auto plan = plan_on(nodes.a, 0.05);
  kill_before_it_ends(run);
  eventually("its plan is known to be an orphan", [&] {
    const auto plans = status_of(nodes.a)["plans"];
    return plans.size() == 1u && plans[0]["orphaned"] == true;
  });
  const auto r = attach(plan, nodes.b);
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == right());
  BOOST_TEST(r.json()["dtype"] == "float64");
  no_plan_is_left_on(nodes.a);
  const auto again = attach(plan, nodes.b);
  BOOST_TEST(again.status == 1);
  BOOST_TEST(again.err.find(plan) != std::string::npos, again.err);
}

// The submitter, then a node, then another node while a result is fetched.
BOOST_AUTO_TEST_CASE(a_plan_outlives_its_submitter_and_all_but_one_node) {
  three_nodes nodes;
  process run{eval_at(nodes.a)};
  const auto plan = plan_on(nodes.b, 0.05);
  kill_before_it_ends(run);
  nodes.a.self().signal(SIGKILL);
  wait_until_done(nodes.b, 0.2);
  process heir{{"attach", plan, "--join", nodes.b.address(), "--json"}};
  wait_until_done(nodes.b, 0.3);
  nodes.c.self().signal(SIGKILL);
  const auto r = heir.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == right());
}

BOOST_AUTO_TEST_CASE(who_attaches_to_a_living_submitters_plan_is_refused) {
  three_nodes nodes;
  process run{eval_at(
      nodes.a, "x = random.random((20000, 20000), chunks=500); (x @ x).sum()")};
  const auto plan = plan_on(nodes.a);
  const auto r = attach(plan, nodes.a);
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("lives and waits") != std::string::npos, r.err);
  BOOST_TEST(attach("nonsense", nodes.a).status == 2);
  run.signal(SIGKILL);
}

BOOST_AUTO_TEST_CASE(what_a_session_keeps_is_made_again) {
  three_nodes nodes;
  auto session = session_at(nodes.a);
  const auto x = session.persist(
      tern::random_uniform({400, 400}, 5, tern::dtype::float64, {{20, 20}}));
  const auto before = session.compute(x.sum()).item<double>();
  nodes.c.self().signal(SIGKILL);
  BOOST_TEST(session.compute(x.sum()).item<double>() == before);
  nodes.b.self().signal(SIGKILL);
  BOOST_TEST(session.compute(x.sum()).item<double>() == before);
}

// The plan that made it read an array that nobody keeps any more.
BOOST_AUTO_TEST_CASE(what_cannot_be_made_again_is_an_error_and_no_hang) {
  three_nodes nodes;
  auto session = session_at(nodes.a);
  auto x = session.persist(
      tern::random_uniform({400, 400}, 5, tern::dtype::float64, {{20, 20}}));
  const auto y = session.persist(x + 1.0);
  x = tern::zeros({1});
  eventually("the first plan is forgotten",
             [&] { return status_of(nodes.a)["plans"].size() == 1u; });
  nodes.c.self().signal(SIGKILL);
  BOOST_CHECK_THROW(session.compute(y.sum()), tern::run_error);
}

BOOST_AUTO_TEST_CASE(a_node_that_came_later_stays_of_use_after_a_death) {
  test_node a{{"--threads", "1"}};
  test_node b{{"--join", a.address(), "--threads", "1"}};
  process run{eval_at(a)};
  wait_until_done(a, 0.05);
  test_node late{{"--join", a.address(), "--threads", "1"}};
  wait_until_done(a, 0.2);
  b.self().signal(SIGKILL);
  const auto r = run.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == right());
  BOOST_TEST(r.json()["deaths"] == 1);
  no_plan_is_left_on(a);
  no_plan_is_left_on(late);
}

BOOST_AUTO_TEST_SUITE_END()
