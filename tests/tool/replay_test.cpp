// `tern replay` of actors of a user's classes: real processes, whose actors
// move all the time.

#include "actors/replay/replay_actor.hpp"
#include "apps/examples/bank/actors.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <sys/ptrace.h>
#include <sys/wait.h>

using namespace tern::test;

namespace {

const std::string folder = TERN_BINARY_DIR "/";
const std::string classes = folder + "example_bank_classes.so";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// An account as the bank's own checker saw it at the end.
struct seen_account {
  std::string actor;
  std::int64_t balance = 0;
  std::uint64_t moves = 0;
};

/// A bank on three processes that was recorded.
struct recorded_bank {
  explicit recorded_bank(const std::string& name)
    : path(folder + name + ".bank.tern-trace") {
    process bank{{"3", "4", "400", path}, folder + "example_bank"};
    const auto ran = bank.wait();
    BOOST_TEST_REQUIRE(ran.status == 0, ran.err);
    std::istringstream lines{ran.out};
    for (std::string line; std::getline(lines, line);)
      if (std::istringstream words{line}; line.starts_with("account: ")) {
        std::string title;
        seen_account a;
        words >> title >> a.actor >> a.balance >> a.moves;
        accounts.push_back(a);
      }
    BOOST_TEST_REQUIRE(accounts.size() == 4u);
  }
  ~recorded_bank() {
    std::filesystem::remove(path);
  }

  std::string path;
  std::vector<seen_account> accounts;
};

tern::replay_report replay_of(const recorded_bank& bank,
                              const std::string& actor) {
  const auto trace = tern::load_trace(bank.path);
  BOOST_TEST_REQUIRE(trace.has_value());
  const auto history =
      tern::history_of({&*trace, 1}, tern::parse_actor_id(actor));
  BOOST_TEST_REQUIRE(history.has_value());
  tern::actor_types known;
  known.add<bank::account>();
  const auto report = tern::replay_actor(*history, known);
  BOOST_TEST_REQUIRE(report.has_value());
  return *report;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replays)

BOOST_AUTO_TEST_CASE(an_actor_that_moved_between_processes_is_had_again) {
  const recorded_bank bank{"again"};
  for (const auto& account : bank.accounts) {
    BOOST_TEST(account.moves >= 5u);
    const auto r = tern::test::tern(
        {"replay", bank.path, account.actor, "--load", classes, "--json"});
    BOOST_TEST_REQUIRE(r.status == 0, r.out + r.err);
    const auto said = r.json();
    BOOST_TEST(said["same"] == true);
    BOOST_TEST(said["class"] == "bank.account");
    BOOST_TEST(said["moves"] >= 5);
    BOOST_TEST((said["moves"] == account.moves || !said["gaps"].empty()),
               r.out);
    BOOST_TEST(said["nodes"] == 3);
    BOOST_TEST(said["compared"] == said["handlers"]);
    // the state itself, as the account told it when it was asked
    const auto report = replay_of(bank, account.actor);
    bank::statement is;
    tern::archive_reader from{report.fields};
    from(is);
    BOOST_TEST(from.failed().empty());
    BOOST_TEST(is.balance == account.balance);
    BOOST_TEST(is.moves == account.moves);
    BOOST_TEST(said["bytes"] == report.fields.size());
  }
}

BOOST_AUTO_TEST_CASE(a_program_replays_its_own_actors) {
  const recorded_bank bank{"own"};
  process again{{"replay", bank.path, "bank.teller", "--json"},
                folder + "example_bank"};
  const auto r = again.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.out + r.err);
  BOOST_TEST(r.json()["same"] == true);
  BOOST_TEST(r.json()["messages"] >= 800); // a transfer and an answer each
  process wrong{{"replay", bank.path}, folder + "example_bank"};
  const auto usage = wrong.wait();
  BOOST_TEST(usage.status == 2);
  BOOST_TEST(has(usage.err, "TRACE ACTOR"), usage.err);
}

