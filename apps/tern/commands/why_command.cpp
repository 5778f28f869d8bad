// `tern why` and `tern where`: what a running plan waits for, and where its
// tasks are; where they were, by a trace, is in where_trace.cpp.
#include "apps/tern/asked_plan.hpp"
#include "apps/tern/commands/actor_question.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/commands/where_trace.hpp"
#include "dataflow/graph/evaluate.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* which_cluster = "which cluster? --join HOST:PORT";

struct question_options {
  std::string plan;  ///< or an actor
  std::string task;  ///< why: may be empty
  std::string trace; ///< where: a file instead of a cluster
  bool json = false;
};

result<plan_question> parse(const question_options& o,
                            const configuration& settings) {
  plan_question out;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where)
    return fail(failure_kind::refused, which_cluster);
  out.where = *where;
  const auto id = parse_plan(o.plan);
  if (!id)
    return tl::make_unexpected(id.error());
  out.plan_id = *id;
  if (o.task.empty())
    return out;
  const auto task = parse_task(o.task);
  if (!task)
    return tl::make_unexpected(task.error());
  out.task = *task;
  return out;
}

void print_json(const json& answer) {
  std::cout << answer.dump(-1, ' ', false, json::error_handler_t::replace)
            << '\n';
}

// -- why ----------------------------------------------------------------------

void print(const asked_plan& p, const std::vector<reason>& chain) {
  for (const auto& r : chain) {
    std::cout << fmt::format("{}  {}\n    {}\n", text_of(r.task),
                             describe(p.edges(), r.task), p.words(r));
    if (const auto owner = r.report ? std::nullopt : p.owner(r.task))
      std::cout << fmt::format("    it belongs to node {}\n", p.name(*owner));
  }
}

int answer_why(const asked_plan& p, const question_options& o,
               const plan_question& q) {
  const auto chain = p.reasons(q.task);
  if (o.json) {
    print_json(json_of(p, o.plan, chain));
  } else if (chain.empty()) {
    std::cout << (q.task ? "task " + o.task + " is done\n"
                         : "all results of plan " + o.plan + " are there\n");
  } else {
    print(p, chain);
  }
  return exit_well;
}

// -- where --------------------------------------------------------------------

int answer_where(const asked_plan& p, const question_options& o,
                 const plan_question& q) {
  const auto& task = *q.task;
  const auto owner = p.owner(task);
  const auto report = p.question()({task}).front();
  if (o.json) {
    json out{{"plan", o.plan}, {"task", o.task}};
    if (owner)
      out["owner"] = p.name(*owner);
    if (report) {
      out["node"] = p.name(report->node);
      out["place"] = report->place;
      out["moves"] = report->epoch;
      out["state"] = name_of(report->phase);
    }
    print_json(out);
    return report ? exit_well : exit_failed;
  }
  std::cout << fmt::format("{}  {}\n", o.task, describe(p.edges(), task));
  if (report)
    std::cout << fmt::format("    {} on node {} (number {} in the plan's "
                             "view), after {} moves\n",
                             name_of(report->phase), p.name(report->node),
                             report->place, report->epoch);
  if (owner)
    std::cout << fmt::format("    in the region of node {}\n", p.name(*owner));
  else
    std::cout << "    a node has died: what the others have decides whose "
                 "region it is in\n";
  if (!report)
    std::cout << "    nobody answers for it\n";
  return report ? exit_well : exit_failed;
}

// -- both ---------------------------------------------------------------------

using answer_function = int (*)(const asked_plan&, const question_options&,
                                const plan_question&);
using actor_function = int (*)(const address&, const actor_id&, bool json);

/// The two answers of a command: of plans, and of users' actors.
struct answers {
  const char* command;
  answer_function of_plan;
  actor_function of_actor;
  bool needs_task; ///< of a plan
};

int run(const answers& a, const question_options& o,
        const configuration& settings) {
  const auto* command = a.command;
  const auto complain = [command](int status, const failure& why) {
    std::cerr << "tern " << command << ": " << why.what << '\n';
    return status;
  };
  if (const auto status = complain_of(settings, command); status != exit_well)
    return status;
  const auto question = parse(o, settings);
  if (const auto actor = parse_user_actor(o.plan)) {
    const auto where = parse_address(settings[setting::join_address].text);
    if (!where)
      return complain(exit_usage, {failure_kind::refused, which_cluster});
    if (!o.task.empty())
      return complain(exit_usage,
                      {failure_kind::refused, "an actor has no tasks"});
    return a.of_actor(*where, *actor, o.json);
  }
  if (!question)
    return complain(exit_usage, question.error());
  if (a.needs_task && o.task.empty())
    return complain(exit_usage,
                    {failure_kind::refused, "which task of the plan? "
                                            "LAYER/INDEX"});
  const auto found = asked_plan::open(*question);
  if (!found)
    return complain(exit_failed, found.error());
  return a.of_plan(*found, o, *question);
}

} // namespace

void add_why(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<question_options>();
  auto* c = tool.add_subcommand(
      "why", "Why a running plan, a task of it, or an actor does not go on.");
  c->add_option("plan", o->plan,
                "as `tern status` prints it; or an actor, actor/NODE/COUNTER")
      ->required();
  c->add_option("task", o->task,
                "LAYER/INDEX, as --explain numbers them; without it, the first "
                "result that is not there");
  add_flag_of(setting::join_address, *c, settings);
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Each line waits for the next one; the last is the reason.\n\n"
            "Examples:\n  tern why 1f2e3d4c5b6a7988 --join 127.0.0.1:7000\n"
            "  tern why 1f2e3d4c5b6a7988 7/0 --join 127.0.0.1:7000\n"
            "  tern why actor/4f1d8c2e6a7b9035/1 --join 127.0.0.1:7000");
  c->callback([o, &settings] {
    throw CLI::RuntimeError(
        run({"why", answer_why, answer_why_actor, false}, *o, settings));
  });
}

namespace {

int run_where(const question_options& o, const configuration& settings) {
  if (o.trace.empty())
    return run({"where", answer_where, answer_where_actor, true}, o, settings);
  if (o.task.empty())
    return answer_where_trace(o.trace, o.plan, o.json);
  const auto plan = parse_plan(o.plan);
  const auto task = parse_task(o.task);
  if (!plan || !task) {
    std::cerr << "tern where: " << (plan ? task.error() : plan.error()).what
              << '\n';
    return exit_usage;
  }
  const auto id = actor_id::task(*plan, task->layer, task->index);
  return answer_where_trace(o.trace, to_string(id), o.json);
}

} // namespace

void add_where(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<question_options>();
  auto* c = tool.add_subcommand(
      "where", "Where a task of a running plan, or an actor, is; by a trace: "
               "where it was, and every decision that put it there.");
  c->add_option("plan", o->plan,
                "as `tern status` prints it; or an actor, actor/NODE/COUNTER; "
                "by a trace also 'task LAYER/INDEX' and so on, as for `tern "
                "story`")
      ->required();
  c->add_option("task", o->task,
                "of a plan: LAYER/INDEX, as --explain numbers them");
  add_flag_of(setting::join_address, *c, settings);
  c->add_option("--trace", o->trace, "a .tern-trace file, instead of --join");
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Examples:\n  tern where 1f2e3d4c5b6a7988 7/0 --join "
            "127.0.0.1:7000\n"
            "  tern where actor/4f1d8c2e6a7b9035/1 --join 127.0.0.1:7000\n"
            "  tern where 'task 7/0' --trace run.tern-trace");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_where(*o, settings)); });
}

} // namespace tern
