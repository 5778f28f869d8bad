// The questions on a trace file: `tern critical`, `diff`, `provenance` and
// `replay`, of real runs on two nodes.

#include "dataflow/array/array.hpp"
#include "dataflow/runtime/executor.hpp"
#include "serialization/checksum.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <sys/ptrace.h>
#include <sys/wait.h>

using namespace tern::test;

namespace {

const std::string folder = std::string{TERN_BINARY_DIR} + "/";
const std::string library = folder + "test_functions_library.so";
const std::string work = "x = random.random((400, 400), chunks=100); (x @ x).T "
                         "+ x";

/// The trace of a run, for the life of the object.
struct traced {
  std::string path;
  nlohmann::json report;

  traced(const std::string& name, const std::string& statements,
         std::vector<std::string> more = {}, int status = 0)
    : path(folder + name + ".tern-trace") {
    std::vector<std::string> run{
        "eval",      statements, "--scheduler", "processes", "--nodes", "2",
        "--threads", "1",        "--trace",     path,        "--json"};
    run.insert(run.end(), more.begin(), more.end());
    const auto r = tern::test::tern(run);
    BOOST_TEST_REQUIRE(r.status == status, r.err);
    if (status == 0)
      report = r.json();
  }
  ~traced() {
    std::filesystem::remove(path);
  }
  traced(const traced&) = delete;
  traced& operator=(const traced&) = delete;
};

nlohmann::json answer_of(const std::vector<std::string>& arguments,
                         int status = 0) {
  auto asked = arguments;
  asked.push_back("--json");
  const auto r = tern::test::tern(asked);
  BOOST_TEST_REQUIRE(r.status == status, r.err);
  return r.json();
}

/// The blocks of the only root, one checksum a task.
std::map<std::string, std::string> sums_of_run(const std::string& layer) {
  using namespace tern;
  const auto x = random_uniform({400, 400}, 7, dtype::float64, {{100}});
  const std::vector<array> roots{binary(opcode::add, x.dot(x).transpose(), x)};
  session_options o;
  o.scheduler = scheduler::processes;
  o.nodes = 2;
  o.executable = folder + "tern";
  auto s = executor::open(o);
  BOOST_TEST_REQUIRE(s.has_value());
  std::map<std::string, std::string> sums;
  compute_hooks hooks;
  hooks.sink = [&](std::size_t, const shape& index, const shape&,
                   const block& data) -> result<void> {
    char text[17];
    std::snprintf(text, sizeof(text), "%016llx",
                  static_cast<unsigned long long>(checksum(data.payload())));
    sums[layer + "/" + std::to_string(4 * index[0] + index[1])] = text;
    return {};
  };
  BOOST_TEST_REQUIRE((*s)->compute(roots, hooks).has_value());
  return sums;
}

/// The last layer of a plan: what its provenance is asked of.
std::string last_layer(const traced& run) {
  const auto critical = answer_of({"critical", run.path});
  const auto task = critical["steps"].back()["task"].get<std::string>();
  return task.substr(0, task.find('/'));
}

} // namespace

BOOST_AUTO_TEST_SUITE(questions)

BOOST_AUTO_TEST_CASE(the_critical_path_of_a_real_run_adds_up) {
  const traced run{"critical", work};
  const auto told = answer_of({"critical", run.path});
  BOOST_TEST(told["text"] == work);
  BOOST_TEST(told["tasks"] == run.report["tasks"]);
  BOOST_TEST(told["tasks_seen"] == told["tasks"]);
  const auto span = told["span_ns"].get<std::int64_t>();
  std::int64_t parts = 0;
  for (const auto& [name, time] : told["parts_ns"].items())
    parts += time.get<std::int64_t>();
  BOOST_TEST(parts == span);
  std::int64_t at = 0;
  std::int64_t computing = 0;
  for (const auto& s : told["steps"]) {
    BOOST_TEST(s["begin_ns"].get<std::int64_t>() == at);
    at += s["time_ns"].get<std::int64_t>();
    if (s["part"] == "computing")
      computing += s["time_ns"].get<std::int64_t>();
  }
  BOOST_TEST(at == span);
  BOOST_TEST(computing > 0);
  BOOST_TEST(computing == told["parts_ns"]["computing"].get<std::int64_t>());
  std::int64_t of_layers = 0;
  for (const auto& l : told["layers"])
    of_layers += l["time_ns"].get<std::int64_t>();
  BOOST_TEST(of_layers == computing);
  const auto guess = told["what_if_seconds"];
  BOOST_TEST(guess["as_it_was"].get<double>() > 0);
  BOOST_TEST(guess["no_waiting"].get<double>()
             <= guess["as_it_was"].get<double>() * 1.000001);
  BOOST_TEST(guess["one_node_more"].get<double>() > 0);
  const auto words = tern::test::tern({"critical", run.path});
  BOOST_TEST_REQUIRE(words.status == 0, words.err);
  BOOST_TEST(words.out.find("transfer between nodes") != std::string::npos,
             words.out);
}

