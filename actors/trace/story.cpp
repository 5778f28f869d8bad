#include "actors/trace/story.hpp"

#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
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

/// What is known of one of the actors that are asked for.
struct gathered {
  std::vector<placed_event> events;
  std::uint64_t total = 0;
};

using gathered_actors = std::unordered_map<actor_id, gathered>;
using stay_table =
    std::unordered_map<actor_id, std::map<std::uint64_t, std::uint64_t>>;

/// When the actors came to this node: time -> epoch.
stay_table stays_on(const node_trace& n, const gathered_actors& wanted) {
  stay_table stays;
  for (const auto& thread : n.threads)
    for (const auto& e : thread.events)
      if (e.kind == trace_kind::moved && wanted.contains(actor_of(n, e)))
        stays[actor_of(n, e)][e.time] = e.argument;
  return stays;
}

std::uint64_t epoch_at(const stay_table& stays, const actor_id& actor,
                       std::uint64_t time) {
  const auto found = stays.find(actor);
  if (found == stays.end())
    return 0;
  const auto next = found->second.upper_bound(time);
  return next == found->second.begin() ? 0 : std::prev(next)->second;
}

// Within a thread events are in order of epoch and time, so the first `most` of
// all are among the first `most` of each thread.
void gather(const node_trace& n, std::size_t most, gathered_actors& wanted) {
  const auto stays = stays_on(n, wanted);
  for (const auto& thread : n.threads) {
    std::unordered_map<actor_id, std::size_t> of_thread;
    for (const auto& e : thread.events) {
      const auto actor = actor_of(n, e);
      const auto found = wanted.find(actor);
      if (found == wanted.end())
        continue;
      ++found->second.total;
      if (of_thread[actor]++ < most)
        found->second.events.push_back(
            {epoch_at(stays, actor, e.time),
             {e, n.node, thread.name, peer_of(n, e), std::nullopt, {}}});
    }
  }
}

using end_table = std::unordered_map<std::uint64_t, message_ends>;

/// Both ends of the messages in the stories, by number; 0 is none.
end_table ends_of(const trace_content& trace,
                  const std::map<actor_id, actor_story>& stories) {
  end_table ends;
  for (const auto& [actor, story] : stories)
    for (const auto& e : story.events)
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
  return ends;
}

void set_other_ends(std::vector<story_event>& story, end_table& ends) {
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

std::map<actor_id, actor_story> stories_of(const trace_content& trace,
                                           const std::set<actor_id>& actors,
                                           std::size_t most) {
  gathered_actors wanted;
  for (const auto& actor : actors)
    wanted[actor];
  for (const auto& n : trace.nodes)
    gather(n, most, wanted);
  std::map<actor_id, actor_story> out;
  for (auto& [actor, found] : wanted) {
    auto& story = out[actor];
    story.total = found.total;
    std::ranges::stable_sort(found.events, {}, &placed_event::order);
    found.events.resize(std::min(found.events.size(), most));
    for (auto& one : found.events)
      story.events.push_back(std::move(one.what));
  }
  auto ends = ends_of(trace, out);
  for (auto& [actor, story] : out)
    set_other_ends(story.events, ends);
  return out;
}

std::vector<story_event> story_of(const trace_content& trace,
                                  const actor_id& actor) {
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  return std::move(stories_of(trace, {actor}, all)[actor].events);
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
