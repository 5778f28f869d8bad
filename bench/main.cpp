// tern-bench: what tern reaches, beside its rivals, measured in the same run.

#include "bench/actors.hpp"
#include "bench/balance.hpp"
#include "bench/chaos.hpp"
#include "bench/cluster_commands.hpp"
#include "bench/contract.hpp"
#include "bench/functions.hpp"
#include "bench/fused.hpp"
#include "bench/link.hpp"
#include "bench/migrate.hpp"
#include "bench/report.hpp"
#include "bench/savina.hpp"
#include "bench/slides.hpp"
#include "bench/startup.hpp"
#include "bench/tasks.hpp"
#include "bench/trace.hpp"
#include "bench/trace_size.hpp"
#include "dataflow/api/node_main.hpp"
#include "dataflow/api/run_error.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  using namespace tern::bench;
  // the environment's choice of kernels is not what is measured
  for (const char* name : {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"})
    ::unsetenv(name);
  // plans on node processes: this program is started again, as a node
  if (const auto as_node = tern::node_main(argc, argv, bench_functions()))
    return *as_node;
  CLI::App tool{"Benchmarks of tern, with the rivals' figures beside them."};
  tool.name("tern-bench");
  tool.require_subcommand(1);
  tool.footer("Example:\n  tern-bench tasks --json");
  bool json = false;
  unsigned repeats = 5;
  std::size_t n = 1'000'000;
  unsigned threads = 2;
  std::string kind;
  int status = 0;

  auto finish = [&](const std::vector<row>& rows) {
    print(rows, json);
    const bool bad = std::any_of(rows.begin(), rows.end(),
                                 [](const row& r) { return r.ok && !*r.ok; });
    status = bad ? 1 : 0;
  };

  auto* tasks = tool.add_subcommand("tasks", "Empty tasks: time and memory.");
  tasks->add_flag("--json", json, "one JSON object a line");
  tasks->add_option("-n", n, "tasks")->capture_default_str();
  tasks->add_option("--threads", threads)->capture_default_str();
  tasks->add_option("--repeats", repeats)->capture_default_str();
  tasks->callback([&] { finish(run_tasks(n, threads, repeats)); });

  auto* once = tool.add_subcommand("tasks-once")->group("");
  once->add_option("kind", kind)->required();
  once->add_option("n", n)->required();
  once->add_option("threads", threads)->required();
  once->callback([&] { status = run_tasks_once(kind, n, threads); });

  std::size_t moves = 1000;
  auto* migrate = tool.add_subcommand(
      "migrate", "A live actor under load: how long a move freezes it.");
  migrate->add_flag("--json", json, "one JSON object a line");
  migrate->add_option("--moves", moves)->capture_default_str();
  migrate->add_option("--repeats", repeats)->capture_default_str();
  migrate->callback([&] { finish(run_migrate(moves, repeats)); });

  auto* actors = tool.add_subcommand(
      "actors", "Actors in two processes: messages, round trips, moves, size.");
  actors->add_flag("--json", json, "one JSON object a line");
  actors->add_option("--repeats", repeats)->capture_default_str();
  actors->callback([&] { finish(run_actors(repeats)); });

  chaos_options chaos_how;
  auto* chaos = tool.add_subcommand(
      "chaos", "Arrays on a cluster whose processes are killed, stopped, cut "
               "off: is every answer right, is nothing left over?");
  chaos->add_flag("--json", chaos_how.json, "one JSON object");
  chaos->add_option("--minutes", chaos_how.minutes)
      ->check(CLI::Range(0.01, 10000.0))
      ->capture_default_str();
  chaos->add_option("--nodes", chaos_how.nodes)
      ->check(CLI::Range(2, 64))
      ->capture_default_str();
  chaos->add_option("--submitters", chaos_how.submitters)
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  chaos->add_option("--seed", chaos_how.seed, "of what is done, and when")
      ->capture_default_str();
  chaos->add_flag("--cut", chaos_how.cut,
                  "links too (in network namespaces; needs root)");
  chaos->footer("Example:\n  tern-bench chaos --minutes 10 --cut");
  chaos->callback([&] { status = run_chaos(chaos_how); });

  contract_options contract_how;
  auto* contract = tool.add_subcommand(
      "contract", "Moving actors on several processes: is every message "
                  "handled once, in order?");
  contract->add_flag("--json", contract_how.json, "one JSON object");
  contract->add_option("--processes", contract_how.processes)
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  contract->add_option("--actors", contract_how.actors)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  contract->add_option("--messages", contract_how.messages)
      ->capture_default_str();
  contract->add_option("--moves", contract_how.moves, "at least so many")
      ->capture_default_str();
  auto* kill = contract->add_flag(
      "--kill", contract_how.kill,
      "end processes by SIGKILL, start others, spawn the lost actors again");
  contract
      ->add_flag("--pause", contract_how.pause,
                 "stop processes for 5 s, so that they are taken for dead")
      ->excludes(kill);
  contract
      ->add_flag("--cut", contract_how.cut,
                 "cut links for 5 s, one way or both (in network namespaces; "
                 "needs root)")
      ->excludes(kill)
      ->excludes("--pause");
  contract->add_option("--kills", contract_how.kills, "so many")
      ->capture_default_str();
  contract->callback([&] { status = run_contract(contract_how); });

  auto* contract_node = tool.add_subcommand("contract-node")->group("");
  std::string ledger;
  contract_node->add_option("ledger", ledger)->required();
  std::string at;
  contract_node->add_option("at", at)->required();
  std::vector<std::string> contacts;
  contract_node->add_option("contacts", contacts)->required();
  contract_node->callback(
      [&] { status = run_contract_node(ledger, at, contacts); });

  balance_bench_options balance_how;
  auto* balance = tool.add_subcommand(
      "balance", "Busy actors that start on one of two nodes: what a balancer "
                 "makes of it.");
  balance->add_flag("--json", json, "one JSON object a line");
  balance->add_option("--actors", balance_how.actors)
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  balance->add_option("--settle", balance_how.settle, "seconds before counting")
      ->capture_default_str();
  balance->add_option("--window", balance_how.window, "seconds of counting")
      ->capture_default_str();
  balance->add_option("--repeats", balance_how.repeats)->capture_default_str();
  balance->add_flag("--check", balance_how.check,
                    "one run each: do they spread and stay?");
  balance->callback([&] { finish(run_balance(balance_how)); });

  auto* balance_once = tool.add_subcommand("balance-once")->group("");
  balance_once->add_option("policy", kind)->required();
  balance_once->add_option("actors", balance_how.actors)->required();
  balance_once->add_option("settle", balance_how.settle)->required();
  balance_once->add_option("window", balance_how.window)->required();
  balance_once->callback([&] { status = run_balance_once(kind, balance_how); });

  auto* balance_peer = tool.add_subcommand("balance-peer")->group("");
  std::string host;
  std::uint16_t port = 0;
  balance_peer->add_option("host", host)->required();
  balance_peer->add_option("port", port)->required();
  balance_peer->add_option("policy", kind)->required();
  balance_peer->callback([&] { status = run_balance_peer(host, port, kind); });

  std::size_t bytes = 0;
  auto* migrate_once = tool.add_subcommand("migrate-once")->group("");
  migrate_once->add_option("bytes", bytes)->required();
  migrate_once->add_option("moves", moves)->required();
  migrate_once->callback([&] { status = run_migrate_once(bytes, moves); });

  auto* actors_once = tool.add_subcommand("actors-once")->group("");
  actors_once->add_option("figure", kind)->required();
  actors_once->callback([&] { status = run_actors_once(kind); });

  auto* actors_peer = tool.add_subcommand("actors-peer")->group("");
  actors_peer->add_option("host", host)->required();
  actors_peer->add_option("port", port)->required();
  actors_peer->callback([&] { status = run_actors_peer(host, port); });

  auto* actors_echo = tool.add_subcommand("actors-echo")->group("");
  actors_echo->callback([&] { status = run_actors_echo(); });

  auto* migrate_peer = tool.add_subcommand("migrate-peer")->group("");
  migrate_peer->add_option("host", host)->required();
  migrate_peer->add_option("port", port)->required();
  migrate_peer->callback([&] { status = run_migrate_peer(host, port); });

  auto* link = tool.add_subcommand(
      "link", "Two processes: round trips, small messages, blocks.");
  link->add_flag("--json", json, "one JSON object a line");
  link->add_option("--repeats", repeats)->capture_default_str();
  link->callback([&] { finish(run_link(repeats)); });

  auto* link_once = tool.add_subcommand("link-once")->group("");
  link_once->add_option("kind", kind)->required();
  link_once->add_option("n", n)->required();
  link_once->add_option("block", bytes)->required();
  link_once->callback([&] { status = run_link_once(kind, n, bytes); });

  auto* link_peer = tool.add_subcommand("link-peer")->group("");
  link_peer->add_option("host", host)->required();
  link_peer->add_option("port", port)->required();
  link_peer->callback([&] { status = run_link_peer(host, port); });

  auto* slides = tool.add_subcommand(
      "slides",
      "What is shown on slides: products, (x + x.T) - x.mean(axis=0).");
  slides->add_flag("--json", json, "one JSON object a line");
  slides->add_option("--repeats", repeats)->capture_default_str();
  slides->add_option("--threads", threads)->capture_default_str();
  slides->callback([&] { finish(run_slides(repeats, threads)); });

  savina_options savina_how;
  auto* savina = tool.add_subcommand(
      "savina", "Actors on one node: cases of the Savina suite.");
  savina->add_flag("--json", json, "one JSON object a line");
  savina->add_option("--repeats", savina_how.repeats)->capture_default_str();
  savina->add_option("--scale", savina_how.scale, "of the sizes")
      ->check(CLI::Range(0.0001, 100.0))
      ->capture_default_str();
  savina->add_flag("--check", savina_how.check,
                   "one run each: are the results right?");
  savina->add_option("--only", savina_how.only, "cases")
      ->check(CLI::IsMember(savina_names()));
  savina->callback([&] { finish(run_savina(savina_how)); });

  auto* savina_once = tool.add_subcommand("savina-once")->group("");
  savina_once->add_option("case", kind)->required();
  savina_once->add_option("scale", savina_how.scale)->required();
  savina_once->callback(
      [&] { status = run_savina_once(kind, savina_how.scale); });

  std::int64_t extent = 0;
  auto* slides_once = tool.add_subcommand("slides-once")->group("");
  slides_once->add_option("kind", kind)->required();
  slides_once->add_option("n", extent)->required();
  slides_once->add_option("threads", threads)->required();
  slides_once->callback(
      [&] { status = run_slides_once(kind, extent, threads); });

  auto* fused = tool.add_subcommand(
      "fused", "Elementwise work and a sum over 10^8 numbers in memory.");
  fused->add_flag("--json", json, "one JSON object a line");
  fused->add_option("--repeats", repeats)->capture_default_str();
  fused->add_option("--threads", threads)->capture_default_str();
  fused->callback([&] { finish(run_fused(repeats, threads)); });

  auto* fused_once = tool.add_subcommand("fused-once")->group("");
  fused_once->add_option("expression", kind)->required();
  fused_once->add_option("n", extent)->required();
  fused_once->add_option("threads", threads)->required();
  fused_once->callback([&] { status = run_fused_once(kind, extent, threads); });

  auto* startup = tool.add_subcommand(
      "startup",
      "How long until something can be done, and in how much memory.");
  startup->add_flag("--json", json, "one JSON object a line");
  startup->add_option("--repeats", repeats)->capture_default_str();
  startup->callback([&] { finish(run_startup(repeats)); });

  trace_options trace_how;
  auto* trace = tool.add_subcommand("trace", "What recording costs.");
  trace->add_flag("--json", json, "one JSON object a line");
  trace->add_option("--pairs", trace_how.pairs)->capture_default_str();
  trace->add_option("--empty", trace_how.empty, "tasks that do nothing")
      ->capture_default_str();
  trace->add_option("--long", trace_how.long_ones, "tasks of 100 us")
      ->capture_default_str();
  trace->add_flag("--check", trace_how.check,
                  "one small run each: does it end well?");
  trace->footer("Example:\n  tern-bench trace --json");
  trace->callback([&] { finish(run_trace(trace_how)); });

  auto* trace_once = tool.add_subcommand("trace-once")->group("");
  std::uint64_t rounds = 0;
  std::string trace_file;
  trace_once->add_option("tasks", extent)->required();
  trace_once->add_option("rounds", rounds)->required();
  trace_once->add_option("file", trace_file)->required();
  trace_once->callback(
      [&] { status = run_trace_once(extent, rounds, trace_file); });

  trace_size_options trace_size_how;
  auto* trace_size = tool.add_subcommand(
      "trace-size", "How long a long trace takes to be asked.");
  trace_size->add_flag("--json", json, "one JSON object a line");
  trace_size->add_option("--events", trace_size_how.events)
      ->check(CLI::Range(1e3, 1e10))
      ->capture_default_str();
  trace_size->add_option("--repeats", trace_size_how.repeats)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  trace_size->add_option("--folder", trace_size_how.folder, "for the trace")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  trace_size->add_flag("--check", trace_size_how.check,
                       "a small one: are the answers right?");
  trace_size->footer("Example:\n  tern-bench trace-size --events 1e8 --json");
  trace_size->callback([&] { finish(run_trace_size(trace_size_how)); });

  const cluster_commands more{tool,
                              [&](const std::vector<row>& rows, bool as_json) {
                                json = as_json;
                                finish(rows);
                              },
                              status};

  try {
    tool.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return tool.exit(e) == 0 ? 0 : 2;
  } catch (const tern::run_error& e) {
    std::cerr << "tern-bench: " << e.what() << '\n';
    return 1;
  }
  return status;
}
