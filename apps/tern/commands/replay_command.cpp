// `tern replay`: a task of a recorded run once more, in this process, or an
// actor of a user's class.
#include "actors/debugger.hpp"
#include "actors/replay/actor_library.hpp"
#include "actors/replay/replay_question.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/plan_guest.hpp"
#include "apps/tern/print.hpp"
#include "apps/tern/traced_run.hpp"
#include "dataflow/graph/lineage.hpp"
#include "dataflow/runtime/hooks.hpp"
#include "dataflow/runtime/kernel_library.hpp"
#include "dataflow/runtime/why.hpp"
#include "serialization/checksum.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <iostream>
#include <memory>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr std::int64_t most_values = 8;
constexpr std::size_t most_named = 8;

struct replay_command_options {
  std::string file;
  std::string whom; ///< a task or an actor
  std::string plan;
  std::vector<std::string> also;
  std::size_t until = ~std::size_t{0};
  bool list = false;
  std::vector<std::string> libraries;
  bool gdb = false;
  bool json = false;
};

/// What tells a block from another.
struct block_print {
  block_key task;
  dtype type = dtype::float64;
  shape extents;
  std::uint64_t sum = 0; ///< of its bytes
};

int complain(int status, const std::string& what) {
  std::cerr << "tern replay: " << what << '\n';
  return status;
}

block_print print_of(const block_key& task, const block& b) {
  return {task, b.type(), b.shape(), checksum(b.payload())};
}

/// Blocks of the lineage that another plan held, as a session does.
result<void> check_sources(const edge_index& edges, const block_key& task) {
  const auto lineage = lineage_of(edges, task, most_lineage_tasks);
  if (!lineage)
    return tl::make_unexpected(lineage.error());
  std::string names;
  std::size_t held = 0;
  for (const auto& key : *lineage) {
    const auto* call = std::get_if<op_call>(&edges.at(key.layer).op);
    if (!call || !decode_held(*call))
      continue;
    if (++held <= most_named)
      names += fmt::format("{}{} ({})", held == 1 ? "" : ", ", text_of(key),
                           describe(edges, key));
  }
  if (held == 0)
    return {};
  return fail(failure_kind::refused,
              fmt::format("{} depends on {} {} that only the session had: {}{}",
                          text_of(task), held, held == 1 ? "block" : "blocks",
                          names, held > most_named ? ", ..." : ""));
}

block no_session(const held_call&, std::int64_t) {
  throw task_error{{failure_kind::not_found, "only the session had it"}};
}

/// The first elements, in one row.
block first_values(const block& b) {
  const auto n = std::min(b.size(), most_values);
  block_builder out{b.type(), {n}};
  std::memcpy(out.data(), b.data(),
              static_cast<std::size_t>(n) * size_of(b.type()));
  return out.finish();
}

/// As text, in one line.
std::string words_of(const block& b) {
  auto text = to_text(b);
  std::erase(text, '\n');
  return text;
}

// -- output -------------------------------------------------------------------

std::string words_of(const block_print& p) {
  return fmt::format("{} {}, checksum {:016x}", name_of(p.type),
                     to_string(p.extents), p.sum);
}

json json_of(const block_print& p) {
  json out{{"task", text_of(p.task)},
           {"dtype", name_of(p.type)},
           {"shape", json::array()},
           {"checksum", fmt::format("{:016x}", p.sum)}};
  for (const auto extent : p.extents)
    out["shape"].push_back(extent);
  return out;
}

void print(const traced_run& run, const block_key& task,
           const std::vector<block_print>& inputs, const block& made) {
  std::cout << fmt::format("{}  {}\n", text_of(task),
                           describe(run.edges, task));
  for (std::size_t slot = 0; slot < inputs.size(); ++slot)
    std::cout << fmt::format("  input {}: {}  {}\n", slot,
                             text_of(inputs[slot].task),
                             words_of(inputs[slot]));
  std::cout << fmt::format("  made: {}\n  {}{}\n",
                           words_of(print_of(task, made)),
                           words_of(first_values(made)),
                           made.size() > most_values ? " and so on" : "");
}

void print_json(const traced_run& run, const block_key& task,
                const std::vector<block_print>& inputs, const block& made) {
  auto out = json_of(print_of(task, made));
  out["what"] = describe(run.edges, task);
  out["inputs"] = json::array();
  for (const auto& in : inputs)
    out["inputs"].push_back(json_of(in));
  // as text: its digits are the shortest, its NaN Python's
  auto line = out.dump(-1, ' ', false, json::error_handler_t::replace);
  line.pop_back();
  std::cout << line << ",\"values\":" << to_json(first_values(made)) << "}\n";
}

