#pragma once

#include "actors/trace/trace_file.hpp"
#include "dataflow/runtime/task_record.hpp"
#include "tests/dataflow/graph/hand_graph.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tern::test {

/// A trace of one plan, event by event. Nodes have the ids 1, 2, ...
class hand_trace {
public:
  static constexpr std::uint64_t plan = 77;

  explicit hand_trace(std::size_t nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
      node_trace n;
      n.node = {i + 1};
      n.name = "node " + std::to_string(i);
      n.pid = static_cast<std::int32_t>(100 + i);
      for (std::size_t k = 0; k < nodes; ++k)
        n.peers.push_back({(i + k) % nodes + 1}); // the node itself comes first
      n.scopes = {0, plan};
      nodes_.push_back(std::move(n));
    }
  }

  hand_trace& add(std::size_t node, std::uint32_t thread, trace_event e) {
    auto& threads = nodes_[node].threads;
    while (threads.size() <= thread)
      threads.push_back(
          {static_cast<std::uint32_t>(threads.size()), "thread", {}});
    e.scope = 1;
    threads[thread].events.push_back(e);
    return *this;
  }

  /// Task `index` of layer 0 runs.
  hand_trace& run(std::int64_t index, std::size_t node, std::uint32_t thread,
                  std::uint64_t fired, std::uint64_t ended,
                  trace_kind how = trace_kind::finished) {
    add(node, thread, {fired, low(index), 0, trace_kind::fired, 0, 0, 1});
    return add(node, thread, {ended, low(index), 0, how, 0, 0, 1});
  }

  /// A message about tasks of layer 0; -1: of the plan alone.
  hand_trace& say(message_kind kind, std::pair<std::size_t, std::size_t> nodes,
                  std::pair<std::int64_t, std::int64_t> tasks,
                  std::pair<std::uint64_t, std::uint64_t> times) {
    const auto [from, to] = nodes;
    const auto size = nodes_.size();
    const auto extra = static_cast<std::uint16_t>(kind);
    ++number_;
    add(from, 0,
        {times.first, low(tasks.first), number_, trace_kind::sent,
         static_cast<std::uint16_t>((to + size - from) % size), extra, 1});
    return add(to, 0,
               {times.second, low(tasks.second), number_, trace_kind::received,
                static_cast<std::uint16_t>((from + size - to) % size), extra,
                1});
  }

  trace_content content() const {
    trace_content all;
    all.nodes = nodes_;
    for (auto& n : all.nodes)
      for (auto& thread : n.threads)
        std::ranges::stable_sort(thread.events, {}, &trace_event::time);
    return all;
  }

private:
  static std::uint64_t low(std::int64_t index) {
    return index < 0 ? 0 : pack(block_key{0, index});
  }

  std::vector<node_trace> nodes_;
  std::uint64_t number_ = 0;
};

} // namespace tern::test
