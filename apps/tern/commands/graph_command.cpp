// `tern graph`: the plan of statements as a picture.
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/graphviz.hpp"
#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/plan_dot.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>

namespace tern {

namespace {

struct graph_options {
  std::string statements;
  std::string output;
  bool before = false;
  bool tasks = false;
  bool json = false;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern graph: " << what << '\n';
  return status;
}

void print_json(const graph_options& o, const edge_index& plan) {
  nlohmann::ordered_json out{{"file", o.output},
                             {"optimised", !o.before},
                             {"layers", plan.layers()},
                             {"tasks", plan.tasks()}};
  std::uint64_t bytes = 0;
  for (layer_id id = 0; id < plan.layers(); ++id)
    bytes += bytes_of_layer(plan, id);
  out["bytes"] = bytes;
  std::cout << out.dump(-1, ' ', false,
                        nlohmann::ordered_json::error_handler_t::replace)
            << '\n';
}

int draw(const graph_options& o, const std::vector<array>& arrays) {
  auto g = lower(arrays);
  const edge_index plan{o.before ? std::move(g) : optimize(std::move(g))};
  const auto title = fmt::format("{}\n{}: {} layers, {} tasks", o.statements,
                                 o.before ? "as it is written" : "as it runs",
                                 plan.layers(), plan.tasks());
  const auto dot = o.tasks ? tasks_dot(plan, title) : layers_dot(plan, title);
  if (!dot)
    return complain(exit_usage, dot.error().what);
  if (const auto ok = draw_dot(*dot, o.output); !ok)
    return complain(exit_failed, ok.error().what);
  if (o.json)
    print_json(o, plan);
  return exit_well;
}

int run_graph(const graph_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "graph"); status != exit_well)
    return status;
  if (const auto ok = check_picture_name(o.output); !ok)
    return complain(exit_usage, ok.error().what);
  program_value value;
  try {
    value = evaluate(o.statements,
                     {*parse_chunks(settings[setting::chunk_sizes].text), {}});
  } catch (const language_error& e) {
    return complain(exit_usage, e.what());
  }
  const auto arrays = arrays_in(value);
  if (arrays.empty())
    return complain(exit_usage, "the value of the last statement is no array: "
                                "there is nothing to plan");
  return draw(o, arrays);
}

} // namespace

void add_graph(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<graph_options>();
  auto* c = tool.add_subcommand(
      "graph", "Draw the plan of statements; nothing is computed.");
  c->add_option("statements", o->statements, "as for `tern eval`")->required();
  c->add_option("-o,--output", o->output, "FILE.svg, .png, .pdf or .dot")
      ->required();
  add_flag_of(setting::chunk_sizes, *c, settings);
  c->add_flag("--before", o->before, "as it is written, before optimisation");
  c->add_flag("--tasks", o->tasks,
              fmt::format("each task by itself, up to {}", most_drawn_tasks));
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("A box is a layer: many tasks of one kind. Pictures are drawn by "
            "`dot`, of Debian's package graphviz.\n\nExamples:\n"
            "  tern graph 'x = random.random((4000, 4000)); (x + x.T).sum()' "
            "-o plan.svg\n"
            "  tern graph --tasks 'ones(100, chunks=10).sum()' -o tasks.png");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_graph(*o, settings)); });
}

} // namespace tern
