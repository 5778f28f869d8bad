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

/// What was seen of one message.
struct message_ends {
  std::optional<trace_event> sent;
  std::optional<trace_event> received;

  std::optional<trace_event>& of(trace_kind kind) {
    return kind == trace_kind::sent ? sent : received;
  }
};

node_id peer_of(const node_trace& n, const trace_event& e) {
  return e.peer < n.peers.size() ? n.peers[e.peer] : node_id{};
}

/// When the actor came to this node: time -> epoch.
std::map<std::uint64_t, std::uint64_t> stays_of(const node_trace& n,
                                                std::uint64_t low) {
  std::map<std::uint64_t, std::uint64_t> stays;
  for (const auto& thread : n.threads)
    for (const auto& e : thread.events)
      if (e.kind == trace_kind::moved && e.actor == low)
        stays[e.time] = e.argument;
  return stays;
}

std::vector<placed_event> events_of(const node_trace& n, std::uint64_t low) {
  const auto stays = stays_of(n, low);
  std::vector<placed_event> out;
  for (const auto& thread : n.threads)
    for (const auto& e : thread.events) {
      if (e.actor != low)
        continue;
      const auto next = stays.upper_bound(e.time);
      out.push_back({next == stays.begin() ? 0 : std::prev(next)->second,
                     {e, n.node, thread.name, peer_of(n, e), std::nullopt}});
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
          found->second.of(e.kind) = e;
      }
  for (auto& e : story) {
    const auto found = ends.find(e.event.argument);
    if (is_message(e.event) && found != ends.end())
      e.other_end = found->second.of(e.event.kind == trace_kind::sent
                                         ? trace_kind::received
                                         : trace_kind::sent);
  }
}

} // namespace

std::vector<story_event> story_of(const trace_content& trace,
                                  std::uint64_t low) {
  std::vector<placed_event> all;
  for (const auto& n : trace.nodes)
    std::ranges::move(events_of(n, low), std::back_inserter(all));
  std::ranges::stable_sort(all, {}, &placed_event::order);
  std::vector<story_event> story;
  story.reserve(all.size());
  for (auto& one : all)
    story.push_back(std::move(one.what));
  find_other_ends(trace, story);
  return story;
}

std::vector<std::uint64_t> actors_called(const trace_content& trace,
                                         const std::string& text) {
  std::set<std::uint64_t> all;
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events)
        all.insert(e.actor);
  std::vector<std::uint64_t> out;
  std::ranges::copy_if(all, std::back_inserter(out), [&](std::uint64_t low) {
    const auto name = text_of_actor(low);
    return name == text || name.ends_with(' ' + text);
  });
  return out;
}

} // namespace tern
