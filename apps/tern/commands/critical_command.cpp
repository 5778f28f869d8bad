// `tern critical`: what the time of a run went into.
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/traced_run.hpp"
#include "dataflow/runtime/analysis/critical_path.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/analysis/schedule_model.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <map>
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

/// What the tasks of one layer have of a path.
struct layer_share {
  std::int64_t time = 0;
  std::uint64_t tasks = 0;
};

/// What the command answers.
struct critical_answer {
  const traced_run& run;
  critical_path path;
  what_if model;
  std::map<layer_id, layer_share> layers;

  std::int64_t span() const noexcept {
    return run.history.end() - run.history.begin();
  }
};

constexpr path_part all_parts[] = {path_part::computing, path_part::queued,
                                   path_part::transfer, path_part::unknown};

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

critical_answer answer_of(const traced_run& run) {
  critical_answer out{run,
                      find_critical_path(run.edges, run.history),
                      ask_model(run.edges, run.history, run.plan.what.view),
                      {}};
  for (const auto& step : out.path.steps)
    if (step.part == path_part::computing) {
      auto& share = out.layers[step.task.layer];
      share.time += step.duration();
      ++share.tasks;
    }
  return out;
}

/// Those with most time first.
std::vector<std::pair<layer_id, layer_share>>
by_time(const critical_answer& answer) {
  std::vector<std::pair<layer_id, layer_share>> all(answer.layers.begin(),
                                                    answer.layers.end());
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const auto& l) { return l.second.time; });
  return all;
}

std::string expression_of(const traced_run& run, layer_id id) {
  return run.edges.at(id).expression;
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
                             kernel_of(a.run.edges.at(id)),
                             expression_of(a.run, id));
}

std::string words_of(const critical_answer& a, const path_step& s) {
  const auto task = text_of(s.task);
  const auto& nodes = a.run.history.nodes();
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

/// The longest ones, in order of time.
std::vector<const path_step*> longest_of(const critical_path& path,
                                         std::size_t most) {
  std::vector<const path_step*> all;
  for (const auto& s : path.steps)
    all.push_back(&s);
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const path_step* s) { return s->duration(); });
  all.resize(std::min(all.size(), most));
  std::ranges::sort(all, {}, [](const path_step* s) { return s->begin; });
  return all;
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
                             millis(s->begin - a.run.history.begin()),
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
  const auto& run = a.run;
  std::cout << fmt::format(
      "plan {:x}{}{}\n{} of its {} tasks ran on {} "
      "nodes; ",
      run.plan.what.id, run.plan.text.empty() ? "" : ": ", run.plan.text,
      run.history.tasks(), run.edges.tasks(),
      std::ranges::count_if(run.history.nodes(),
                            [](const auto& n) { return n.threads > 0; }));
  print_parts(a);
  print_layers(a);
  print_steps(a, steps);
  print_model(a.model);
}

// -- JSON ---------------------------------------------------------------------

json json_of(const std::optional<double>& guess) {
  return guess ? json(*guess) : json(nullptr);
}

json json_of(const what_if& m) {
  return {{"as_it_was", json_of(m.as_it_was)},
          {"twice_the_bandwidth", json_of(m.twice_the_bandwidth)},
          {"no_waiting", json_of(m.no_waiting)},
          {"placed_afresh", json_of(m.placed_afresh)},
          {"one_node_more", json_of(m.one_node_more)}};
}

void print_json(const critical_answer& a) {
  const auto& run = a.run;
  json out{{"plan", fmt::format("{:x}", run.plan.what.id)},
           {"text", run.plan.text},
           {"tasks", run.edges.tasks()},
           {"tasks_seen", run.history.tasks()},
           {"span_ns", a.span()}};
  for (const auto part : all_parts)
    out["parts_ns"][std::string{name_of(part)}] = a.path.sum(part);
  out["layers"] = json::array();
  for (const auto& [id, share] : by_time(a))
    out["layers"].push_back({{"layer", id},
                             {"kernel", kernel_of(run.edges.at(id))},
                             {"expression", expression_of(run, id)},
                             {"tasks", share.tasks},
                             {"time_ns", share.time}});
  out["steps"] = json::array();
  for (const auto& s : a.path.steps)
    out["steps"].push_back({{"part", name_of(s.part)},
                            {"task", text_of(s.task)},
                            {"node", s.node < run.history.nodes().size()
                                         ? run.history.nodes()[s.node].name
                                         : ""},
                            {"begin_ns", s.begin - run.history.begin()},
                            {"time_ns", s.duration()}});
  out["seconds"] = a.model.was;
  out["what_if_seconds"] = json_of(a.model);
  std::cout << out.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

int run_critical(const critical_options& o) {
  const auto run = load_traced_run(o.file, o.plan);
  if (!run) {
    std::cerr << "tern critical: " << run.error().what << '\n';
    return exit_status_of(run.error());
  }
  const auto answer = answer_of(*run);
  if (o.json)
    print_json(answer);
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
