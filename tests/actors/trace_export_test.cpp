#include "actors/trace/csv_export.hpp"
#include "actors/trace/shiviz_export.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace tern;
using tern::testing::trace_of;

namespace {

constexpr node_id here{1};
constexpr node_id there{2};
constexpr auto have = static_cast<std::uint16_t>(message_kind::have);
constexpr std::uint16_t no_message = 0;
constexpr std::uint64_t plan = 0x4d;

trace_event at(std::uint64_t time, trace_kind kind, std::uint64_t argument,
               std::uint16_t peer = 0) {
  return {time,
          actor_id::task(0, 1, 2).low,
          argument,
          kind,
          peer,
          kind == trace_kind::sent || kind == trace_kind::received ? have
                                                                   : no_message,
          1};
}

node_trace node_of(node_id id, node_id peer, const std::string& name,
                   std::vector<trace_event> events) {
  node_trace n;
  n.node = id;
  n.name = name;
  n.peers = {id, peer};
  n.scopes = {0, plan};
  n.threads.push_back({0, "one \"thread\", quoted", std::move(events)});
  return n;
}

using enum trace_kind;

/// One event as ShiViz reads it.
struct shown {
  std::string host;
  std::map<std::string, std::uint64_t> clock;
  std::string what;
};

std::vector<shown> read_shiviz(const std::string& log) {
  // as (?<event>.*)\n(?<host>\S*) (?<clock>{.*}), what ShiViz reads by itself
  const std::regex form{R"((.*)\n(\S*) (\{.*\})\n)"};
  std::vector<shown> out;
  for (std::sregex_iterator i{log.begin(), log.end(), form}, end; i != end; ++i)
    out.push_back({(*i)[2], nlohmann::json::parse((*i)[3].str()), (*i)[1]});
  return out;
}

std::vector<shown> shiviz_of(const trace_content& trace) {
  std::ostringstream out;
  BOOST_TEST_REQUIRE(export_shiviz(trace, out).has_value());
  return read_shiviz(out.str());
}

} // namespace

BOOST_AUTO_TEST_SUITE(trace_exports)

BOOST_AUTO_TEST_CASE(an_event_is_a_line_of_values) {
  std::ostringstream out;
  BOOST_TEST(export_csv(trace_of({node_of(
                            here, there, "a:1",
                            {at(1000, fired, 7), at(1005, sent, 0x1f, 1)})}),
                        out)
                 .has_value());
  BOOST_TEST(
      out.str()
      == "node,thread,time_ns,event,actor,peer,message,number,argument,scope"
         "\r\n"
         "a:1,\"one \"\"thread\"\", quoted\",0,fired,task 1/2,,,,7,4d\r\n"
         "a:1,\"one \"\"thread\"\", quoted\",5,sent,task 1/2,"
             + to_string(there) + ",have,1f,,4d\r\n");
}

BOOST_AUTO_TEST_CASE(a_trace_of_nothing_is_a_line_of_names) {
  std::ostringstream out;
  BOOST_TEST(export_csv(trace_of({}), out).has_value());
  const auto text = out.str();
  BOOST_TEST(text.starts_with("node,thread,"));
  BOOST_TEST(text.find("\r\n") == text.size() - 2);
  BOOST_TEST(shiviz_of(trace_of({})).empty());
}

// The clocks of the nodes lie apart: what was received seems earlier.
BOOST_AUTO_TEST_CASE(who_received_knows_what_the_sender_had_done) {
  const auto log = shiviz_of(
      trace_of({node_of(here, there, "a:1",
                        {at(5000, node_up, 0, 1), at(5001, sent, 1, 1),
                         at(5002, fired, 0), at(5003, sent, 2, 1)}),
                node_of(there, here, "b:2",
                        {at(10, received, 1, 1), at(20, received, 2, 1),
                         at(30, sent, 3, 1)})}));
  BOOST_TEST_REQUIRE(log.size() == 6u); // a task concerns no other node
  std::map<std::string, std::vector<const shown*>> of;
  for (const auto& e : log)
    of[e.host].push_back(&e);
  BOOST_TEST_REQUIRE(of["a:1"].size() == 3u);
  BOOST_TEST_REQUIRE(of["b:2"].size() == 3u);
  BOOST_TEST(of["a:1"][2]->clock.at("a:1") == 3u);
  const auto& first = *of["b:2"][0];
  BOOST_TEST(first.clock.at("a:1") == 2u);
  BOOST_TEST(first.clock.at("b:2") == 1u);
  BOOST_TEST(first.what.starts_with("received have 1 from a:1"));
  BOOST_TEST(of["b:2"][1]->clock.at("a:1") == 3u);
  // its end is not in the trace
  BOOST_TEST(of["b:2"][2]->clock.at("b:2") == 3u);
}

BOOST_AUTO_TEST_CASE(ends_in_an_impossible_order_are_shown_all_the_same) {
  const auto log = shiviz_of(trace_of(
      {node_of(here, there, "a:1", {at(1, received, 2, 1), at(2, sent, 1, 1)}),
       node_of(there, here, "b:2",
               {at(3, received, 1, 1), at(4, sent, 2, 1)})}));
  BOOST_TEST(log.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_node_that_came_back_is_another_one) {
  const auto log = shiviz_of(
      trace_of({node_of(here, there, "a:1", {at(1, node_up, 0, 1)}),
                node_of(there, here, "a:1", {at(2, node_up, 0, 1)})}));
  BOOST_TEST_REQUIRE(log.size() == 2u);
  BOOST_TEST(log[0].host != log[1].host);
}

BOOST_AUTO_TEST_SUITE_END()
