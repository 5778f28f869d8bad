// What `tern top`, `tern graph` and the progress bars show, as text.

#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/plan_dot.hpp"
#include "apps/tern/progress_bar.hpp"
#include "apps/tern/top_table.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tern;

namespace {

using json = nlohmann::ordered_json;

json node(const char* id, std::uint64_t messages, std::uint64_t tasks) {
  return {{"id", id},
          {"host", "127.0.0.1"},
          {"port", 7000},
          {"threads", 2},
          {"busy", 1},
          {"queued", 3},
          {"memory_used", 1'000'000},
          {"memory_limit", 2'000'000'000},
          {"bytes_spilled", 0},
          {"messages", messages},
          {"tasks_run", tasks},
          {"actors", {{"ready", 5}, {"running", 1}}}};
}

json plan_of_two_layers() {
  return {{"id", "00000000000000ab"},
          {"state", "running"},
          {"tasks_total", 20},
          {"tasks_done", 5},
          {"orphaned", true},
          {"layers",
           {{{"layer", 0},
             {"what", "blockwise, 1 steps"},
             {"expression", "ones"},
             {"tasks", 10},
             {"tasks_done", 5}},
            {{"layer", 1},
             {"what", "finish"},
             {"expression", "sum"},
             {"tasks", 10},
             {"tasks_done", 0}}}}};
}

edge_index plan_of(const std::string& text) {
  return edge_index{optimize(lower(arrays_in(evaluate(text))))};
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1))
    ++n;
  return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(pictures)

BOOST_AUTO_TEST_CASE(rates_are_differences_over_time) {
  const json before{{"nodes", {node("a", 100, 10), node("b", 50, 10)}}};
  const json now{{"nodes", {node("a", 300, 40), node("c", 900, 90)}}};
  const auto rated = with_rates(before, now, 2);
  BOOST_TEST(rated["nodes"][0]["messages_per_second"] == 100.0);
  BOOST_TEST(rated["nodes"][0]["tasks_per_second"] == 15.0);
  // one that has just come has no rate yet
  BOOST_TEST(rated["nodes"][1]["messages_per_second"] == 0.0);
  // a node that began anew counts from 0 again
  const auto anew = with_rates(now, before, 2);
  BOOST_TEST(anew["nodes"][0]["messages_per_second"] == 0.0);
}

BOOST_AUTO_TEST_CASE(the_table_names_nodes_plans_and_layers_under_way) {
  const json status{{"nodes", {node("a", 1, 1)}},
                    {"plans", {plan_of_two_layers()}},
                    {"silent", {{{"host", "127.0.0.1"}, {"port", 7009}}}}};
  const auto text = top_table(status, 0, 0);
  BOOST_TEST(text.find("127.0.0.1:7000") != std::string::npos, text);
  BOOST_TEST(text.find("1/2") != std::string::npos, text);
  BOOST_TEST(text.find("5 ready, 1 running") != std::string::npos, text);
  BOOST_TEST(text.find("127.0.0.1:7009        does not answer")
                 != std::string::npos,
             text);
  BOOST_TEST(text.find("plan 00000000000000ab") != std::string::npos, text);
  BOOST_TEST(text.find("its submitter has died") != std::string::npos, text);
  BOOST_TEST(text.find("layer   0") != std::string::npos, text);
  BOOST_TEST(text.find("50 %") != std::string::npos, text);
  BOOST_TEST(text.find("layer   1") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(the_table_keeps_to_its_screen) {
  json status{{"nodes", json::array()}, {"plans", json::array()}};
  for (int i = 0; i < 50; ++i)
    status["nodes"].push_back(node("a", 1, 1));
  status["nodes"][0]["actors"]["größte"] = 7;
  const auto text = top_table(status, 100, 10);
  BOOST_TEST(count(text, "\n") == 10u);
  BOOST_TEST(text.find("... 42 more lines") != std::string::npos, text);
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos;
       begin = end + 1, end = text.find('\n', begin)) {
    const auto line = text.substr(begin, end - begin);
    const auto columns = std::ranges::count_if(
        line, [](unsigned char c) { return (c & 0xc0) != 0x80; });
    BOOST_TEST(columns <= 100, line);
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_says_little_is_shown_all_the_same) {
  const json status{{"nodes", {{{"id", "a"}, {"threads", "many"}}}},
                    {"plans", {json::object()}}};
  const auto text = top_table(status, 0, 0);
  BOOST_TEST(count(text, "\n") == 3u, text);
}

BOOST_AUTO_TEST_CASE(parts_have_lines_while_they_are_few_and_under_way) {
  const std::vector<progress_part> parts{
      {"done", 4, 4}, {"half\x1b[2Jway", 2, 4}, {"not begun", 0, 4}};
  const auto lines = part_lines(parts, 80, 8);
  BOOST_REQUIRE(lines.size() == 1u);
  BOOST_TEST(lines[0] == "[##########..........]  50 %  2 of 4  half [2Jway");
  BOOST_TEST(part_lines(parts, 10, 8)[0].size() == 10u);
  BOOST_TEST(part_lines(parts, 80, 0).empty());
}

BOOST_AUTO_TEST_CASE(strings_of_dot_hold_any_text) {
  BOOST_TEST(dot_string("a \"b\" \\n\nc\td") == "\"a \\\"b\\\" \\\\n\\nc d\"");
}

BOOST_AUTO_TEST_CASE(layers_are_drawn_with_what_they_take) {
  const auto plan =
      plan_of("x = random.random((100, 100), chunks=50); (x @ x).sum()");
  const auto dot = layers_dot(plan, "a title");
  BOOST_REQUIRE(dot.has_value());
  BOOST_TEST(count(*dot, "[label=") == plan.layers());
  BOOST_TEST(count(*dot, "peripheries=2") == 1u);
  BOOST_TEST(dot->find("float64 (100, 100) in blocks of (50, 50)\\n4 tasks, "
                       "80kB")
                 != std::string::npos,
             *dot);
  std::size_t edges = 0;
  for (layer_id id = 0; id < plan.layers(); ++id)
    edges += plan.at(id).inputs.size();
  BOOST_TEST(count(*dot, " -> ") == edges);
}

BOOST_AUTO_TEST_CASE(tasks_are_drawn_with_all_their_edges) {
  const auto plan = plan_of("ones(100, chunks=10).sum()");
  const auto dot = tasks_dot(plan, "");
  BOOST_REQUIRE(dot.has_value());
  std::size_t slots = 0;
  for (layer_id id = 0; id < plan.layers(); ++id)
    for (std::int64_t rank = 0; rank < plan.needed(id).size(); ++rank)
      slots += plan.slots(plan.at_rank(id, rank));
  BOOST_TEST(count(*dot, " -> ") == slots);
  BOOST_TEST(count(*dot, "/") == static_cast<std::size_t>(plan.tasks()));
}

BOOST_AUTO_TEST_CASE(too_many_tasks_are_refused_with_the_limit) {
  const auto plan = plan_of("ones(2000, chunks=1).sum()");
  const auto dot = tasks_dot(plan, "");
  BOOST_REQUIRE(!dot.has_value());
  BOOST_TEST(dot.error().what.find("up to 1000") != std::string::npos,
             dot.error().what);
  BOOST_TEST(layers_dot(plan, "").has_value());
}

BOOST_AUTO_TEST_CASE(a_million_tasks_are_a_few_boxes) {
  const auto plan = plan_of("ones(10**9, chunks=1000).sum()");
  BOOST_TEST(plan.tasks() > 1'000'000);
  BOOST_TEST(layers_dot(plan, "").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
