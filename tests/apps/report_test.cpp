// What a report is made of: the stream of tasks, the layers, the file itself.

#include "actors/trace/message_flights.hpp"
#include "apps/tern/report/layer_graph.hpp"
#include "apps/tern/report/report_html.hpp"
#include "apps/tern/report/run_report.hpp"
#include "apps/tern/report/task_stream.hpp"
#include "apps/tern/report/told_actors.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tern;

namespace {

constexpr std::uint64_t plan_id = 77;
constexpr std::uint64_t hostile_id = 78;
const std::string hostile = "</script><img src=x onerror=alert(1)><!--";

std::uint64_t task(std::uint64_t layer, std::uint64_t index) {
  return actor_id::task(0, layer, index).low;
}

trace_event at(std::uint64_t time, trace_kind kind, std::uint64_t who,
               std::uint16_t peer = 0) {
  return {time, who, 0, kind, peer, 0, 1};
}

using events = std::vector<trace_event>;

void add_run(events& to, std::uint64_t begin, std::uint64_t end,
             std::uint64_t who, trace_kind how = trace_kind::finished) {
  to.push_back(at(begin, trace_kind::fired, who));
  to.push_back(at(end, how, who));
}

node_trace node_of(std::uint64_t id, std::vector<events> threads) {
  node_trace n;
  n.node.value = id;
  n.name = "127.0.0.1:" + std::to_string(7000 + id);
  n.peers = {node_id{id}, node_id{3 - id}};
  n.scopes = {0, plan_id};
  for (auto& each : threads)
    n.threads.push_back({static_cast<std::uint32_t>(n.threads.size()), "worker",
                         std::move(each)});
  return n;
}

trace_content trace_of(std::vector<node_trace> nodes) {
  trace_content all;
  all.nodes = std::move(nodes);
  return all;
}

task_stream stream_of(const trace_content& trace,
                      const stream_limits& limits = {}) {
  return tern::stream_of(trace, std::vector<std::int64_t>(trace.nodes.size()),
                         limits);
}

/// `count` tasks of 10 ns, one every 20 ns; one of 100'000 ns after them.
trace_content busy_trace(std::uint64_t count) {
  std::vector<node_trace> nodes;
  for (std::uint64_t n = 1; n <= 2; ++n) {
    events all;
    for (std::uint64_t i = 0; i < count; ++i)
      add_run(all, 1000 + 20 * i, 1010 + 20 * i, task(n, i),
              i == 5 ? trace_kind::failed : trace_kind::finished);
    add_run(all, 1000 + 20 * count, 101'000 + 20 * count, task(9, n));
    nodes.push_back(node_of(n, {all}));
  }
  return trace_of(std::move(nodes));
}

std::uint64_t in_bars(const task_stream& s) {
  std::uint64_t sum = 0;
  for (const auto& b : s.bars)
    sum += b.tasks;
  return sum;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto i = text.find(what); i != text.npos; i = text.find(what, i + 1))
    ++n;
  return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(tasks_are_on_the_lanes_of_their_threads) {
  events first;
  add_run(first, 100, 150, task(3, 0));
  add_run(first, 160, 200, task(4, 7), trace_kind::failed);
  events second;
  add_run(second, 120, 130, task(3, 1));
  const auto s = stream_of(trace_of({node_of(1, {first, {}, second})}));
  BOOST_TEST(s.begin == 100);
  BOOST_TEST(s.span == 100);
  BOOST_TEST_REQUIRE(s.lanes.size() == 2u);
  BOOST_TEST(s.lanes[1].thread == 2u);
  BOOST_TEST_REQUIRE(s.tasks.size() == 3u);
  BOOST_TEST(s.tasks[1].begin == 60);
  BOOST_TEST(s.tasks[1].time == 40);
  BOOST_TEST(s.tasks[1].failed);
  BOOST_TEST(s.tasks[2].lane == 1u);
  BOOST_TEST(s.layers.at(s.tasks[2].layer).layer == 3u);
  BOOST_TEST(s.layers[0].time == 60); // most time first
  BOOST_TEST(s.ended == 3u);
  BOOST_TEST(s.merged == 0u);
}

BOOST_AUTO_TEST_CASE(too_many_tasks_are_merged_and_none_is_lost) {
  stream_limits limits;
  limits.tasks = 100;
  limits.bars = 64;
  const auto s = stream_of(busy_trace(5000), limits);
  BOOST_TEST(s.ended == 10'002u);
  BOOST_TEST(s.bars.size() <= 64u);
  BOOST_TEST(s.tasks.size() == 2u); // the long ones
  BOOST_TEST(s.merged == 10'000u);
  BOOST_TEST(in_bars(s) == s.merged);
  BOOST_TEST(s.merged + s.tasks.size() + s.off_lane + s.left_out == s.ended);
  std::uint64_t failed = 0;
  std::int64_t busy = 0;
  for (const auto& b : s.bars) {
    failed += b.failed;
    busy += b.busy;
    BOOST_TEST(b.begin + b.width <= s.span + b.width);
  }
  BOOST_TEST(failed == 2u);
  BOOST_TEST(busy == 100'000);
}

BOOST_AUTO_TEST_CASE(lanes_beyond_the_limit_are_counted) {
  stream_limits limits;
  limits.lanes = 1;
  const auto s = stream_of(busy_trace(10), limits);
  BOOST_TEST(s.lanes.size() == 1u);
  BOOST_TEST(s.lanes_left_out == 1u);
  BOOST_TEST(s.left_out == 11u);
  BOOST_TEST(s.tasks.size() + s.left_out == s.ended);
}

BOOST_AUTO_TEST_CASE(tasks_that_overlap_on_one_thread_stay_within_the_limits) {
  events all; // as no node writes it
  for (std::uint64_t i = 0; i < 1000; ++i) {
    all.push_back(at(10, trace_kind::fired, task(1, i)));
    all.push_back(at(1'000'000, trace_kind::finished, task(1, i)));
  }
  stream_limits limits;
  limits.tasks = 100;
  limits.bars = 64;
  const auto s = stream_of(trace_of({node_of(1, {all})}), limits);
  BOOST_TEST(s.tasks.size() <= 64u);
  BOOST_TEST(s.tasks.size() + s.merged == 1000u);
  BOOST_TEST(in_bars(s) == s.merged);
}

BOOST_AUTO_TEST_CASE(a_move_is_an_arrow_from_where_it_left_to_where_it_came) {
  const auto s = stream_of(
      trace_of({node_of(1, {{at(10, trace_kind::fired, task(0, 0)),
                             at(11, trace_kind::finished, task(0, 0)),
                             at(20, trace_kind::lent, task(1, 1), 1),
                             at(30, trace_kind::stolen, task(1, 2), 1)}}),
                node_of(2, {{at(25, trace_kind::moved, task(1, 1), 1),
                             at(39, trace_kind::moved, task(1, 2), 1),
                             at(50, trace_kind::moved, task(1, 3), 1),
                             at(60, trace_kind::moved, task(1, 4), 0)}})}));
  BOOST_TEST_REQUIRE(s.arrows.size() == 4u);
  BOOST_TEST((s.arrows[0].what == arrow_kind::lent));
  BOOST_TEST(s.arrows[0].sent == 10);
  BOOST_TEST(s.arrows[0].received == 15);
  BOOST_TEST(s.arrows[0].from == 0u);
  BOOST_TEST(s.arrows[0].to == 1u);
  BOOST_TEST((s.arrows[1].what == arrow_kind::stolen));
  BOOST_TEST(s.arrows[1].sent == 20);
  BOOST_TEST((s.arrows[2].what == arrow_kind::moved));
  BOOST_TEST(s.arrows[2].sent == s.arrows[2].received);
  stream_limits limits;
  limits.arrows = 2;
  const auto few =
      stream_of(trace_of({node_of(1, {}),
                          node_of(2, {{at(1, trace_kind::moved, 1, 1),
                                       at(2, trace_kind::moved, 2, 1),
                                       at(3, trace_kind::moved, 3, 1)}})}),
                limits);
  BOOST_TEST(few.arrows.size() == 2u);
  BOOST_TEST(few.arrows_left_out == 1u);
}

BOOST_AUTO_TEST_CASE(edges_between_layers_have_the_bytes_that_are_read) {
  const auto x = random_uniform({40, 40}, 1, dtype::float64, {{10}});
  const std::vector<array> roots{x.dot(x)};
  const edge_index plan{optimize(lower(roots))};
  const auto all = layers_of(plan);
  BOOST_TEST(all.boxes.size() == plan.layers());
  BOOST_TEST_REQUIRE(!all.edges.empty());
  const auto& e = all.edges.front();
  BOOST_TEST(!e.about);
  BOOST_TEST(e.bytes == e.reads * 10 * 10 * sizeof(double));
  layer_graph_limits limits;
  limits.counted = 1;
  const auto few = layers_of(plan, limits);
  BOOST_TEST_REQUIRE(!few.edges.empty());
  BOOST_TEST(few.edges.front().about);
  BOOST_TEST(few.edges.front().bytes == e.bytes); // all tasks read alike
  limits.layers = 1;
  const auto first = layers_of(plan, limits);
  BOOST_TEST(first.left_out == plan.layers() - 1);
  BOOST_TEST(first.boxes.size() == 1u);
  BOOST_TEST(first.edges.empty());
}

BOOST_AUTO_TEST_CASE(actors_and_what_failed_are_told_of_first) {
  events all;
  for (std::uint64_t i = 0; i < 50; ++i)
    add_run(all, 10 * i, 10 * i + i % 7, task(1, i),
            i == 40 ? trace_kind::failed : trace_kind::finished);
  all.push_back(
      at(900, trace_kind::moved, actor_id::stateful(node_id{}, 5).low, 1));
  const auto trace = trace_of({node_of(1, {all})});
  const auto two = choose_actors(trace, 2, 10, 1000);
  BOOST_TEST(two.left_out == 49u);
  BOOST_TEST(two.chosen.contains(
      actor_id{plan_id, actor_id::stateful(node_id{}, 5).low}));
  BOOST_TEST(two.chosen.contains(actor_id{plan_id, task(1, 40)}));
  BOOST_TEST(choose_actors(trace, 1000, 10, 5).chosen.size() == 3u);
}

BOOST_AUTO_TEST_CASE(modules_become_one_script) {
  BOOST_TEST(
      one_script({"export const a = 1;\n", "import {a}\n  from './a.js';\n"
                                           "export class B {}\nimport x;"
                                           "\nuse(a);"})
      == "const a = 1;\nclass B {}\nuse(a);\n");
}

BOOST_AUTO_TEST_CASE(hostile_names_stay_text) {
  auto n = node_of(1, {{}});
  add_run(n.threads[0].events, 1, 2, task(0, 0));
  n.name = hostile;
  n.threads[0].name = hostile;
  auto trace = trace_of({n});
  trace.header.messages[1] = hostile;
  trace.plans.push_back({hostile_id, hostile, {}}); // of a plan that is none
  const auto report = report_of(trace, hostile, {hostile + ".tern-trace"});
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST((*report)["title"] == hostile);
  const auto html = html_of(*report);
  BOOST_TEST(html.find("<img") == html.npos);
  BOOST_TEST(html.find("<!--") == html.npos);
  BOOST_TEST(count_of(html, "<script") == 3u);
  BOOST_TEST(count_of(html, "</script") == 3u);
  const std::string opened = R"(<script type="application/json" id="report">)";
  const auto begin = html.find(opened) + opened.size();
  const auto data = html.substr(begin, html.find("</script>", begin) - begin);
  BOOST_TEST((nlohmann::ordered_json::parse(data) == *report));
  bool told = false;
  for (const auto& note : (*report)["notes"])
    told = told || note.get<std::string>().starts_with("Plan 4e: ");
  BOOST_TEST(told);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_replaced) {
  auto n = node_of(1, {{}});
  add_run(n.threads[0].events, 1, 2, task(0, 0));
  n.name = "\xff\xfe";
  const auto report = report_of(trace_of({n}), "\xc3", {"\x80"});
  BOOST_TEST_REQUIRE(report.has_value());
  const auto html = html_of(*report);
  BOOST_TEST(html.find('\xff') == html.npos);
  BOOST_TEST(html.find("<title>\xef\xbf\xbd</title>") != html.npos);
}

BOOST_AUTO_TEST_CASE(times_beyond_all_clocks_do_no_harm) {
  events all;
  add_run(all, 0, ~std::uint64_t{0}, task(0, 0));
  add_run(all, ~std::uint64_t{0} - 5, ~std::uint64_t{0}, task(0, 1));
  const auto trace = trace_of({node_of(1, {all})});
  const auto report = report_of(trace, "t", {"f"});
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST((*report)["stream"]["counts"]["ended"] == 2);
}

BOOST_AUTO_TEST_CASE(a_trace_without_events_has_no_report) {
  const auto report = report_of(trace_of({node_of(1, {{}})}), "t", {"f"});
  BOOST_TEST_REQUIRE(!report.has_value());
  BOOST_TEST((report.error().kind == failure_kind::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
