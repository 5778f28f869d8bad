#include "actors/node.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <map>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr auto answer_limit = std::chrono::seconds(5);

struct status_options {
  bool json = false;
};

result<json> ask(const std::string& host, std::uint16_t port) {
  const auto bytes = node::query_status(host, port, answer_limit);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  const auto* text = reinterpret_cast<const char*>(bytes->data());
  auto said = json::parse(text, text + bytes->size(), nullptr, false);
  if (said.is_discarded() || !said.contains("node"))
    return fail(failure_kind::malformed,
                fmt::format("{}:{} gave no status", host, port));
  return said;
}

// All members, each asked by itself; plans summed over the nodes.
result<json> whole_status(const address& where) {
  auto first = ask(where.host, where.port);
  if (!first)
    return first;
  json out;
  out["nodes"] = json::array();
  std::map<std::string, json> plans;
  auto add = [&](const json& said) {
    out["nodes"].push_back(said["node"]);
    for (const auto& p : said["plans"]) {
      const auto id = fmt::format("{:016x}", p["id"].get<std::uint64_t>());
      auto& sum = plans.try_emplace(id, json::object()).first->second;
      const auto total = sum.value("tasks_total", 0ull)
                         + p["tasks_total"].get<std::uint64_t>();
      const auto done =
          sum.value("tasks_done", 0ull) + p["tasks_done"].get<std::uint64_t>();
      const bool orphaned =
          p.value("orphaned", false) && sum.value("orphaned", true);
      sum = {{"id", id},
             {"state", done < total ? "running" : "done"},
             {"tasks_total", total},
             {"tasks_done", done},
             {"orphaned", orphaned}}; // its submitter, as all nodes see it
    }
  };
  const auto own = (*first)["node"]["id"];
  add(*first);
  for (const auto& m : (*first)["members"]) {
    if (m["id"] == own || m["threads"] == 0) // sessions have no status
      continue;
    if (const auto said = ask(m["host"], m["port"]))
      add(*said);
  }
  out["plans"] = json::array();
  for (const auto& [id, plan] : plans)
    out["plans"].push_back(plan);
  return out;
}

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
  const auto status = whole_status(*where);
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
