#include "actors/replay/replay_question.hpp"

#include "actors/api/step_recorder.hpp"
#include "actors/debugger.hpp"
#include "actors/trace/names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <iostream>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr int exit_well = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr std::size_t most_named = 8;

result<std::vector<trace_content>>
load_all(const std::vector<std::string>& files) {
  std::vector<trace_content> all;
  for (const auto& file : files) {
    auto trace = load_trace(file);
    if (!trace)
      return tl::make_unexpected(trace.error());
    all.push_back(std::move(*trace));
  }
  return all;
}

/// Empty: its state is not in the trace.
std::string class_of(const actor_history& h) {
  for (const auto& stay : h.stays)
    for (const auto& step : stay.steps)
      if (step.kind == step_kind::state)
        if (const auto was = from_bytes<recorded_state>(step.payload))
          return was->type.name;
  return {};
}

std::string list_of(const std::vector<actor_id>& actors) {
  std::string all;
  for (std::size_t i = 0; i < std::min(actors.size(), most_named); ++i)
    all += (i == 0 ? "" : ", ") + to_string(actors[i]);
  return all + (actors.size() > most_named ? ", ..." : "");
}

result<actor_history> find(const std::vector<trace_content>& traces,
                           const std::string& text) {
  if (const auto id = parse_actor_id(text); id.kind() != actor_kind::none)
    return history_of(traces, id);
  const auto all = recorded_actors(traces);
  std::vector<actor_id> found;
  for (const auto& actor : all)
    if (text_of_actor(actor.low) == text
        || class_of(*history_of(traces, actor)) == text)
      found.push_back(actor);
  if (found.size() == 1)
    return history_of(traces, found.front());
  if (found.empty())
    return fail(failure_kind::not_found,
                fmt::format("no steps of '{}' are recorded{}{}", text,
                            all.empty() ? ": that needs the level payloads"
                                        : ", but of ",
                            list_of(all)));
  return fail(failure_kind::refused,
              fmt::format("'{}' may be {}: say which", text, list_of(found)));
}

std::size_t handlers_of(const actor_history& h) {
  std::size_t n = 0;
  for (const auto& stay : h.stays)
    n += static_cast<std::size_t>(
        std::ranges::count_if(stay.steps, [](const recorded_step& s) {
          return s.kind != step_kind::state && s.kind != step_kind::saved;
        }));
  return n;
}

// -- output -------------------------------------------------------------------

std::string line_of(const replayed_step& s) {
  auto text =
      fmt::format("{:>6}  {}  {}", s.position, s.stay.node_name, words_of(s));
  if (s.what.kind == step_kind::message)
    text += fmt::format(", {} bytes", s.what.size);
  if (s.sent > 0)
    text += fmt::format("; it sends {}", s.sent);
  if (!s.what.threw.empty())
    text += fmt::format("; it throws '{}'", s.what.threw);
  return text;
}

void print(const replay_report& r) {
  std::cout << fmt::format(
      "{} {}: {} handlers, {} of them for messages, and {} "
      "moves, on {} {}\n",
      r.type.name, to_string(r.actor), r.handlers, r.messages, r.moves, r.nodes,
      r.nodes == 1 ? "node" : "nodes");
  for (const auto& gap : r.gaps)
    std::cout << "  not recorded: " << gap << '\n';
  if (r.difference) {
    std::cout << fmt::format("  another one than in the run from here on: {}\n"
                             "    {}\n",
                             r.difference->where, r.difference->how);
    return;
  }
  std::cout << fmt::format("  its state: {} bytes, checksum {:016x}\n"
                           "  the same as in the run, after {} handlers and at "
                           "{} moves\n",
                           r.fields.size(), r.sum, r.compared, r.moves);
}

void print_json(const replay_report& r) {
  json out{{"actor", to_string(r.actor)},
           {"class", r.type.name},
           {"version", r.type.version},
           {"handlers", r.handlers},
           {"messages", r.messages},
           {"moves", r.moves},
           {"nodes", r.nodes},
           {"same", r.same()},
           {"compared", r.compared},
           {"gaps", r.gaps},
           {"bytes", r.fields.size()},
           {"checksum", fmt::format("{:016x}", r.sum)},
           {"difference", nullptr}};
  if (r.difference)
    out["difference"] = {{"handler", r.difference->position},
                         {"where", r.difference->where},
                         {"how", r.difference->how}};
  std::cout << out.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

} // namespace

int answer_replay(const replay_question& q, const actor_types& known) {
  const auto complain = [&](int status, const std::string& what) {
    std::cerr << q.command << ": " << what << '\n';
    return status;
  };
  if (q.gdb && !is_debugged())
    return complain(exit_usage,
                    fmt::format("--gdb stops for a debugger, and there is "
                                "none: gdb --args {} {} '{}' --gdb",
                                q.command, q.files.front(), q.actor));
  const auto traces = load_all(q.files);
  if (!traces)
    return complain(exit_failed, traces.error().what);
  const auto history = find(*traces, q.actor);
  if (!history)
    return complain(history.error().kind == failure_kind::refused ? exit_usage
                                                                  : exit_failed,
                    q.files.front() + ": " + history.error().what);
  replay_options how;
  how.until = q.until;
  const auto last = std::min(q.until, handlers_of(*history));
  how.before = [&](const replayed_step& s) {
    if (q.gdb && s.position == last)
      std::raise(SIGTRAP);
  };
  how.after = [&](const replayed_step& s) {
    if (q.list)
      std::cout << line_of(s) << '\n';
  };
  const auto report = replay_actor(*history, known, how);
  if (!report)
    return complain(exit_failed, q.files.front() + ": " + report.error().what);
  q.json ? print_json(*report) : print(*report);
  return report->same() ? exit_well : exit_failed;
}

} // namespace tern