BOOST_AUTO_TEST_CASE(a_part_of_a_replay_is_listed) {
  const recorded_bank bank{"part"};
  const auto r = tern::test::tern({"replay", bank.path, "bank.teller", "--load",
                                   classes, "--until", "7", "--list"});
  BOOST_TEST_REQUIRE(r.status == 0, r.out + r.err);
  BOOST_TEST(has(r.out, "     7  "), r.out);
  BOOST_TEST(!has(r.out, "     8  "), r.out);
  BOOST_TEST(has(r.out, "message bank::transfer of "), r.out);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_again_is_said) {
  const recorded_bank bank{"said"};
  const auto& actor = bank.accounts.front().actor;
  const auto ask = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "replay");
    return tern::test::tern(arguments);
  };
  const auto unknown = ask({bank.path, actor});
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(has(unknown.err, "class bank.account is not known here"),
             unknown.err);
  const auto nobody = ask({bank.path, "actor/1f/1", "--load", classes});
  BOOST_TEST(nobody.status == 1);
  BOOST_TEST(has(nobody.err, "no steps of actor/"), nobody.err);
  const auto several = ask({bank.path, "bank.account", "--load", classes});
  BOOST_TEST(several.status == 2);
  BOOST_TEST(has(several.err, "say which"), several.err);
  const auto library =
      ask({bank.path, actor, "--load", folder + "example_primes.so"});
  BOOST_TEST(library.status == 1);
  BOOST_TEST(has(library.err, "it has no tern_actors()"), library.err);
  const auto alone = ask({bank.path, actor, "--load", classes, "--gdb"});
  BOOST_TEST(alone.status == 2);
  BOOST_TEST(has(alone.err, "gdb --args"), alone.err);
  BOOST_TEST(ask({bank.path, actor, "--until", "0"}).status == 2);
}

// From the middle of their lives: nobody asked for it when they were born.
BOOST_AUTO_TEST_CASE(actors_of_a_running_cluster_are_recorded_from_outside) {
  process program{{}, folder + "example_slow_node"};
  std::string foreman;
  std::string node;
  while (node.empty()) {
    const auto line = program.read_line();
    const auto value = line.substr(line.find(": ") + 2);
    if (line.starts_with("foreman: "))
      foreman = value;
    if (line.starts_with("node: "))
      node = value;
  }
  const auto path = folder + "outside.tern-trace";
  const auto record =
      tern::test::tern({"trace", "record", "--join", node, "--level",
                        "payloads", "--for", "5s", "-o", path, "--json"});
  BOOST_TEST_REQUIRE(record.status == 0, record.err);
  BOOST_TEST(record.json()["nodes"] == 4); // and who records
  BOOST_TEST(record.json()["steps"] > 8);
  BOOST_TEST(record.json()["lost_steps"] == 0);
  const auto trace = tern::load_trace(path);
  BOOST_TEST_REQUIRE(trace.has_value());
  const auto history =
      tern::history_of({&*trace, 1}, tern::parse_actor_id(foreman));
  BOOST_TEST_REQUIRE(history.has_value());
  const auto refused = tern::test::tern({"replay", path, foreman});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(has(refused.err, "class foreman is not known here"), refused.err);
  std::filesystem::remove(path);
  const auto usage = tern::test::tern(
      {"trace", "record", "--join", node, "--for", "soon", "-o", path});
  BOOST_TEST(usage.status == 2);
  BOOST_TEST(has(usage.err, "'soon' is no span of time"), usage.err);
  program.signal(SIGTERM);
}

// The debugger is this process.
BOOST_AUTO_TEST_CASE(a_debugger_is_stopped_right_before_the_handler) {
  const recorded_bank bank{"debugger"};
  const auto program = folder + "tern";
  const auto& actor = bank.accounts.front().actor;
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execl(program.c_str(), "tern", "replay", bank.path.c_str(), actor.c_str(),
            "--load", classes.c_str(), "--until", "3", "--gdb", "--json",
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int traps = 0;
  int status = 0;
  while (::waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
    const int signal = WSTOPSIG(status);
    traps += signal == SIGTRAP;
    ::ptrace(PTRACE_CONT, child, nullptr,
             signal == SIGTRAP ? 0L : long{signal});
  }
  BOOST_TEST(traps == 2); // one of them of exec
  BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

BOOST_AUTO_TEST_SUITE_END()
