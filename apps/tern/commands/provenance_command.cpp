// `tern provenance`: where a block comes from.
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/plan_guest.hpp"
#include "apps/tern/traced_run.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/analysis/provenance.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct provenance_options {
  std::string task;
  std::string file;
  std::string plan;
  std::string dot;
  provenance_limits limits;
  bool json = false;
};

/// What is known of where a block comes from.
class told_origins {
public:
  told_origins(const traced_run& run, std::vector<origin> all)
    : run_(run), all_(std::move(all)) {}

  void print(std::ostream& out) const;
  void print_dot(std::ostream& out) const;
  json as_json() const;

private:
  const layer& layer_of(const origin& o) const {
    return run_.edges.at(o.task.layer);
  }
  std::string version() const {
    const auto& tern = run_.trace.header.tern;
    return tern.empty() ? "a version that does not say so" : tern;
  }
  std::string type_of(const origin& o) const {
    return fmt::format("{} {}", name_of(layer_of(o).type),
                       to_string(shape_of(run_.edges, o.task)));
  }
  std::string work_of(const origin& o) const {
    const auto parameters = parameters_of(layer_of(o));
    return kernel_of(layer_of(o))
           + (parameters.empty() ? "" : ": " + parameters);
  }
  std::string place_of(const origin& o) const;
  void print(std::ostream& out, std::size_t at, const std::string& margin,
             std::vector<bool>& shown) const;

  const traced_run& run_;
  std::vector<origin> all_;
};

double millis(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

std::string told_origins::place_of(const origin& o) const {
  const auto runs = run_.history.executions_of(o.task);
  if (runs.empty())
    return "the trace does not tell where it ran";
  const auto& last = runs.back();
  auto text = fmt::format(
      "{} on node {}, thread {}, at {:.3f} ms for {:.3f} ms",
      last.failed ? "failed" : "ran", run_.history.nodes()[last.node].name,
      last.thread, millis(last.fired - run_.history.begin()),
      millis(last.ended - last.fired));
  return runs.size() > 1
             ? text + fmt::format(", the last of {} times", runs.size())
             : text;
}

// Tasks of a wide plan are many; the tree is no deeper than its limit.
void told_origins::print(std::ostream& out, std::size_t at,
                         const std::string& margin,
                         std::vector<bool>& shown) const {
  const auto& o = all_[at];
  out << fmt::format("{}{}  {}  [{}]", margin, text_of(o.task),
                     describe(run_.edges, o.task), type_of(o));
  if (shown[at]) {
    out << "  (see above)\n";
    return;
  }
  shown[at] = true;
  const auto inner = margin + "  ";
  out << fmt::format("\n{}  {}\n{}  {}\n", inner, work_of(o), inner,
                     place_of(o));
  for (const auto input : o.inputs)
    print(out, input, inner, shown);
  if (o.left_out > 0)
    out << fmt::format("{}and {} {} of {}\n", inner, o.left_out,
                       o.left_out == 1 ? "input" : "inputs", text_of(o.task));
}

void told_origins::print(std::ostream& out) const {
  out << fmt::format("plan {:x}{}{}, run by tern {}\n", run_.plan.what.id,
                     run_.plan.text.empty() ? "" : ": ", run_.plan.text,
                     version());
  std::vector<bool> shown(all_.size());
  print(out, 0, "", shown);
}

/// Within double quotes of DOT.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

void told_origins::print_dot(std::ostream& out) const {
  out << "digraph provenance {\n"
         "  rankdir=BT;\n"
         "  node [shape=box, style=\"rounded,filled\", fillcolor=white, "
         "fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const auto& o = all_[i];
    const auto runs = run_.history.executions_of(o.task);
    const bool failed = !runs.empty() && runs.back().failed;
    out << fmt::format(
        "  b{} [label=\"{}\\l{}\\l{}\\l{}\\l\"{}];\n", i,
        escaped(text_of(o.task) + "  " + describe(run_.edges, o.task)),
        escaped(type_of(o)), escaped(work_of(o)), escaped(place_of(o)),
        failed   ? ", fillcolor=mistyrose"
        : i == 0 ? ", penwidth=2"
                 : "");
    for (const auto input : o.inputs)
      out << fmt::format("  b{} -> b{};\n", input, i);
    if (o.left_out > 0)
      out << fmt::format("  more{0} [label=\"{1} more\", shape=plaintext];\n"
                         "  more{0} -> b{0};\n",
                         i, o.left_out);
  }
  out << "}\n";
}

json told_origins::as_json() const {
  json out{{"plan", fmt::format("{:x}", run_.plan.what.id)},
           {"text", run_.plan.text},
           {"tern", run_.trace.header.tern},
           {"blocks", json::array()}};
  for (const auto& o : all_) {
    json one{{"task", text_of(o.task)},
             {"what", describe(run_.edges, o.task)},
             {"dtype", name_of(layer_of(o).type)},
             {"shape", json::array()},
             {"kernel", kernel_of(layer_of(o))},
             {"parameters", parameters_of(layer_of(o))},
             {"inputs", json::array()},
             {"inputs_left_out", o.left_out},
             {"ran", json::array()}};
    for (const auto extent : shape_of(run_.edges, o.task))
      one["shape"].push_back(extent);
    for (const auto input : o.inputs)
      one["inputs"].push_back(text_of(all_[input].task));
    for (const auto& e : run_.history.executions_of(o.task))
      one["ran"].push_back({{"node", run_.history.nodes()[e.node].name},
                            {"thread", e.thread},
                            {"failed", e.failed},
                            {"begin_ns", e.fired - run_.history.begin()},
                            {"time_ns", e.ended - e.fired}});
    out["blocks"].push_back(std::move(one));
  }
  return out;
}

int complain(int status, const std::string& what) {
  std::cerr << "tern provenance: " << what << '\n';
  return status;
}

int run_provenance(const provenance_options& o) {
  const auto task = parse_task(o.task);
  if (!task)
    return complain(exit_usage, task.error().what);
  const auto run = load_traced_run(o.file, o.plan, *task);
  if (!run)
    return complain(exit_status_of(run.error()), run.error().what);
  const told_origins told{*run, provenance_of(run->edges, *task, o.limits)};
  if (!o.dot.empty()) {
    std::ofstream file{o.dot, std::ios::binary};
    told.print_dot(file);
    file.close();
    if (!file)
      return complain(exit_failed, "cannot write " + o.dot);
  }
  if (o.json)
    std::cout << told.as_json().dump(-1, ' ', false,
                                     json::error_handler_t::replace)
              << '\n';
  else
    told.print(std::cout);
  return exit_well;
}

} // namespace

void add_provenance(CLI::App& tool) {
  auto o = std::make_shared<provenance_options>();
  auto* c = tool.add_subcommand(
      "provenance", "Where a block comes from, by a trace: what made it, from "
                    "what, and where and when that ran.");
  c->add_option("task", o->task, "LAYER/INDEX, as --explain numbers them")
      ->required();
  c->add_option("--trace", o->file, "a .tern-trace file")->required();
  c->add_option("--plan", o->plan, "which one, if there are several");
  c->add_option("--depth", o->limits.depth, "how far to go back")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  c->add_option("--inputs", o->limits.inputs, "of one task, at most")
      ->capture_default_str();
  c->add_option("--dot", o->dot, "write a graph for Graphviz as well");
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern provenance 2/0 --trace run.tern-trace --depth 5 "
            "--dot from.dot\n  dot -Tsvg from.dot -o from.svg");
  c->callback([o] { throw CLI::RuntimeError(run_provenance(*o)); });
}

} // namespace tern
