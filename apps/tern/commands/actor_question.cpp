#include "apps/tern/commands/actor_question.hpp"

#include "actors/api/wait_watch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>

namespace tern {

namespace {

using json_value = nlohmann::ordered_json;

std::string name_of(actor_activity what) {
  switch (what) {
  case actor_activity::idle:
    return "idle";
  case actor_activity::queued:
    return "queued";
  case actor_activity::running:
    return "running";
  case actor_activity::resting:
    return "resting";
  case actor_activity::moving:
    return "moving";
  case actor_activity::ending:
    return "ending";
  }
  return "unknown";
}

std::string title_of(const wait_step& s) {
  const auto name = to_string(s.actor);
  return s.report ? fmt::format("{} {}", s.report->type, name) : name;
}

double seconds(std::uint64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

json_value json_of(const open_wait& w) {
  return {{"to", to_string(w.to)},
          {"message", w.message},
          {"seconds", seconds(w.ns)},
          {"blocks", w.blocks}};
}

json_value json_of(const wait_step& s) {
  json_value out{{"actor", to_string(s.actor)}, {"words", words_of(s)}};
  if (!s.report)
    return out;
  const auto& r = *s.report;
  out["type"] = r.type;
  out["node"] = to_string(r.node);
  out["address"] = r.address;
  out["epoch"] = r.epoch;
  if (r.came_from)
    out["came_from"] = to_string(r.came_from);
  out["activity"] = name_of(r.activity);
  out["mailbox"] = r.mailbox;
  if (r.activity == actor_activity::running) {
    out["seconds"] = seconds(r.ns);
    out["thread"] = r.thread;
  }
  if (r.sender.kind() != actor_kind::none) {
    out["last_sender"] = to_string(r.sender);
    out["last_sent"] = r.replies;
    if (r.activity != actor_activity::running)
      out["last_seconds_ago"] = seconds(r.ago);
  }
  out["requests"] = json_value::array();
  for (const auto& w : r.open)
    out["requests"].push_back(json_of(w));
  out["open_requests"] = r.open_in_all;
  return out;
}

void print_json(const json_value& answer) {
  std::cout << answer.dump(-1, ' ', false, json_value::error_handler_t::replace)
            << '\n';
}

int complain(const char* command, const std::string& what) {
  std::cerr << "tern " << command << ": " << what << '\n';
  return exit_failed;
}

/// Fails if nobody has the actor, or the cluster does not answer.
result<wait_answer> ask(const address& where, const actor_id& actor) {
  auto answer = query_waits(where.host, where.port, actor);
  if (answer && (answer->steps.empty() || !answer->steps.front().report))
    return fail(failure_kind::not_found,
                fmt::format("no node has {}: it has ended, never was, or is on "
                            "its way between two nodes",
                            to_string(actor)));
  return answer;
}

} // namespace

std::optional<actor_id> parse_user_actor(const std::string& text) {
  const auto id = parse_actor_id(text);
  if (id.kind() == actor_kind::none || id.kind() == actor_kind::task)
    return {};
  return id;
}

int answer_why_actor(const address& where, const actor_id& actor, bool json) {
  const auto answer = ask(where, actor);
  if (!answer)
    return complain("why", answer.error().what);
  if (json) {
    json_value out{{"actor", to_string(actor)},
                   {"conclusion", answer->conclusion},
                   {"circle", answer->circle}};
    out["chain"] = json_value::array();
    for (const auto& s : answer->steps)
      out["chain"].push_back(json_of(s));
    out["told"] = answer->told;
    print_json(out);
    return exit_well;
  }
  for (const auto& s : answer->steps)
    std::cout << title_of(s) << "\n    " << words_of(s) << '\n';
  std::cout << "so: " << answer->conclusion << '\n';
  for (const auto& told : answer->told)
    std::cout << "told by the node that was asked, " << told << '\n';
  return exit_well;
}

int answer_where_actor(const address& where, const actor_id& actor, bool json) {
  const auto answer = ask(where, actor);
  if (!answer)
    return complain("where", answer.error().what);
  const auto& step = answer->steps.front();
  if (json)
    print_json(json_of(step));
  else
    std::cout << title_of(step) << "\n    " << words_of(step) << '\n';
  return exit_well;
}

} // namespace tern
