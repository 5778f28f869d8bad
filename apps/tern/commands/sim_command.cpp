#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/progress_bar.hpp"
#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>

namespace tern {

namespace {

struct sim_options {
  unsigned nodes = 3;
  std::string seeds = "1..100";
  bool kill = false;
  bool cut = false;
  bool leave = false;
  bool rotate = false;
  bool json = false;
};

bool parse_seeds(const std::string& text, std::uint64_t& first,
                 std::uint64_t& last) {
  const auto dots = text.find("..");
  const auto* begin = text.data();
  const auto* end = begin + text.size();
  const auto* middle = dots == std::string::npos ? end : begin + dots;
  const auto a = std::from_chars(begin, middle, first);
  if (a.ec != std::errc{} || a.ptr != middle)
    return false;
  last = first;
  if (dots == std::string::npos)
    return true;
  const auto b = std::from_chars(middle + 2, end, last);
  return b.ec == std::errc{} && b.ptr == end && last >= first;
}

int run_sim(const sim_options& o) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  if (!parse_seeds(o.seeds, first, last)) {
    std::cerr << "tern sim: '" << o.seeds
              << "' are no seeds: write A or A..B, for example 1..1000\n";
    return exit_usage;
  }
  plan_simulation_options how;
  how.nodes = o.nodes;
  how.kill = o.kill;
  how.cut = o.cut;
  how.leave = o.leave;
  how.rotate = o.rotate;
  const auto begin = std::chrono::steady_clock::now();
  progress_bar bar{"seeds"};
  const auto sum = simulate_plans(how, first, last, [&](std::uint64_t seed) {
    bar.show(seed - first + 1, last - first + 1);
  });
  bar.finish();
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  if (o.json) {
    nlohmann::ordered_json out;
    out["seeds"] = sum.seeds;
    out["failed"] = sum.failed;
    out["first_failing"] = sum.failed > 0
                               ? nlohmann::ordered_json(sum.first_failing)
                               : nlohmann::ordered_json(nullptr);
    out["messages"] = sum.messages;
    out["migrations"] = sum.migrations;
    out["steals"] = sum.steals;
    out["kills"] = sum.kills;
    out["seconds"] = seconds;
    std::cout << out.dump() << '\n';
  } else {
    std::cout << fmt::format("{} seeds on {} nodes: {} failed, {} messages, {} "
                             "migrations, {} steals, {} kills, {:.1f} s\n",
                             sum.seeds, o.nodes, sum.failed, sum.messages,
                             sum.migrations, sum.steals, sum.kills, seconds);
  }
  if (sum.failed == 0)
    return exit_well;
  std::cerr << fmt::format("tern sim: seed {}: {}\n  again: tern sim --nodes "
                           "{} --seeds {}{}{}{}{}\n",
                           sum.first_failing, sum.failure, o.nodes,
                           sum.first_failing, o.kill ? " --kill" : "",
                           o.cut ? " --cut" : "", o.leave ? " --leave" : "",
                           o.rotate ? " --rotate" : "");
  return exit_failed;
}

} // namespace

void add_sim(CLI::App& tool) {
  auto o = std::make_shared<sim_options>();
  auto* c = tool.add_subcommand(
      "sim", "Run whole clusters in one thread, from seeds, and check them.");
  c->add_option("--nodes", o->nodes, "nodes of the simulated cluster")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  c->add_option("--seeds", o->seeds, "A..B, both run, or A")
      ->capture_default_str();
  c->add_flag("--kill", o->kill,
              "processes of each run die, nodes and the submitter");
  c->add_flag("--cut", o->cut,
              "two nodes of each run lose sight of each other");
  c->add_flag("--leave", o->leave,
              "one node of each run hands over and leaves");
  c->add_flag("--rotate", o->rotate, "every actor moves at every step");
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern sim --nodes 4 --seeds 1..1000 --rotate");
  c->callback([o] { throw CLI::RuntimeError(run_sim(*o)); });
}

} // namespace tern
