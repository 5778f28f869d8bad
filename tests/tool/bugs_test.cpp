// The planted bugs of apps/examples/bugs: what the tool says names the cause.

#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>

using namespace tern::test;

namespace {

/// A program of apps/examples/bugs that has said whom and where to ask.
class buggy {
public:
  buggy(const std::string& name, std::size_t lines)
    : process_({}, TERN_BINARY_DIR "/" + name) {
    for (std::size_t i = 0; i < lines; ++i) {
      const auto line = process_.read_line();
      const auto colon = line.find(": ");
      BOOST_TEST_REQUIRE(colon != std::string::npos, line);
      said_[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  const std::string& operator[](const std::string& what) const {
    return said_.at(what);
  }
  outcome ask(const std::string& command, const std::string& whom,
              bool json = false) const {
    std::vector<std::string> arguments{command, said_.at(whom), "--join",
                                       said_.at("node")};
    if (json)
      arguments.push_back("--json");
    return tern::test::tern(arguments);
  }
  /// Ends it; what it wrote.
  outcome end() {
    process_.signal(SIGTERM);
    return process_.wait();
  }

private:
  process process_;
  std::map<std::string, std::string> said_;
};

/// Files that are gone with the test.
struct traces_of_race {
  std::string good = TERN_BINARY_DIR "/race.good.tern-trace";
  std::string bad = TERN_BINARY_DIR "/race.bad.tern-trace";
  ~traces_of_race() {
    std::filesystem::remove(good);
    std::filesystem::remove(bad);
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(bugs)

BOOST_AUTO_TEST_CASE(a_deadlock_of_two_actors_is_named_with_its_members) {
  buggy program{"example_deadlock", 3};
  outcome why;
  eventually("the deadlock is named", [&] {
    why = program.ask("why", "left");
    BOOST_TEST_REQUIRE(why.status == 0, why.err);
    return has(why.out, "so: a deadlock of 2 actors: ");
  });
  BOOST_TEST(has(why.out, "desk " + program["left"] + " waits for desk "
                              + program["right"] + " waits for desk "
                              + program["left"]),
             why.out);
  BOOST_TEST(has(why.out, "to `confirm`, and does nothing else"), why.out);
  // seen from the other side, and for programs
  const auto json = program.ask("why", "right", true).json();
  BOOST_TEST(json["circle"] == true);
  BOOST_REQUIRE(json["chain"].size() == 2u);
  for (const auto& step : json["chain"]) {
    BOOST_TEST(step["type"] == "desk");
    BOOST_TEST(step["activity"] == "running");
    BOOST_TEST(step["requests"][0]["blocks"] == true);
  }
  BOOST_TEST(json["chain"][0]["address"] != json["chain"][1]["address"]);
  eventually("the node has said so by itself", [&] {
    return !program.ask("why", "left", true).json()["told"].empty();
  });
  const auto ended = program.end();
  const auto first = ended.err.find(": a deadlock of 2 actors: ");
  BOOST_TEST(first != std::string::npos, ended.err);
}

BOOST_AUTO_TEST_CASE(where_names_the_node_and_the_way) {
  buggy program{"example_deadlock", 3};
  const auto left = program.ask("where", "left", true);
  BOOST_TEST_REQUIRE(left.status == 0, left.err);
  BOOST_TEST(left.json()["address"] == program["node"]);
  BOOST_TEST(left.json()["epoch"] == 1);
  const auto right = program.ask("where", "right", true);
  BOOST_TEST_REQUIRE(right.status == 0, right.err);
  BOOST_TEST(right.json()["address"] != program["node"]);
  BOOST_TEST(right.json()["epoch"].get<int>() > 1);
  BOOST_TEST(right.json()["came_from"] == left.json()["node"]);
}

BOOST_AUTO_TEST_CASE(a_lost_reply_leads_to_the_handler_that_sent_nothing) {
  buggy program{"example_lost_reply", 5}; // "shipped: tea" among them
  outcome why;
  eventually("all is quiet", [&] {
    why = program.ask("why", "shop", true);
    BOOST_TEST_REQUIRE(why.status == 0, why.err);
    const auto step = why.json()["chain"][0];
    return step["activity"] == "idle" && step["last_sent"] == 0;
  });
  const auto step = why.json()["chain"][0];
  BOOST_TEST(step["last_sender"] == program["store"]);
  BOOST_TEST(step["open_requests"] == 0);
  BOOST_TEST(step["mailbox"] == 0);
  const auto words = program.ask("why", "shop");
  BOOST_TEST(has(words.out, "the last message came from " + program["store"]),
             words.out);
  BOOST_TEST(has(words.out, "its handler sent nothing"), words.out);
  // the buyer, who waits, is no cause: nothing of it is open
  const auto waits = program.ask("why", "buyer");
  BOOST_TEST(has(waits.out, "waits for a message; the last message came from "
                                + program["shop"]),
             waits.out);
}

BOOST_AUTO_TEST_CASE(a_race_of_messages_is_found_by_a_seed_and_named_by_diff) {
  const std::string program = TERN_BINARY_DIR "/example_message_race";
  const traces_of_race traces;
  process race{{traces.good, traces.bad}, program};
  const auto found = race.wait();
  BOOST_TEST_REQUIRE(found.status == 0, found.err);
  BOOST_TEST(has(found.out, "without moves: all seeds hold"), found.out);
  BOOST_TEST(has(found.out, "with moves: broken by seed "), found.out);
  // the first message that the two runs do not share
  const auto diff =
      tern::test::tern({"diff", traces.good, traces.bad, "--json"});
  BOOST_TEST_REQUIRE(diff.status == 1, diff.err);
  const auto first = diff.json()["actors"]["first"];
  BOOST_TEST(first["actor"] == "actor 1 of node 0"); // the store
  BOOST_TEST(first["a"]["message"] == "message put");
  BOOST_TEST(first["a"]["sender"] == "actor 3 of node 0"); // the writer
  BOOST_TEST(first["b"]["message"] == "request get");
  BOOST_TEST(first["b"]["sender"] == "actor 2 of node 0"); // the reader
  // and where: right after the store had come to another node
  process again{{"replay", traces.bad, "store", "--list"}, program};
  const auto told = again.wait();
  BOOST_TEST_REQUIRE(told.status == 0, told.err);
  const auto arrival = told.out.rfind("its arrival");
  BOOST_TEST_REQUIRE(arrival != std::string::npos, told.out);
  const auto get = told.out.find("request get", arrival);
  BOOST_TEST(get < told.out.find("message put", arrival), told.out);
}

BOOST_AUTO_TEST_CASE(a_slow_node_is_named_by_what_waits_for_it) {
  buggy program{"example_slow_node", 3};
  outcome why;
  eventually("only the slow one is awaited", [&] {
    why = program.ask("why", "foreman", true);
    BOOST_TEST_REQUIRE(why.status == 0, why.err);
    const auto chain = why.json()["chain"];
    return chain.size() == 2u && chain[0]["open_requests"] == 1
           && chain[1]["address"] == program["slow"];
  });
  const auto chain = why.json()["chain"];
  BOOST_TEST(chain[0]["requests"][0]["message"] == "piece");
  BOOST_TEST(chain[1]["type"] == "worker");
  BOOST_TEST(chain[1]["activity"] == "running");
  const std::string conclusion = why.json()["conclusion"];
  BOOST_TEST(has(conclusion, "a handler of worker "), conclusion);
  BOOST_TEST(has(conclusion, "of node " + program["slow"]), conclusion);
}

BOOST_AUTO_TEST_CASE(a_sender_without_credit_leads_to_who_gives_none) {
  buggy program{"example_no_credit", 3};
  outcome why;
  eventually("the press may send no more", [&] {
    why = program.ask("why", "press");
    BOOST_TEST_REQUIRE(why.status == 0, why.err);
    return has(why.out,
               program["binder"] + " takes no more messages from it for now");
  });
  BOOST_TEST(has(why.out, "so: a handler of binder " + program["binder"]
                              + " runs since "),
             why.out);
  const auto chain = program.ask("why", "press", true).json()["chain"];
  BOOST_REQUIRE(chain.size() == 2u);
  BOOST_TEST(chain[0]["activity"] == "idle");
  BOOST_TEST(chain[0]["open_requests"] == 0);
  BOOST_TEST(chain[1]["actor"] == program["binder"]);
  BOOST_TEST(chain[1]["activity"] == "running");
  BOOST_TEST(chain[1]["mailbox"] > 0);
}

BOOST_AUTO_TEST_CASE(who_cannot_be_asked_is_named) {
  const test_node plain;
  const auto no_system =
      tern::test::tern({"why", "actor/1f/1", "--join", plain.address()});
  BOOST_TEST(no_system.status == 1);
  BOOST_TEST(has(no_system.err, "no node of an actor_system"), no_system.err);
  buggy program{"example_lost_reply", 5};
  const auto nobody =
      tern::test::tern({"where", "actor/1f/1", "--join", program["node"]});
  BOOST_TEST(nobody.status == 1);
  BOOST_TEST(has(nobody.err, "no node has actor/"), nobody.err);
  BOOST_TEST(tern::test::tern({"why", "actor/1f/1"}).status == 2);
  BOOST_TEST(
      tern::test::tern({"why", "actor/1f/1", "0/0", "--join", program["node"]})
          .status
      == 2);
  const auto nowhere =
      tern::test::tern({"why", "actor/1f/1", "--join", "127.0.0.1:1"});
  BOOST_TEST(nowhere.status == 1);
  BOOST_TEST(has(nowhere.err, "127.0.0.1:1"), nowhere.err);
}

BOOST_AUTO_TEST_SUITE_END()
