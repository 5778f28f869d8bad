#include "apps/tern/cluster_status.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct status_options {
  bool json = false;
};

void print(const json& status) {
  std::cout << fmt::format("{:18} {:22} {:>7} {:>7} {:>12} {:>12}  {}\n",
                           "node", "address", "pid", "threads", "memory",
                           "limit", "actors");
  for (const auto& n : status["nodes"]) {
    std::string actors;
    for (const auto& [state, count] : n["actors"].items())
      actors += fmt::format("{} {} ", count.get<std::uint64_t>(), state);
    std::cout << fmt::format("{:18} {:22} {:>7} {:>7} {:>12} {:>12}  {}\n",
                             n["id"].get<std::string>(),
                             fmt::format("{}:{}", n["host"].get<std::string>(),
                                         n["port"].get<int>()),
                             n["pid"].get<int>(), n["threads"].get<int>(),
                             n["memory_used"].get<std::uint64_t>(),
                             n["memory_limit"].get<std::uint64_t>(), actors);
  }
  for (const auto& p : status["plans"])
    std::cout << fmt::format(
        "plan {}  {}  {} of {} tasks{}\n", p["id"].get<std::string>(),
        p["state"].get<std::string>(), p["tasks_done"].get<std::uint64_t>(),
        p["tasks_total"].get<std::uint64_t>(),
        p["orphaned"].get<bool>() ? "; its submitter has died: tern attach"
                                  : "");
}

int run_status(const status_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "status"); status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where) {
    std::cerr << "tern status: which cluster? --join HOST:PORT\n";
    return exit_usage;
  }
  const auto status = cluster_status(*where);
  if (!status) {
    std::cerr << "tern status: " << status.error().what << '\n';
    return exit_failed;
  }
  if (o.json)
    std::cout << status->dump() << '\n';
  else
    print(*status);
  return exit_well;
}

} // namespace

void add_status(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<status_options>();
  auto* c = tool.add_subcommand("status", "Show the nodes and their plans.");
  add_flag_of(setting::join_address, *c, settings);
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern status --join 127.0.0.1:7000");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_status(*o, settings)); });
}

} // namespace tern