BOOST_AUTO_TEST_CASE(two_runs_of_one_plan_are_compared) {
  const traced a{"diff_a", work};
  const traced b{"diff_b", work};
  const traced c{"diff_c", "x = random.random((400, 400), chunks=100); (x @ x)"
                           ".T - x"};
  BOOST_TEST(answer_of({"diff", a.path, a.path})["same"] == true);
  const auto alike =
      answer_of({"diff", a.path, b.path, "--ignore", "place,order"});
  BOOST_TEST(alike["same"] == true);
  BOOST_TEST(alike["plans"][0]["tasks"] == a.report["tasks"]);
  const auto other = answer_of({"diff", a.path, c.path}, 1);
  BOOST_TEST(other["same"] == false);
  BOOST_TEST(other["other_plan"]["plan"] == 1);
  const auto words = tern::test::tern({"diff", a.path, c.path});
  BOOST_TEST(words.status == 1);
  BOOST_TEST(words.out.find("another one in the two files")
                 != std::string::npos,
             words.out);
  const auto none = tern::test::tern({"diff", a.path, folder + "nothing"});
  BOOST_TEST(none.status == 2);
  BOOST_TEST(none.err.find("nothing") != std::string::npos, none.err);
}

// Nodes that do not know the function fail its tasks.
BOOST_AUTO_TEST_CASE(a_run_that_failed_parts_at_a_task_that_failed) {
  const std::string calls = "map_blocks('halve', arange(40.0, chunks=10)) + 1";
  const traced good{"good", calls, {"--load", library}};
  const traced bad{"bad", calls, {}, 1};
  const auto told =
      answer_of({"diff", good.path, bad.path, "--ignore", "place,order"}, 1);
  const auto first = told["plans"][0]["first"];
  BOOST_TEST_REQUIRE(first.is_object());
  BOOST_TEST(first["by"] == "outcome");
  BOOST_TEST(first["a"]["failed"] == false);
  BOOST_TEST(first["b"]["failed"] == true);
  const auto task = first["task"].get<std::string>();
  const auto words = tern::test::tern({"diff", good.path, bad.path});
  BOOST_TEST(words.status == 1);
  const auto from = answer_of({"provenance", task, "--trace", bad.path});
  BOOST_TEST(from["blocks"][0]["kernel"] == "call halve");
  BOOST_TEST(from["blocks"][0]["ran"][0]["failed"] == true);
  const auto again = tern::test::tern({"replay", bad.path, task});
  BOOST_TEST(again.status == 1);
  BOOST_TEST(again.err.find("halve") != std::string::npos, again.err);
}

BOOST_AUTO_TEST_CASE(a_block_tells_where_it_comes_from) {
  const traced run{"provenance", work};
  const auto task = last_layer(run) + "/5";
  const auto dot = folder + "provenance.dot";
  const auto told =
      answer_of({"provenance", task, "--trace", run.path, "--dot", dot});
  BOOST_TEST(told["text"] == work);
  BOOST_TEST(!told["tern"].get<std::string>().empty());
  const auto& blocks = told["blocks"];
  BOOST_TEST_REQUIRE(!blocks.empty());
  BOOST_TEST(blocks[0]["task"] == task);
  std::set<std::string> names;
  bool ends_at_a_source = false;
  for (const auto& b : blocks) {
    names.insert(b["task"].get<std::string>());
    BOOST_TEST(b["ran"].size() == 1u);
    ends_at_a_source = ends_at_a_source || b["inputs"].empty();
  }
  BOOST_TEST(ends_at_a_source);
  for (const auto& b : blocks)
    for (const auto& in : b["inputs"])
      BOOST_TEST(names.contains(in.get<std::string>()));
  std::ifstream file{dot};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  BOOST_TEST(text.find("digraph") == 0u);
  std::size_t arrows = 0;
  std::size_t inputs = 0;
  for (auto at = text.find("->"); at != std::string::npos;
       at = text.find("->", at + 1))
    ++arrows;
  for (const auto& b : blocks)
    inputs += b["inputs"].size();
  BOOST_TEST(arrows == inputs);
  std::filesystem::remove(dot);
  const auto nobody =
      tern::test::tern({"provenance", "99/0", "--trace", run.path});
  BOOST_TEST(nobody.status == 1);
  BOOST_TEST(nobody.err.find("99/0") != std::string::npos, nobody.err);
  const auto wrong =
      tern::test::tern({"provenance", "sum", "--trace", run.path});
  BOOST_TEST(wrong.status == 2);
}

