#include "actors/trace/otel_export.hpp"
#include "tests/actors/made_trace.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace tern;
using tern::testing::made_trace;
using tern::testing::trace_of;

namespace {

using nlohmann::json;

constexpr std::uint64_t end_of_run = 1'700'000'000'000'000'000;
constexpr node_id here{1};
constexpr node_id there{2};
constexpr std::uint64_t plan = 0x4d;

json exported(const trace_content& trace, otel_counts* counts = nullptr) {
  std::ostringstream out;
  const auto done = export_otel(trace, end_of_run, out);
  BOOST_TEST_REQUIRE(done.has_value());
  if (counts)
    *counts = *done;
  return json::parse(out.str());
}

std::vector<json> spans_of(const json& all) {
  std::vector<json> spans;
  for (const auto& resource : all["resourceSpans"])
    for (const auto& scope : resource["scopeSpans"])
      for (const auto& span : scope["spans"])
        spans.push_back(span);
  return spans;
}

bool is_hex(const json& id, std::size_t digits) {
  static const std::regex form{"[0-9a-f]+"};
  const auto text = id.get<std::string>();
  return text.size() == digits && std::regex_match(text, form)
         && text.find_first_not_of('0') != std::string::npos;
}

std::uint64_t unix_time(const json& time) {
  BOOST_TEST_REQUIRE(time.is_string()); // 64 bits are, in protobuf's JSON
  BOOST_TEST_REQUIRE(
      std::regex_match(time.get<std::string>(), std::regex{"[0-9]+"}));
  return std::stoull(time.get<std::string>());
}

/// The rules for a list of attributes: a key, and one value of one type.
void check_attributes(const json& all) {
  std::set<std::string> keys;
  for (const auto& each : all) {
    BOOST_TEST(each.size() == 2u);
    BOOST_TEST(keys.insert(each["key"].get<std::string>()).second);
    BOOST_TEST_REQUIRE(each["value"].size() == 1u);
    const auto type = each["value"].begin().key();
    const auto& value = each["value"].begin().value();
    BOOST_TEST(
        (type == "stringValue" || type == "intValue" || type == "boolValue"));
    BOOST_TEST(value.is_boolean() == (type == "boolValue"));
    BOOST_TEST(value.is_string() == (type != "boolValue"));
  }
}

void check_span(const json& span) {
  static const std::set<std::string> known{
      "traceId",         "spanId",     "name",  "kind",  "startTimeUnixNano",
      "endTimeUnixNano", "attributes", "links", "status"};
  for (const auto& [key, value] : span.items())
    BOOST_TEST(known.contains(key), key);
  BOOST_TEST(is_hex(span["traceId"], 32));
  BOOST_TEST(is_hex(span["spanId"], 16));
  BOOST_TEST(!span["name"].get<std::string>().empty());
  BOOST_TEST(span["kind"].is_number_integer()); // never the name of an enum
  BOOST_TEST(unix_time(span["startTimeUnixNano"])
             <= unix_time(span["endTimeUnixNano"]));
  BOOST_TEST(unix_time(span["endTimeUnixNano"]) <= end_of_run);
  check_attributes(span["attributes"]);
  if (span.contains("status"))
    BOOST_TEST(span["status"]["code"] == 2);
}

trace_event task_event(std::uint64_t time, trace_kind kind,
                       std::uint64_t index) {
  return {time, actor_id::task(0, 1, index).low, 0, kind, 0, 0, 1};
}

trace_event message(std::uint64_t time, trace_kind kind, std::uint64_t actor,
                    std::uint64_t number, std::uint16_t scope) {
  return {time, actor, number, kind, 1, 100, scope};
}

node_trace node_of(node_id id, node_id peer, std::vector<trace_event> events) {
  node_trace n;
  n.node = id;
  n.name = "a \"node\" \xff"; // no UTF-8
  n.pid = 12;
  n.peers = {id, peer};
  n.scopes = {0, plan, here.value};
  n.threads.push_back({0, "worker", std::move(events)});
  return n;
}

} // namespace

BOOST_AUTO_TEST_SUITE(otel_exports)

using enum trace_kind;

