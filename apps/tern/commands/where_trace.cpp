#include "apps/tern/commands/where_trace.hpp"

#include "actors/trace/whereabouts.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/traced_story.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>

namespace tern {

namespace {

using json_value = nlohmann::ordered_json;

/// What happened, and so where it is.
std::string words_of(const story_event& s, const trace_names& names) {
  const auto& e = s.event;
  const auto here = names.node(s.where);
  const auto there = names.node(s.peer);
  switch (e.kind) {
  case trace_kind::lent:
    return fmt::format("{} lent it to {}, with {} bytes", here, there,
                       e.argument);
  case trace_kind::stolen:
    return fmt::format("{} had nothing to do and took it from {}, with {} "
                       "bytes",
                       there, here, e.argument);
  case trace_kind::moved:
    return fmt::format("came to {} from {}, its epoch {}", here, there,
                       e.argument);
  case trace_kind::fired:
    return fmt::format("began to run on {}, {}", here, s.thread);
  case trace_kind::finished:
    return fmt::format("ended well on {}", here);
  case trace_kind::failed:
    return fmt::format("failed on {}", here);
  case trace_kind::recomputed:
    return fmt::format("ran again on {} after a node's death", here);
  default:
    return fmt::format("first seen on {} ({})", here, names.kind(e));
  }
}

json_value json_of(const story_event& s, const trace_names& names) {
  json_value out{{"time_ns", s.event.time},
                 {"kind", names.kind(s.event)},
                 {"node", names.node(s.where)},
                 {"argument", s.event.argument},
                 {"words", words_of(s, names)}};
  if (s.peer && s.peer != s.where)
    out["peer"] = names.node(s.peer);
  return out;
}

void print_json(const traced_story& found, const whereabouts& at) {
  json_value out{{"actor", to_string(found.actor)},
                 {"node", found.names.node(at.node)},
                 {"on_its_way", at.on_its_way},
                 {"decisions", json_value::array()}};
  for (const auto& s : at.decisions)
    out["decisions"].push_back(json_of(s, found.names));
  std::cout << out.dump(-1, ' ', false, json_value::error_handler_t::replace)
            << '\n';
}

void print(const traced_story& found, const whereabouts& at) {
  std::cout << fmt::format("{}: {} node {}\n", text_of_actor(found.actor.low),
                           at.on_its_way ? "on its way to" : "on",
                           found.names.node(at.node));
  const auto begin = found.story.front().event.time;
  for (const auto& s : at.decisions) {
    const auto since =
        static_cast<double>(s.event.time) - static_cast<double>(begin);
    std::cout << fmt::format("{:>14.3f} ms  {}\n", since * 1e-6,
                             words_of(s, found.names));
  }
}

} // namespace

int answer_where_trace(const std::string& file, const std::string& actor,
                       bool json) {
  const auto found = load_story(file, actor);
  if (!found) {
    std::cerr << "tern where: " << found.error().what << '\n';
    return exit_failed;
  }
  const auto at = whereabouts_of(found->story);
  if (json)
    print_json(*found, at);
  else
    print(*found, at);
  return exit_well;
}

} // namespace tern
