#include "bench/cluster_commands.hpp"

#include <fmt/format.h>

#include <utility>

namespace tern::bench {

cluster_commands::cluster_commands(CLI::App& tool, printer finish, int& status)
  : tool_(tool), finish_(std::move(finish)), status_(status) {
  add_shuffle();
  add_steal();
  add_memory();
  add_recover();
  add_scaleout();
  add_graphs();
}

CLI::App* cluster_commands::add(const std::string& name,
                                const std::string& what,
                                const std::string& example) {
  auto* command = tool_.add_subcommand(name, what);
  command->footer(fmt::format("Example:\n  tern-bench {} {}", name, example));
  command->add_flag("--json", json_, "one JSON object a line");
  return command;
}

template <class Options>
void cluster_commands::add_common(CLI::App& command, Options& how) {
  command.add_option("--repeats", how.repeats)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--check", how.check,
                   "one run, without rivals: are the results right?");
}

void cluster_commands::add_shuffle() {
  auto* command = add("shuffle",
                      "An array in blocks of rows becomes one in blocks of "
                      "columns, between node processes.",
                      "--n 4000 --nodes 2 --json");
  command->add_option("--n", shuffle_.n, "rows and columns, a multiple of 20")
      ->capture_default_str();
  command->add_option("--nodes", shuffle_.nodes, "numbers of node processes")
      ->check(CLI::IsMember({1, 2, 4, 5, 10, 20}))
      ->capture_default_str();
  add_common(*command, shuffle_);
  command->callback([this] {
    if (shuffle_.n <= 0 || shuffle_.n % shuffle_blocks != 0)
      throw CLI::ValidationError("--n", "has to be a multiple of 20");
    finish_(run_shuffle(shuffle_), json_);
  });

  auto* once = tool_.add_subcommand("shuffle-once")->group("");
  once->add_option("n", n_)->required();
  once->add_option("nodes", nodes_)->required();
  once->callback([this] { status_ = run_shuffle_once(n_, nodes_); });
}

void cluster_commands::add_steal() {
  auto* command = add("steal",
                      "How work finds idle node processes: latency, busy time, "
                      "uneven and tiny tasks.",
                      "--nodes 8 --repeats 5 --json");
  command->add_option("--nodes", steal_.nodes, "that share one node's tasks")
      ->check(CLI::Range(2, 64))
      ->capture_default_str();
  command->add_option("--tiny", steal_.tiny, "tiny tasks")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_common(*command, steal_);
  command->callback([this] { finish_(run_steal(steal_), json_); });

  auto* once = tool_.add_subcommand("steal-once")->group("");
  once->add_option("kind", kind_)->required();
  once->add_option("nodes", nodes_)->required();
  once->add_option("tasks", n_)->required();
  once->callback([this] { status_ = run_steal_once(kind_, nodes_, n_); });
}

void cluster_commands::add_memory() {
  auto* command = add("memory",
                      "Arrays larger than the limit: what all processes take, "
                      "and how long.",
                      "--n 20000 --limit 1000000000 --json");
  command->add_option("--n", memory_.n, "rows and columns of the slide")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--product-n", memory_.product_n, "of the product")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--limit", memory_.limit, "bytes, of the slide")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--full", memory_.full,
                    "also 100,000 x 100,000, 80 GB, once");
  add_common(*command, memory_);
  command->callback([this] { finish_(run_memory(memory_), json_); });

  auto* once = tool_.add_subcommand("memory-once")->group("");
  once->add_option("work", kind_)->required();
  once->add_option("where", where_)->required();
  once->add_option("n", n_)->required();
  once->add_option("limit", bytes_)->required();
  once->callback(
      [this] { status_ = run_memory_once(kind_, where_, n_, bytes_); });
}

void cluster_commands::add_recover() {
  auto* command =
      add("recover", "A node process is killed in the middle of a plan.",
          "--repeats 5 --json");
  add_common(*command, recover_);
  command->callback([this] { finish_(run_recover(recover_), json_); });

  auto* once = tool_.add_subcommand("recover-once")->group("");
  once->add_option("nap", nap_)->required();
  once->callback([this] { status_ = run_recover_once(nap_); });
}

void cluster_commands::add_scaleout() {
  auto* command = add("scaleout",
                      "The same work on more node processes, and on one that "
                      "joins in the middle.",
                      "--repeats 5 --json");
  add_common(*command, scaleout_);
  command->callback([this] { finish_(run_scaleout(scaleout_), json_); });

  auto* once = tool_.add_subcommand("scaleout-once")->group("");
  once->add_option("kind", kind_)->required();
  once->add_option("nodes", nodes_)->required();
  once->add_option("tasks", n_)->required();
  once->callback([this] { status_ = run_scaleout_once(kind_, nodes_, n_); });
}

void cluster_commands::add_graphs() {
  auto* command = add("graphs",
                      "Graphs of real shape, of tasks that sleep, against an "
                      "ideal list schedule.",
                      "--nodes 8 --file blast.tsv --json");
  command->add_option("--nodes", graphs_.nodes, "with one compute thread each")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--tasks", graphs_.tasks, "of a made graph, about")
      ->check(CLI::Range(16, 10'000))
      ->capture_default_str();
  command->add_option("--seconds", graphs_.seconds, "that an ideal run takes")
      ->check(CLI::Range(0.01, 60.0))
      ->capture_default_str();
  command->add_option("--seed", graphs_.seed, "of made graphs")
      ->capture_default_str();
  command->add_flag("--blind", graphs_.blind,
                    "without priorities: nobody knows how long tasks take");
  command->add_option("--file", graphs_.files,
                      "recorded graphs instead of made ones: a task a line, of "
                      "id, seconds, bytes, and the ids that it reads, with "
                      "tabs between");
  add_common(*command, graphs_);
  command->callback([this] { finish_(run_graphs(graphs_), json_); });

  auto* once = tool_.add_subcommand("graphs-once")->group("");
  once->add_option("kind", kind_)->required();
  once->add_option("source", where_)->required();
  once->add_option("nodes", graphs_.nodes)->required();
  once->add_option("tasks", graphs_.tasks)->required();
  once->add_option("seconds", graphs_.seconds)->required();
  once->add_option("seed", graphs_.seed)->required();
  once->add_option("blind", graphs_.blind)->required();
  once->callback([this] { status_ = run_graphs_once(kind_, where_, graphs_); });
}

} // namespace tern::bench