// -- the command --------------------------------------------------------------

/// Runs it and prints what came of it; the exit status.
int replay(const replay_command_options& o, const traced_run& run,
           const block_key& task, const kernel_registry& kernels) {
  std::vector<block_print> inputs;
  lineage_options how;
  how.hooks = hooks_with(kernels, run.edges, no_session);
  how.before = [&](std::span<const block> given) {
    run.edges.each_input(task, [&](std::uint32_t slot, const block_key& from) {
      inputs.push_back(print_of(from, given[slot]));
    });
    if (o.gdb)
      std::raise(SIGTRAP);
  };
  const auto made = remake(run.edges, task, how);
  if (!made)
    return complain(exit_failed, made.error().what);
  if (o.json)
    print_json(run, task, inputs, *made);
  else
    print(run, task, inputs, *made);
  return exit_well;
}

int run_replay_actor(const replay_command_options& o) {
  actor_types known;
  if (auto loaded = load_actors(o.libraries, known); !loaded)
    return complain(exit_failed, loaded.error().what);
  replay_question q;
  q.files = o.also;
  q.files.insert(q.files.begin(), o.file);
  q.actor = o.whom;
  q.until = o.until;
  q.list = o.list;
  q.gdb = o.gdb;
  q.json = o.json;
  return answer_replay(q, known);
}

int run_replay(const replay_command_options& o) {
  const auto task = parse_task(o.whom);
  if (!task)
    return run_replay_actor(o);
  if (o.gdb && !is_debugged())
    return complain(exit_usage,
                    fmt::format("--gdb stops for a debugger, and there is "
                                "none: gdb --args tern replay {} {} --gdb",
                                o.file, o.whom));
  const auto run = load_traced_run(o.file, o.plan, *task);
  if (!run)
    return complain(exit_status_of(run.error()), run.error().what);
  if (const auto& made_by = run->trace.header.tern; made_by != library_version)
    std::cerr << fmt::format("tern replay: {} is of tern {} and this is {}: "
                             "results may have other bits\n",
                             o.file, made_by.empty() ? "unknown" : made_by,
                             library_version);
  kernel_registry kernels;
  if (auto loaded = load_kernels(o.libraries, kernels); !loaded)
    return complain(exit_failed, loaded.error().what);
  if (const auto missing = unknown_kernels(kernels, run->edges);
      !missing.empty())
    return complain(exit_failed,
                    fmt::format("the plan calls functions that are not here: "
                                "{}; --load FILE.so brings them",
                                fmt::join(missing, ", ")));
  if (auto ok = check_sources(run->edges, *task); !ok)
    return complain(exit_failed, ok.error().what);
  return replay(o, *run, *task, kernels);
}

} // namespace

void add_replay(CLI::App& tool) {
  auto o = std::make_shared<replay_command_options>();
  auto* c = tool.add_subcommand(
      "replay", "Make a block of a recorded run again, here: its inputs are "
                "made again from the plan in the trace, from the sources on, "
                "and have the same bits. Or run the handlers of a recorded "
                "actor again, over all its moves, and compare.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_option("whom", o->whom,
                "LAYER/INDEX, as --explain numbers them; or actor/NODE/N, or "
                "the name of an actor's class")
      ->required();
  c->add_option("--plan", o->plan, "which one, if there are several");
  c->add_option("--load", o->libraries,
                "a library of functions, or for an actor of classes; may be "
                "given more than once")
      ->type_name("FILE.so")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  c->add_flag("--gdb", o->gdb,
              "stop in the debugger right before the task runs, or the "
              "actor's last handler");
  c->add_option("--until", o->until, "an actor: the last handler to run")
      ->check(CLI::PositiveNumber);
  c->add_flag("--list", o->list, "an actor: each handler in a line");
  c->add_option("--also", o->also, "an actor: another trace of the same run")
      ->type_name("FILE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Examples:\n  tern replay run.tern-trace 2/0\n"
            "  gdb --args tern replay run.tern-trace 2/0 --gdb\n"
            "  tern replay run.tern-trace actor/1f2e/3 --load ./bank.so "
            "--until 17");
  c->callback([o] { throw CLI::RuntimeError(run_replay(*o)); });
}

} // namespace tern
