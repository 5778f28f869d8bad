#include "actors/trace/story.hpp"
#include "actors/trace/trace_names.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/traced_story.hpp"
#include "apps/tern/story_words.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <memory>
#include <set>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct story_options {
  std::string actor;
  std::string file;
  bool json = false;
};

int complain(const std::string& what) {
  std::cerr << "tern story: " << what << '\n';
  return exit_failed;
}

void print(const std::vector<story_event>& story, const std::string& actor,
           const trace_names& names) {
  std::set<node_id> nodes;
  for (const auto& s : story)
    nodes.insert(s.where);
  std::cout << fmt::format("{}: {} events on {} {}\n", actor, story.size(),
                           nodes.size(), nodes.size() == 1 ? "node" : "nodes");
  const auto begin = story.front().event.time;
  node_id at;
  for (const auto& s : story) {
    if (s.where != at)
      std::cout << fmt::format("on node {}:\n", names.node(s.where));
    at = s.where;
    const auto since =
        static_cast<double>(s.event.time) - static_cast<double>(begin);
    std::cout << fmt::format("{:>14.3f} ms  {}\n", since * 1e-6,
                             words_of(s, names));
  }
}

void print_json(const std::vector<story_event>& story, const std::string& actor,
                const trace_names& names) {
  json all{{"actor", actor}, {"events", json::array()}};
  for (const auto& s : story) {
    const auto& e = s.event;
    json one{{"time_ns", e.time},
             {"node", names.node(s.where)},
             {"thread", s.thread},
             {"kind", names.kind(e)},
             {"argument", e.argument}};
    if (is_message(e)) {
      one["message"] = names.message(e);
      one["peer"] = names.node(s.peer);
    }
    if (s.other_end) {
      one["other_actor"] = text_of_actor(s.other_actor.low);
      one["other_time_ns"] = s.other_end->time;
    }
    all["events"].push_back(std::move(one));
  }
  std::cout << all.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
}

int run_story(const story_options& o) {
  const auto found = load_story(o.file, o.actor);
  if (!found)
    return complain(found.error().what);
  const auto actor = text_of_actor(found->actor.low);
  if (o.json)
    print_json(found->story, actor, found->names);
  else
    print(found->story, actor, found->names);
  return exit_well;
}

} // namespace

void add_story(CLI::App& tool) {
  auto o = std::make_shared<story_options>();
  auto* c = tool.add_subcommand("story",
                                "What happened to one actor or task, by a "
                                "trace. Moves order what an actor "
                                "did on its nodes; for tasks their clocks do.");
  c->add_option("actor", o->actor,
                "'task LAYER/INDEX', 'actor N', 'service N' or 'key HASH', or "
                "what follows the word; in full, task/PLAN/LAYER/INDEX or "
                "actor/NODE/N")
      ->required();
  c->add_option("--trace", o->file, "a .tern-trace file")->required();
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern eval 'ones((100, 100), chunks=10).sum()' "
            "--scheduler processes --nodes 2 --trace run.tern-trace\n"
            "  tern story 'task 0/3' --trace run.tern-trace");
  c->callback([o] { throw CLI::RuntimeError(run_story(*o)); });
}

} // namespace tern
