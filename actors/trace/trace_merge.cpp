#include "actors/trace/trace_merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace tern {

namespace {

result<void> merge_names(name_table& to, const name_table& from) {
  for (const auto& [number, name] : from) {
    const auto [at, fresh] = to.try_emplace(number, name);
    if (!fresh && at->second != name)
      return fail(failure_kind::refused,
                  fmt::format("{} is called '{}' in one trace and '{}' in "
                              "another: they are of different versions",
                              number, at->second, name));
  }
  return {};
}

/// Where the entries of `from` are in `to`, to which those that it lacks are
/// appended. What does not fit into an index is entry 0: not known.
template <class T>
std::vector<std::uint16_t> merge_table(std::vector<T>& to,
                                       const std::vector<T>& from) {
  std::map<T, std::uint16_t> known;
  for (std::size_t i = 0; i < to.size(); ++i)
    known.emplace(to[i], static_cast<std::uint16_t>(i));
  std::vector<std::uint16_t> out;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto next = to.size() <= 0xffff ? to.size() : 0;
    const auto [at, fresh] =
        known.try_emplace(from[i], static_cast<std::uint16_t>(next));
    if (fresh && next == to.size())
      to.push_back(from[i]);
    out.push_back(at->second);
  }
  return out;
}

std::uint16_t moved_to(const std::vector<std::uint16_t>& where,
                       std::uint16_t index) {
  return index < where.size() ? where[index] : 0;
}

/// Adds to `base` what `more` has before and after it.
void surround(std::vector<trace_event>& base,
              const std::vector<trace_event>& more) {
  if (base.empty()) {
    base = more;
    return;
  }
  const auto begin =
      std::ranges::lower_bound(more, base.front().time, {}, &trace_event::time);
  const auto end =
      std::ranges::upper_bound(more, base.back().time, {}, &trace_event::time);
  base.insert(base.end(), end, more.end());
  base.insert(base.begin(), more.begin(), begin);
}

void merge_thread(node_trace& to, thread_trace from) {
  const auto at = std::ranges::lower_bound(to.threads, from.thread, {},
                                           &thread_trace::thread);
  if (at == to.threads.end() || at->thread != from.thread) {
    to.threads.insert(at, std::move(from));
    return;
  }
  if (at->events.size() < from.events.size())
    std::swap(at->events, from.events);
  surround(at->events, from.events);
}

void merge_node(node_trace& to, node_trace from) {
  const auto peers = merge_table(to.peers, from.peers);
  const auto scopes = merge_table(to.scopes, from.scopes);
  if (to.name.empty())
    to.name = from.name;
  to.lost = std::max(to.lost, from.lost);
  for (auto& thread : from.threads) {
    for (auto& e : thread.events) {
      e.peer = moved_to(peers, e.peer);
      e.scope = moved_to(scopes, e.scope);
    }
    merge_thread(to, std::move(thread));
  }
}

} // namespace

result<trace_content> merge_traces(std::vector<trace_content> all) {
  auto out = std::move(all.front());
  for (auto each = std::next(all.begin()); each != all.end(); ++each) {
    if (auto ok = merge_names(out.header.kinds, each->header.kinds); !ok)
      return tl::make_unexpected(ok.error());
    if (auto ok = merge_names(out.header.messages, each->header.messages); !ok)
      return tl::make_unexpected(ok.error());
    for (auto& n : each->nodes) {
      const auto known =
          std::ranges::find(out.nodes, n.node, &node_trace::node);
      if (known == out.nodes.end())
        out.nodes.push_back(std::move(n));
      else
        merge_node(*known, std::move(n));
    }
    for (auto& p : each->plans)
      if (std::ranges::find(out.plans, p.id, &trace_plan::id)
          == out.plans.end())
        out.plans.push_back(std::move(p));
    out.truncated = out.truncated || each->truncated;
  }
  return out;
}

} // namespace tern
