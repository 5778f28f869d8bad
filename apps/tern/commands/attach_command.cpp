#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/run_output.hpp"
#include "dataflow/array/array.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>

namespace tern {

namespace {

struct attach_options {
  std::string plan;
  std::string output;
  bool insecure = false;
  bool json = false;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern attach: " << what << '\n';
  return status;
}

/// Stand-ins for the plan's results: arrays of their shapes and dtypes.
std::vector<array> results_of(const graph& work) {
  std::vector<array> out;
  for (auto id : work.roots) {
    const auto& made = work.layers[id];
    shape extents;
    for (const auto& axis : made.out)
      extents.push_back(axis.extent());
    out.push_back(zeros(extents, made.type));
  }
  return out;
}

program_value value_of(const std::vector<array>& arrays) {
  if (arrays.size() == 1)
    return arrays.front();
  sequence_value all;
  for (const auto& each : arrays)
    all.items.push_back(each);
  return all;
}

int run_attach(const attach_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "attach"); status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where)
    return complain(exit_usage, "which cluster? --join HOST:PORT");
  const auto id = parse_plan(o.plan);
  if (!id)
    return complain(exit_usage, id.error().what);
  session_options options;
  options.scheduler = scheduler::cluster;
  options.join_host = where->host;
  options.join_port = where->port;
  options.insecure = o.insecure;
  auto session = executor::open(std::move(options));
  if (!session)
    return complain(exit_failed, session.error().what);
  auto found = (*session)->find_plan(*id);
  if (!found)
    return complain(exit_failed, found.error().what);
  const auto arrays = results_of(found->work);
  if (!o.output.empty() && arrays.size() != 1)
    return complain(exit_usage, "-o needs a plan with one result");
  auto sinks = make_sinks(arrays, o.output);
  if (!sinks)
    return complain(sinks.error().kind == failure_kind::refused ? exit_usage
                                                                : exit_failed,
                    sinks.error().what);
  progress_bar bar{"tasks"};
  const auto report = (*session)->attach(
      std::move(*found), hooks_into(*sinks, bar, "tern attach"));
  if (!report)
    return complain(exit_failed, report.error().what);
  auto results = finish(*sinks);
  if (!results)
    return complain(exit_failed, results.error().what);
  print_run({o.json, !o.output.empty()}, value_of(arrays), *results, *report);
  return exit_well;
}

} // namespace

void add_attach(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<attach_options>();
  auto* c = tool.add_subcommand(
      "attach", "The result of a plan whose submitter has died.");
  c->add_option("plan", o->plan, "as `tern status` prints it")->required();
  add_flag_of(setting::join_address, *c, settings);
  c->add_option("-o,--output", o->output,
                "write the result: FILE.nc or .npy, or a map: .png");
  c->add_flag("--insecure", o->insecure,
              "join a cluster whose addresses are not loopback");
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern attach 1f2e3d4c5b6a7988 --join 127.0.0.1:7000");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_attach(*o, settings)); });
}

} // namespace tern