BOOST_AUTO_TEST_CASE(a_task_that_is_made_again_has_the_bits_of_the_run) {
  const traced run{"replay", "x = random.random((400, 400), chunks=100, "
                             "seed=7); (x @ x).T + x"};
  const auto layer = last_layer(run);
  const auto sums = sums_of_run(layer);
  BOOST_TEST_REQUIRE(sums.size() == 16u);
  for (const auto& [task, sum] : sums) {
    const auto made = answer_of({"replay", run.path, task});
    BOOST_TEST(made["checksum"] == sum, task);
    BOOST_TEST(made["shape"] == nlohmann::json::parse("[100, 100]"));
    BOOST_TEST(!made["inputs"].empty());
    BOOST_TEST(made["values"].size() == 8u);
  }
}

BOOST_AUTO_TEST_CASE(functions_that_are_not_here_are_named) {
  const traced run{"kernels",
                   "map_blocks('nap', ones((4,), chunks=4).sum() * 1) + 1",
                   {"--load", library}};
  const auto refused = tern::test::tern({"replay", run.path, "0/0"});
  BOOST_TEST(refused.status == 1);
  BOOST_TEST(refused.err.find("nap") != std::string::npos, refused.err);
  const auto told = answer_of(
      {"replay", run.path, last_layer(run) + "/0", "--load", library});
  BOOST_TEST(told["values"] == nlohmann::json::parse("[2.0]"));
}

// The debugger is this process.
BOOST_AUTO_TEST_CASE(a_debugger_is_stopped_right_before_the_task) {
  const traced run{"debugger", "ones(10, chunks=5).sum()"};
  const auto task = last_layer(run) + "/0";
  const auto alone = tern::test::tern({"replay", run.path, task, "--gdb"});
  BOOST_TEST(alone.status == 2);
  BOOST_TEST(alone.err.find("gdb --args") != std::string::npos, alone.err);
  const auto program = folder + "tern";
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::execl(program.c_str(), "tern", "replay", run.path.c_str(), task.c_str(),
            "--gdb", "--json", static_cast<char*>(nullptr));
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

BOOST_AUTO_TEST_CASE(a_file_without_a_plan_is_refused_and_a_part_of_one_read) {
  const traced run{"whole", "ones(4).sum()"};
  const auto part = folder + "part.tern-trace";
  const std::vector<std::vector<std::string>> questions{
      {"critical", part},
      {"diff", part, run.path},
      {"provenance", "0/0", "--trace", part},
      {"replay", part, "0/0"}};
  const auto none = tern::test::tern(
      {"eval", "ones(4).sum()", "--scheduler", "synchronous", "--trace", part});
  BOOST_TEST_REQUIRE(none.status == 0, none.err);
  for (const auto& asked : questions) {
    const auto r = tern::test::tern(asked);
    BOOST_TEST(r.status == 1, asked.front());
    BOOST_TEST((r.err + r.out).find(part) != std::string::npos, r.err);
  }
  std::ifstream in{run.path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  for (std::size_t cut = 1; cut < bytes.size(); cut += bytes.size() / 5) {
    std::ofstream{part, std::ios::binary} << bytes.substr(0, cut);
    for (const auto& asked : questions) {
      const auto r = tern::test::tern(asked);
      BOOST_TEST((r.status >= 0 && r.status <= 2), asked.front());
      BOOST_TEST(!(r.err + r.out).empty());
    }
  }
  std::filesystem::remove(part);
}

BOOST_AUTO_TEST_SUITE_END()