BOOST_AUTO_TEST_CASE(tasks_and_messages_are_spans_and_causes_are_links) {
  const auto task1 = actor_id::task(0, 1, 1).low;
  const auto task2 = actor_id::task(0, 1, 2).low;
  const auto actor = actor_id::stateful(here, 5).low;
  otel_counts counts;
  const auto all = exported(
      trace_of(
          {node_of(here, there,
                   {task_event(1000, fired, 1), task_event(5000, finished, 1),
                    message(5000, sent, task1, 77, 1),
                    message(5100, sent, task1, 78, 1)}),
           node_of(there, here,
                   {message(6000, received, task2, 77, 1),
                    message(6100, received, actor, 78, 2),
                    task_event(7000, fired, 2), task_event(9000, failed, 2)})}),
      &counts);
  BOOST_TEST(counts.tasks == 2u);
  BOOST_TEST(counts.messages == 1u);
  BOOST_TEST(counts.links == 2u);
  std::map<std::string, json> spans;
  for (const auto& span : spans_of(all))
    spans[span["name"].get<std::string>()] = span;
  BOOST_TEST_REQUIRE(spans.size() == 3u);
  const auto& first = spans.at("task 1/1");
  const auto& second = spans.at("task 1/2");
  const auto& sent_on =
      spans.at(name_in(names_of_messages(), 100) + " to actor 5");
  BOOST_TEST(unix_time(second["endTimeUnixNano"]) == end_of_run);
  BOOST_TEST(unix_time(first["startTimeUnixNano"]) == end_of_run - 8000);
  BOOST_TEST(first["traceId"] == second["traceId"]);
  BOOST_TEST(first["traceId"].get<std::string>().ends_with("4d"));
  BOOST_TEST(!first.contains("status"));
  BOOST_TEST(second["status"]["code"] == 2);
  for (const auto* effect : {&second, &sent_on}) {
    BOOST_TEST_REQUIRE((*effect)["links"].size() == 1u);
    BOOST_TEST((*effect)["links"][0]["spanId"] == first["spanId"]);
    BOOST_TEST((*effect)["links"][0]["traceId"] == first["traceId"]);
  }
  BOOST_TEST(sent_on["kind"] == 5);
  BOOST_TEST(unix_time(sent_on["endTimeUnixNano"])
                 - unix_time(sent_on["startTimeUnixNano"])
             == 1000u);
}

BOOST_AUTO_TEST_CASE(any_trace_keeps_the_rules_of_the_encoding) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto trace = read_trace(made_trace{seed}.file(20));
    BOOST_TEST_REQUIRE(trace.has_value());
    otel_counts counts;
    const auto all = exported(*trace, &counts);
    BOOST_TEST(all.size() == 1u);
    BOOST_TEST(all["resourceSpans"].size() == trace->nodes.size());
    for (const auto& resource : all["resourceSpans"]) {
      check_attributes(resource["resource"]["attributes"]);
      for (const auto& scope : resource["scopeSpans"])
        BOOST_TEST(scope["scope"]["name"] == "tern");
    }
    const auto spans = spans_of(all);
    BOOST_TEST(spans.size() == counts.tasks + counts.messages);
    std::set<std::pair<std::string, std::string>> ids;
    std::uint64_t links = 0;
    for (const auto& span : spans) {
      check_span(span);
      BOOST_TEST(ids.emplace(span["traceId"], span["spanId"]).second);
    }
    for (const auto& span : spans)
      for (const auto& link : span.value("links", json::array())) {
        ++links;
        BOOST_TEST(ids.contains({link["traceId"], link["spanId"]}));
      }
    BOOST_TEST(links == counts.links);
    BOOST_TEST(links > 0u);
    BOOST_TEST(exported(*trace) == all); // ids are stable
  }
}

BOOST_AUTO_TEST_CASE(what_has_not_ended_says_so) {
  const auto all = exported(trace_of({node_of(
      here, there, {task_event(10, fired, 1), task_event(90, counter, 0)})}));
  const auto spans = spans_of(all);
  BOOST_TEST_REQUIRE(spans.size() == 1u);
  BOOST_TEST(unix_time(spans[0]["endTimeUnixNano"]) == end_of_run);
  BOOST_TEST(spans[0]["attributes"].back()["key"] == "tern.unfinished");
}

BOOST_AUTO_TEST_SUITE_END()
