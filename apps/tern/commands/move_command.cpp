#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/plan_guest.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <utility>

namespace tern {

namespace {

struct move_options {
  std::string plan;
  std::string task;
  unsigned target = 0;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern move: " << what << '\n';
  return status;
}

int run_move(const move_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "move"); status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  const auto plan_id = parse_plan(o.plan);
  const auto task = parse_task(o.task);
  if (!where)
    return complain(exit_usage, "which cluster? --join HOST:PORT");
  if (!plan_id)
    return complain(exit_usage, plan_id.error().what);
  if (!task)
    return complain(exit_usage, task.error().what);
  const auto guest = plan_guest::join(*where, *plan_id);
  if (!guest)
    return complain(exit_failed, guest.error().what);
  auto m = message_of(message_kind::order_move, pack(*task));
  m.ordinal = o.target;
  const auto said = (*guest)->ask(std::move(m), message_kind::order_moved);
  if (!said)
    return complain(exit_failed, fmt::format("no node answers for task {} of "
                                             "plan {}",
                                             o.task, o.plan));
  if (said->epoch == 0)
    return complain(exit_failed,
                    fmt::format("task {} stays on node {}: it is {}", o.task,
                                said->ordinal, said->text));
  std::cout << fmt::format("task {}, {} on node {}, moves to node {}\n", o.task,
                           said->text, said->ordinal, o.target);
  return exit_well;
}

} // namespace

void add_move(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<move_options>();
  auto* c = tool.add_subcommand(
      "move", "Move one task, or the block it made, to another node.");
  c->add_option("plan", o->plan, "as `tern status` prints it")->required();
  c->add_option("task", o->task, "LAYER/INDEX, as --explain numbers them")
      ->required();
  c->add_option("node", o->target, "number of the node in the plan's view")
      ->required();
  add_flag_of(setting::join_address, *c, settings);
  c->footer("Example:\n  tern move 1f2e3d4c5b6a7988 7/0 2 --join "
            "127.0.0.1:7000");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_move(*o, settings)); });
}

} // namespace tern
