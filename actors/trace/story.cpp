#include "actors/trace/story.hpp"

#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

/// An event with what decides its place.
struct placed_event {
  std::uint64_t epoch = 0; ///< of the stay in which it happened
  story_event what;

  auto order() const {
    return std::tuple{epoch, what.event.time};
  }
};

/// One end of a message, and whose it is.
struct message_end {
  trace_event event;
  actor_id actor;
};

/// What was seen of one message.
struct message_ends {
  std::optional<message_end> sent;
  std::optional<message_end> received;

  std::optional<message_end>& of(trace_kind kind) {
    return kind == trace_kind::sent ? sent : received;
  }
};

node_id peer_of(const node_trace& n, const trace_event& e) {
  return e.peer < n.peers.size() ? n.peers[e.peer] : node_id{};
}

/// When the actor came to this node: time -> epoch.
std::map<std::uint64_t, std::uint64_t> stays_of(const node_trace& n,
                                                const actor_id& actor) {
  std::map<std::uint64_t, std::uint64_t> stays;
  for (const auto& thread : n.threads)
    for (const auto& e : thread.events)
      if (e.kind == trace_kind::moved && actor_of(n, e) == actor)
        stays[e.time] = e.argument;
  return stays;
}

std::vector<placed_event> events_of(const node_trace& n,
                                    const actor_id& actor) {
  const auto stays = stays_of(n, actor);
  std::vector<placed_event> out;
  for (const auto& thread : n.threads)
    for (const auto& e : thread.events) {
      if (actor_of(n, e) != actor)
        continue;
      const auto next = stays.upper_bound(e.time);
      out.push_back(
          {next == stays.begin() ? 0 : std::prev(next)->second,
           {e, n.node, thread.name, peer_of(n, e), std::nullopt, {}}});
    }
  return out;
}

void find_other_ends(const trace_content& trace,
                     std::vector<story_event>& story) {
  std::unordered_map<std::uint64_t, message_ends> ends; // by number; 0 is none
  for (const auto& e : story)
    if (is_message(e.event) && e.event.argument != 0)
      ends[e.event.argument];
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events) {
        if (!is_message(e))
          continue;
        const auto found = ends.find(e.argument);
        if (found != ends.end())
          found->second.of(e.kind) = {e, actor_of(n, e)};
      }
  for (auto& e : story) {
    const auto found = ends.find(e.event.argument);
    if (!is_message(e.event) || found == ends.end())
      continue;
    const auto& other =
        found->second.of(e.event.kind == trace_kind::sent ? trace_kind::received
                                                          : trace_kind::sent);
    if (other) {
      e.other_end = other->event;
      e.other_actor = other->actor;
    }
  }
}

} // namespace

std::vector<story_event> story_of(const trace_content& trace,
                                  const actor_id& actor) {
  std::vector<placed_event> all;
  for (const auto& n : trace.nodes)
    std::ranges::move(events_of(n, actor), std::back_inserter(all));
  std::ranges::stable_sort(all, {}, &placed_event::order);
  std::vector<story_event> story;
  story.reserve(all.size());
  for (auto& one : all)
    story.push_back(std::move(one.what));
  find_other_ends(trace, story);
  return story;
}

std::vector<actor_id> actors_called(const trace_content& trace,
                                    const std::string& text) {
  std::set<actor_id> all;
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events)
        all.insert(actor_of(n, e));
  std::vector<actor_id> out;
  std::ranges::copy_if(all, std::back_inserter(out), [&](const actor_id& id) {
    const auto name = text_of_actor(id.low);
    return name == text || name.ends_with(' ' + text) || to_string(id) == text;
  });
  return out;
}

} // namespace tern
