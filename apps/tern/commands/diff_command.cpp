// `tern diff`: where two runs part.
#include "actors/trace/received_order.hpp"
#include "actors/trace/trace_names.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/traced_run.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/analysis/plan_difference.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr int exit_trouble = 2; ///< as other programs that compare

struct diff_options {
  std::string a;
  std::string b;
  std::vector<std::string> ignored;
  bool json = false;
};

struct trace_file {
  std::string path;
  trace_content trace;
  std::vector<traced_plan> plans;
  std::vector<std::size_t> numbers; ///< of its nodes
};

/// What two runs have of one plan.
struct compared_plan {
  edge_index edges;
  plan_history a;
  plan_history b;
  plan_difference found;
};

/// Why two plans are not the same, in words.
struct other_plan {
  std::size_t number = 0;
  std::optional<layer_id> layer; ///< none: one of the files has no such plan
};

struct comparison {
  const trace_file& a;
  const trace_file& b;
  std::vector<std::unique_ptr<compared_plan>> plans; ///< as they were submitted
  std::optional<other_plan> other;
  actors_difference actors;

  bool same() const {
    return !other && actors.all.empty()
           && std::ranges::none_of(
               plans, [](const auto& p) { return p->found.first.has_value(); });
  }
};

result<trace_file> open(const std::string& path) {
  auto trace = load_trace(path);
  if (!trace)
    return tl::make_unexpected(trace.error());
  trace_file out{path, std::move(*trace), {}, {}};
  std::vector<node_id> first;
  for (const auto& p : out.trace.plans) {
    auto plan = plan_in(out.trace, p.id);
    if (!plan)
      return fail(plan.error().kind, path + ": " + plan.error().what);
    if (out.plans.empty())
      for (const auto& place : plan->what.view.places)
        first.push_back(place.node);
    out.plans.push_back(std::move(*plan));
  }
  out.numbers = number_nodes(out.trace, first);
  return out;
}

std::array<bool, task_aspects>
heeded_aspects(const std::vector<std::string>& ignored) {
  std::array<bool, task_aspects> heeded{};
  for (std::size_t i = 0; i < task_aspects; ++i)
    heeded[i] =
        std::ranges::count(ignored, name_of(static_cast<task_aspect>(i))) == 0;
  return heeded;
}

comparison compare(const trace_file& a, const trace_file& b,
                   const std::vector<std::string>& ignored) {
  comparison out{a, b, {}, {}, {}};
  const auto shared = std::min(a.plans.size(), b.plans.size());
  const auto heeded = heeded_aspects(ignored);
  for (std::size_t i = 0; i < shared && !out.other; ++i) {
    const auto& x = a.plans[i].what;
    const auto& y = b.plans[i].what;
    if (const auto layer = first_other_layer(x.work, y.work)) {
      out.other = {i, layer};
      continue;
    }
    edge_index edges{x.work};
    plan_history in_a{a.trace, x.id, edges};
    plan_history in_b{b.trace, y.id, edges};
    auto p = std::make_unique<compared_plan>(
        compared_plan{std::move(edges), std::move(in_a), std::move(in_b), {}});
    p->found =
        compare_runs(p->edges, {p->a, a.numbers}, {p->b, b.numbers}, heeded);
    out.plans.push_back(std::move(p));
  }
  if (!out.other && a.plans.size() != b.plans.size())
    out.other = {shared, {}};
  if (std::ranges::count(ignored, "actors") == 0)
    out.actors = compare_received(a.trace, a.numbers, b.trace, b.numbers);
  return out;
}

// -- words --------------------------------------------------------------------

std::string words_of(const graph& g, layer_id id) {
  if (id >= g.layers.size())
    return "it has no such layer";
  const auto& l = g.layers[id];
  const auto parameters = parameters_of(l);
  return kernel_of(l) + (parameters.empty() ? "" : ": " + parameters)
         + (l.expression.empty() ? "" : "; " + l.expression);
}

