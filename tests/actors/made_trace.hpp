#pragma once

#include "actors/trace/trace_record.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace tern::testing {

/// Traces as sessions write them, of runs that nobody ran: some nodes of three
/// threads, each with a clock of its own, fetched in rounds; tasks that compute
/// (also inside each other), tasks that fetch and end on another thread, actors
/// that move, messages that arrive rounds later, and ends that are lost. A seed
/// is one trace.
class made_trace {
public:
  static constexpr std::uint32_t nodes = 3;
  static constexpr std::uint32_t threads = 3; ///< the last one is the link's
  static constexpr std::uint64_t plans = 2;

  explicit made_trace(std::uint64_t seed) : random_(seed) {
    for (std::uint64_t n = 0; n < nodes; ++n) {
      auto& node = nodes_.emplace_back();
      node.trace.node = node_id{100 + n};
      node.trace.name = "node " + std::to_string(n);
      node.trace.peers = {node.trace.node};
      node.trace.scopes = {0};
      node.clocks.assign(threads, 1'000'000 * (n + 1));
    }
  }

  /// A header, and what some rounds recorded.
  std::vector<std::byte> file(std::size_t rounds) {
    std::vector<std::byte> out;
    append_record(out, trace_header{});
    for (std::size_t i = 0; i < rounds; ++i)
      append_round(out);
    return out;
  }

  /// Actors to which something may have happened.
  actor_id some_actor() {
    return below(2) == 0 ? some_task(below(next_task_ + 1)) : mobile(below(5));
  }

private:
  struct made_node {
    node_trace trace;
    std::vector<std::uint64_t> clocks;
  };
  struct arrival {
    std::size_t round = 0;
    std::uint32_t node = 0;
    trace_event event; ///< its peer and scope are to be set
    actor_id actor;
    node_id from;
  };

  std::uint64_t below(std::uint64_t n) {
    return random_() % n;
  }
  static actor_id some_task(std::uint64_t number) {
    return actor_id::task(7 + number % plans, number % 5, number);
  }
  static actor_id mobile(std::uint64_t number) {
    return actor_id::stateful(node_id{100}, number + 1);
  }

  template <class T>
  static std::uint16_t index_in(std::vector<T>& table, const T& one) {
    std::size_t at = 0;
    while (at < table.size() && table[at] != one)
      ++at;
    if (at == table.size())
      table.push_back(one);
    return static_cast<std::uint16_t>(at);
  }

  void emit(std::uint32_t node, std::uint32_t thread, trace_event event,
            const actor_id& actor, node_id peer) {
    auto& n = nodes_[node];
    event.time = n.clocks[thread] += 1 + below(500);
    event.actor = actor.low;
    event.scope = index_in(n.trace.scopes, actor.high);
    event.peer = index_in(n.trace.peers, peer);
    auto& all = n.trace.threads;
    while (all.size() <= thread)
      all.push_back({static_cast<std::uint32_t>(all.size()), "thread", {}});
    all[thread].events.push_back(event);
  }
  void emit(std::uint32_t node, std::uint32_t thread, trace_kind kind,
            const actor_id& actor, std::uint64_t argument = 0) {
    emit(node, thread, {0, 0, argument, kind, 0, 0, 0}, actor,
         nodes_[node].trace.node);
  }

  void compute(std::uint32_t node, std::uint32_t thread, int depth = 0) {
    const auto task = some_task(next_task_++);
    emit(node, thread, trace_kind::fired, task);
    while (depth < 3 && below(4) == 0)
      compute(node, thread, depth + 1);
    if (below(40) != 0) // else its end is lost
      emit(node, thread,
           below(9) == 0 ? trace_kind::failed : trace_kind::finished, task);
  }

  void fetch(std::uint32_t node, std::uint32_t thread) {
    const auto task = some_task(next_task_++);
    emit(node, thread, trace_kind::fired, task);
    arrivals_.push_back({round_ + below(3),
                         node,
                         {0, 0, 0, trace_kind::finished, 0, 0, 0},
                         task,
                         nodes_[node].trace.node});
  }

  void send(std::uint32_t node, std::uint32_t thread) {
    const auto to = static_cast<std::uint32_t>(below(nodes));
    const auto kind = static_cast<std::uint16_t>(100 + below(4));
    const auto number = (std::uint64_t{node} + 1) << 40 | ++numbers_;
    emit(node, thread, {0, 0, number, trace_kind::sent, 0, kind, 0},
         some_actor(), nodes_[to].trace.node);
    if (below(20) != 0) // else it is lost
      arrivals_.push_back({round_ + below(3),
                           to,
                           {0, 0, number, trace_kind::received, 0, kind, 0},
                           some_actor(),
                           nodes_[node].trace.node});
  }

  void move() {
    const auto actor = below(5);
    const auto to = static_cast<std::uint32_t>(below(nodes));
    emit(to, 0, {0, 0, ++epochs_, trace_kind::moved, 0, 0, 0}, mobile(actor),
         nodes_[below(nodes)].trace.node);
  }

  void step(std::uint32_t node, std::uint32_t thread) {
    switch (below(8)) {
    case 0:
      return fetch(node, thread);
    case 1:
      return move();
    case 2:
    case 3:
    case 4:
      return send(node, thread);
    default:
      return compute(node, thread);
    }
  }

  void append_round(std::vector<std::byte>& out) {
    for (auto steps = below(60); steps > 0; --steps)
      step(static_cast<std::uint32_t>(below(nodes)),
           static_cast<std::uint32_t>(below(threads - 1)));
    for (auto left = arrivals_.size(); left > 0; --left) {
      const auto each = arrivals_.front();
      arrivals_.pop_front();
      if (each.round <= round_)
        emit(each.node, threads - 1, each.event, each.actor, each.from);
      else
        arrivals_.push_back(each);
    }
    ++round_;
    for (auto& n : nodes_) {
      n.trace.lost += below(2);
      append_node(out, n.trace);
      for (auto& thread : n.trace.threads)
        thread.events.clear();
    }
  }

  std::mt19937_64 random_;
  std::vector<made_node> nodes_;
  std::deque<arrival> arrivals_;
  std::uint64_t next_task_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint64_t epochs_ = 0;
  std::size_t round_ = 0;
};

} // namespace tern::testing
