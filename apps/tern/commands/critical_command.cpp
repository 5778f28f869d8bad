// `tern critical`: what the time of a run went into.
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/critical_answer.hpp"
#include "apps/tern/traced_run.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct critical_options {
  std::string file;
  std::string plan;
  std::size_t steps = 20;
  bool json = false;
};

/// For people.
std::string words_of(path_part part) {
  switch (part) {
  case path_part::computing:
    return "computing";
  case path_part::queued:
    return "waiting in the ready queue";
  case path_part::transfer:
    return "transfer between nodes";
  case path_part::unknown:
    return "unknown";
  }
  return {};
}

double seconds(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

double millis(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

double percent(std::int64_t part, std::int64_t whole) {
  return whole > 0
             ? 100 * static_cast<double>(part) / static_cast<double>(whole)
             : 0;
}

// -- words --------------------------------------------------------------------

void print_parts(const critical_answer& a) {
  std::cout << fmt::format("{:.6f} s from its first event to its last:\n",
                           seconds(a.span()));
  for (const auto part : all_parts)
    std::cout << fmt::format("  {:28} {:>11.6f} s {:>4.0f}%\n", words_of(part),
                             seconds(a.path.sum(part)),
                             percent(a.path.sum(part), a.span()));
}

void print_layers(const critical_answer& a) {
  if (a.layers.empty())
    return;
  std::cout << fmt::format("\ncomputing, by layer:\n{:>8} {:>6} {:>11}  {}\n",
                           "layer", "tasks", "seconds", "kernel");
  for (const auto& [id, share] : by_time(a))
    std::cout << fmt::format("{:>8} {:>6} {:>11.6f}  {:22} {}\n", id,
                             share.tasks, seconds(share.time),
                             kernel_of(a.edges.at(id)),
                             a.edges.at(id).expression);
}

std::string words_of(const critical_answer& a, const path_step& s) {
  const auto task = text_of(s.task);
  const auto& nodes = a.history.nodes();
  const auto node = s.node < nodes.size() ? nodes[s.node].name : "nobody";
  switch (s.part) {
  case path_part::computing:
    return fmt::format("task {} runs on node {}", task, node);
  case path_part::queued:
    return fmt::format("task {} waits to run on node {}", task, node);
  case path_part::transfer:
    return fmt::format("{} is on its way to node {}", task, node);
  case path_part::unknown:
    return fmt::format("unknown, at task {} on node {}", task, node);
  }
  return {};
}

void print_steps(const critical_answer& a, std::size_t most) {
  const auto shown = longest_of(a.path, most);
  if (shown.empty())
    return;
  std::cout << fmt::format("\nthe path, {}:\n{:>13} {:>11}\n",
                           shown.size() == a.path.steps.size()
                               ? fmt::format("{} steps", shown.size())
                               : fmt::format("its {} longest steps of {}",
                                             shown.size(), a.path.steps.size()),
                           "at ms", "for ms");
  for (const auto* s : shown)
    std::cout << fmt::format("{:>13.3f} {:>11.3f}  {}\n",
                             millis(s->begin - a.history.begin()),
                             millis(s->duration()), words_of(a, *s));
}

void print_guess(const char* what, const std::optional<double>& guess) {
  if (guess)
    std::cout << fmt::format("  {:44} {:>11.6f} s\n", what, *guess);
  else
    std::cout << fmt::format("  {:44} {:>13}\n", what, "cannot say");
}

void print_model(const what_if& m) {
  std::cout << "\nwhat if, by a model of the cluster:\n";
  print_guess("as it was", m.as_it_was);
  print_guess("twice the bandwidth", m.twice_the_bandwidth);
  print_guess("no waiting: a thread for every task", m.no_waiting);
  print_guess("the same nodes, tasks placed afresh", m.placed_afresh);
  print_guess("one node more, tasks placed afresh", m.one_node_more);
  if (m.as_it_was && m.was > 0)
    std::cout << fmt::format("  (the model's own error: {:+.1f}% for the run "
                             "as it was)\n",
                             100 * (*m.as_it_was - m.was) / m.was);
}

void print(const critical_answer& a, std::size_t steps) {
  std::cout << fmt::format(
      "plan {:x}{}{}\n{} of its {} tasks ran on {} "
      "nodes; ",
      a.plan.what.id, a.plan.text.empty() ? "" : ": ", a.plan.text,
      a.history.tasks(), a.edges.tasks(),
      std::ranges::count_if(a.history.nodes(),
                            [](const auto& n) { return n.threads > 0; }));
  print_parts(a);
  print_layers(a);
  print_steps(a, steps);
  print_model(a.model);
}

int run_critical(const critical_options& o) {
  const auto run = load_traced_run(o.file, o.plan);
  if (!run) {
    std::cerr << "tern critical: " << run.error().what << '\n';
    return exit_status_of(run.error());
  }
  const auto answer = answer_of(run->plan, run->edges, run->history);
  if (o.json)
    std::cout << json_of(answer, answer.path.steps.size())
                     .dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
  else
    print(answer, o.steps);
  return exit_well;
}

} // namespace

void add_critical(CLI::App& tool) {
  auto o = std::make_shared<critical_options>();
  auto* c = tool.add_subcommand(
      "critical", "Why a run took as long as it did, by its trace: the chain "
                  "of tasks that each waited for the one before, and what "
                  "another cluster would change.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_option("--plan", o->plan, "which one, if there are several");
  c->add_option("--steps", o->steps, "so many of the path, the longest")
      ->capture_default_str();
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern eval 'x = random.random((4000, 4000)); "
            "(x @ x).sum()' --scheduler processes --nodes 2 "
            "--trace run.tern-trace\n  tern critical run.tern-trace");
  c->callback([o] { throw CLI::RuntimeError(run_critical(*o)); });
}

} // namespace tern