void print_other(const comparison& c) {
  const auto& o = *c.other;
  if (!o.layer) {
    std::cout << fmt::format("{} has {} plans and {} has {}\n", c.a.path,
                             c.a.plans.size(), c.b.path, c.b.plans.size());
    return;
  }
  std::cout << fmt::format(
      "plan {} is another one in the two files, first in its layer {}:\n"
      "  {}: {}\n  {}: {}\n",
      o.number + 1, *o.layer, c.a.path,
      words_of(c.a.plans[o.number].what.work, *o.layer), c.b.path,
      words_of(c.b.plans[o.number].what.work, *o.layer));
}

std::string words_of(const std::vector<std::uint32_t>& slots) {
  constexpr std::size_t most = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, slots.size()); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", slots[i]);
  return slots.size() > most ? text + ", ..." : text;
}

/// What became of a task in a file.
std::string words_of(const plan_history& history, const task_account& t,
                     task_aspect what) {
  if (!t.last)
    return "it did not run";
  auto text =
      fmt::format("it {} on node {} ({}), thread {}, at {:.3f} ms",
                  t.failed ? "failed" : "ran", t.node,
                  history.nodes()[t.last->node].name, t.last->thread,
                  static_cast<double>(t.last->fired - history.begin()) * 1e-6);
  if (t.count > 1 || what == task_aspect::count)
    text += fmt::format(", {} times in all", t.count);
  if (what == task_aspect::order)
    text += fmt::format("; its inputs came in the order {}", words_of(t.order));
  return text;
}

std::string words_of(task_aspect what) {
  switch (what) {
  case task_aspect::outcome:
    return "how it ended";
  case task_aspect::count:
    return "how often it ran";
  case task_aspect::place:
    return "where it ran";
  case task_aspect::order:
    return "in which order its inputs came";
  }
  return {};
}

void print_task(const comparison& c, const compared_plan& p) {
  const auto& d = *p.found.first;
  std::cout << fmt::format(
      "the runs part at task {} ({}), by {}:\n"
      "  {}: {}\n  {}: {}\n",
      text_of(d.task), describe(p.edges, d.task), words_of(d.what), c.a.path,
      words_of(p.a, d.a, d.what), c.b.path, words_of(p.b, d.b, d.what));
  std::cout << fmt::format("of {} tasks", p.found.tasks);
  for (std::size_t i = 0; i < task_aspects; ++i)
    std::cout << fmt::format("{} {} differ by {}", i == 0 ? "" : ",",
                             p.found.differing[i],
                             words_of(static_cast<task_aspect>(i)));
  std::cout << '\n';
}

std::string words_of(const trace_file& f,
                     const std::optional<received_message>& m) {
  if (!m)
    return "it received no more";
  const auto& node = f.trace.nodes[m->node];
  const auto sender = m->sender.kind == actor_kind::none
                          ? std::string{}
                          : to_string(m->sender) + ", ";
  if (!m->name.empty())
    return fmt::format("{} from {}, at {} ns on node {} ({})", m->name,
                       to_string(m->sender), m->time, f.numbers[m->node],
                       display_name(node));
  return fmt::format("{} from {}node {}, at {} ns on node {} ({}), thread {}",
                     name_in(f.trace.header.messages, m->kind), sender, m->from,
                     m->time, f.numbers[m->node], display_name(node),
                     m->thread);
}

void print_actors(const comparison& c) {
  const auto& d = c.actors.all.front();
  std::cout << fmt::format(
      "what {} received parts at its message {}:\n  {}: {}\n  {}: {}\n"
      "{} of {} actors received something else\n",
      to_string(d.actor), d.position + 1, c.a.path, words_of(c.a, d.a),
      c.b.path, words_of(c.b, d.b), c.actors.all.size(), c.actors.actors);
}

void print(const comparison& c) {
  if (c.other)
    print_other(c);
  std::size_t tasks = 0;
  for (const auto& p : c.plans) {
    tasks += p->found.tasks;
    if (p->found.first)
      print_task(c, *p);
  }
  if (!c.actors.all.empty())
    print_actors(c);
  if (c.same())
    std::cout << fmt::format("the same: {} plans, {} tasks, {} actors\n",
                             c.plans.size(), tasks, c.actors.actors);
}

