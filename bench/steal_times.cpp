// How a steal looks in a trace. The thief's link sends `steal_ask`; the
// victim's link thread receives it, sends `lend` for each task that it gives
// and ends with `steal_answer`, all in one handler, so next to each other in
// one ring; the thief receives the `lend`s and a compute thread fires the first
// task. Messages are found again by their sender and its number.

#include "bench/steal_times.hpp"

#include "actors/envelope.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace tern::bench {

namespace {

using message_name = std::pair<node_id, std::uint64_t>; // sender, its number

bool is(const trace_event& e, trace_kind what, message_kind message) {
  return e.kind == what && e.extra == static_cast<std::uint16_t>(message);
}

/// What one node tells of steals.
struct node_story {
  std::map<std::uint64_t, std::uint64_t> asked; ///< number of the ask -> when
  std::map<message_name, std::uint64_t> lent_to_me; ///< lend -> the task
  std::map<std::uint64_t, std::uint64_t> fired;     ///< task -> when first
  /// ask -> numbers of the lends that answered it
  std::map<message_name, std::vector<std::uint64_t>> gave;
};

/// The lends between an ask and its answer on one thread.
void read_gifts(const node_trace& node, const thread_trace& thread,
                node_story& story) {
  std::vector<std::uint64_t>* gifts = nullptr;
  for (const auto& e : thread.events)
    if (is(e, trace_kind::received, message_kind::steal_ask))
      gifts = &story.gave[{node.peers.at(e.peer), e.argument}];
    else if (is(e, trace_kind::sent, message_kind::steal_answer))
      gifts = nullptr;
    else if (gifts && is(e, trace_kind::sent, message_kind::lend))
      gifts->push_back(e.argument);
}

node_story read(const node_trace& node) {
  node_story story;
  for (const auto& thread : node.threads) {
    for (const auto& e : thread.events)
      if (is(e, trace_kind::sent, message_kind::steal_ask))
        story.asked[e.argument] = e.time;
      else if (is(e, trace_kind::received, message_kind::lend))
        story.lent_to_me[{node.peers.at(e.peer), e.argument}] = e.actor;
      else if (e.kind == trace_kind::fired)
        story.fired.emplace(e.actor, e.time);
    read_gifts(node, thread, story);
  }
  return story;
}

/// When the first of the tasks `gifts` of `victim` ran on the thief; 0: none.
std::uint64_t first_run(const node_story& thief, node_id victim,
                        const std::vector<std::uint64_t>& gifts) {
  std::uint64_t first = 0;
  for (const auto number : gifts) {
    const auto task = thief.lent_to_me.find({victim, number});
    if (task == thief.lent_to_me.end())
      continue;
    const auto ran = thief.fired.find(task->second);
    if (ran != thief.fired.end() && (first == 0 || ran->second < first))
      first = ran->second;
  }
  return first;
}

} // namespace

std::vector<double> probe_to_running(const std::vector<node_trace>& nodes) {
  std::map<node_id, node_story> stories;
  for (const auto& node : nodes)
    stories[node.node] = read(node);
  std::vector<double> seconds;
  for (const auto& [victim, story] : stories)
    for (const auto& [ask, gifts] : story.gave) {
      const auto thief = stories.find(ask.first);
      if (thief == stories.end())
        continue;
      const auto asked = thief->second.asked.find(ask.second);
      const auto ran = first_run(thief->second, victim, gifts);
      if (asked != thief->second.asked.end() && ran > asked->second)
        seconds.push_back(static_cast<double>(ran - asked->second) * 1e-9);
    }
  return seconds;
}

} // namespace tern::bench