// -- JSON ---------------------------------------------------------------------

json json_of(const plan_history& history, const task_account& t) {
  json out{{"runs", t.count}, {"failed", t.failed}};
  if (!t.last)
    return out;
  out["node"] = t.node;
  out["name"] = history.nodes()[t.last->node].name;
  out["thread"] = t.last->thread;
  out["since_begin_ns"] = t.last->fired - history.begin();
  out["inputs"] = t.order;
  return out;
}

json json_of(const compared_plan& p) {
  json out{{"tasks", p.found.tasks}};
  for (std::size_t i = 0; i < task_aspects; ++i)
    out["differing"][std::string{name_of(static_cast<task_aspect>(i))}] =
        p.found.differing[i];
  out["first"] = nullptr;
  if (const auto& d = p.found.first)
    out["first"] = {{"task", text_of(d->task)},
                    {"what", describe(p.edges, d->task)},
                    {"by", name_of(d->what)},
                    {"a", json_of(p.a, d->a)},
                    {"b", json_of(p.b, d->b)}};
  return out;
}

json json_of(const trace_file& f, const std::optional<received_message>& m) {
  if (!m)
    return nullptr;
  return {{"message", m->name.empty()
                          ? name_in(f.trace.header.messages, m->kind)
                          : m->name},
          {"sender", m->sender.kind == actor_kind::none
                         ? json(nullptr)
                         : json(to_string(m->sender))},
          {"from_node", m->from},
          {"node", f.numbers[m->node]},
          {"thread", m->thread},
          {"time_ns", m->time}};
}

void print_json(const comparison& c) {
  json out{{"same", c.same()}, {"plans", json::array()}};
  for (const auto& p : c.plans)
    out["plans"].push_back(json_of(*p));
  out["other_plan"] = nullptr;
  if (c.other)
    out["other_plan"] = {
        {"plan", c.other->number + 1},
        {"layer", c.other->layer ? json(*c.other->layer) : json(nullptr)}};
  out["actors"] = {{"compared", c.actors.actors},
                   {"differing", c.actors.all.size()},
                   {"first", nullptr}};
  if (!c.actors.all.empty()) {
    const auto& d = c.actors.all.front();
    out["actors"]["first"] = {{"actor", to_string(d.actor)},
                              {"message", d.position + 1},
                              {"a", json_of(c.a, d.a)},
                              {"b", json_of(c.b, d.b)}};
  }
  std::cout << out.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

int run_diff(const diff_options& o) {
  const auto a = open(o.a);
  const auto b = a ? open(o.b) : a;
  if (!b) {
    std::cerr << "tern diff: " << b.error().what << '\n';
    return exit_trouble;
  }
  const auto found = compare(*a, *b, o.ignored);
  if (o.json)
    print_json(found);
  else
    print(found);
  return found.same() ? exit_well : exit_failed;
}

} // namespace

void add_diff(CLI::App& tool) {
  auto o = std::make_shared<diff_options>();
  auto* c = tool.add_subcommand(
      "diff", "Where two runs of the same work part, by their traces: the "
              "first task with which they did different things, and the first "
              "message that an actor received in one of them only. Exit "
              "status: 0 the same, 1 they differ, 2 trouble.");
  c->add_option("a", o->a, "a .tern-trace file")->required();
  c->add_option("b", o->b, "another one")->required();
  c->add_option("--ignore", o->ignored,
                "what does not count: outcome, count, place, order (of a "
                "task's inputs), actors; may be given more than once")
      ->check(CLI::IsMember({"outcome", "count", "place", "order", "actors"}))
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern diff good.tern-trace bad.tern-trace "
            "--ignore place,order");
  c->callback([o] { throw CLI::RuntimeError(run_diff(*o)); });
}

} // namespace tern
