#include "bench/made_run.hpp"

#include "actors/mix.hpp"

#include <algorithm>

namespace tern::bench {

namespace {

constexpr std::uint32_t nodes = 4;
constexpr std::uint32_t workers_a_node = 3;
constexpr std::uint64_t layers = 24;
constexpr std::uint64_t fetch_every = 16;
constexpr std::uint64_t actor_every = 20'000;
constexpr std::uint64_t move_every = 50; // of what an actor does
constexpr std::uint64_t events_a_task = 6;
constexpr std::uint64_t round_ns = 100'000'000;
constexpr std::uint64_t start_ns = 1'000'000'000'000;

constexpr std::uint64_t plan_of(std::uint64_t task) {
  return mix(1 + task % 2);
}
// In each node's table.
constexpr std::uint16_t scope_of(std::uint64_t task) {
  return static_cast<std::uint16_t>(1 + task % 2);
}
constexpr std::uint16_t scope_of_actors = 3;

constexpr node_id name_of_node(std::uint32_t number) {
  return {mix(1000 + number)};
}

} // namespace

actor_id made_run::task(std::uint64_t number) {
  return actor_id::task(plan_of(number), number % layers, number / layers);
}

actor_id made_run::actor() {
  return actor_id::stateful(name_of_node(0), 1);
}

made_run::made_run() : numbers_(nodes) {
  for (std::uint32_t n = 0; n < nodes; ++n) {
    auto& node = nodes_.emplace_back();
    node.node = name_of_node(n);
    node.name = "127.0.0.1:" + std::to_string(7000 + n);
    node.pid = static_cast<std::int32_t>(1000 + n);
    // itself comes first
    for (std::uint32_t i = 0; i < nodes; ++i)
      node.peers.push_back(name_of_node((n + i) % nodes));
    node.scopes = {0, plan_of(0), plan_of(1), actor().high};
    for (std::uint32_t t = 0; t < workers_a_node; ++t) {
      node.threads.push_back({t, "worker " + std::to_string(t), {}});
      workers_.push_back({n, t, 0});
    }
    node.threads.push_back({workers_a_node, "links", {}});
    links_.push_back({n, workers_a_node, 0});
  }
}

void made_run::emit(worker& at, trace_kind kind, std::uint64_t actor,
                    std::uint16_t scope, std::uint64_t argument,
                    std::uint16_t peer, std::uint16_t extra) {
  at.clock += 300 + mix(events_) % 1000;
  nodes_[at.node].threads[at.thread].events.push_back(
      {at.clock, actor, argument, kind, peer, extra, scope});
  ++events_;
}

void made_run::send(worker& at, std::uint32_t to, std::uint64_t from_actor,
                    std::uint64_t to_actor, std::uint16_t scope,
                    std::uint16_t kind) {
  constexpr int counter_bits = 40;
  const auto number =
      name_of_node(at.node).value << counter_bits | ++numbers_[at.node];
  const auto there = static_cast<std::uint16_t>((to + nodes - at.node) % nodes);
  const auto back = static_cast<std::uint16_t>((at.node + nodes - to) % nodes);
  emit(at, trace_kind::sent, from_actor, scope, number, there, kind);
  auto& link = links_[to];
  link.clock = std::max(link.clock, at.clock);
  emit(link, trace_kind::received, to_actor, scope, number, back, kind);
}

void made_run::run_task(worker& at) {
  const auto number = tasks_++;
  const auto who = task(number).low;
  const auto scope = scope_of(number);
  constexpr auto have = static_cast<std::uint16_t>(message_kind::have);
  constexpr auto block = static_cast<std::uint16_t>(message_kind::block_data);
  const auto next = task(number + layers + 2).low; // of the same plan
  emit(at, trace_kind::fired, who, scope);
  const bool fetches = number % fetch_every == 0;
  if (!fetches)
    at.clock += 20'000 + mix(number) % 80'000;
  auto& end = fetches ? links_[at.node] : at;
  end.clock = std::max(end.clock, at.clock);
  emit(end, trace_kind::finished, who, scope);
  send(at, static_cast<std::uint32_t>((at.node + 1 + number % 3) % nodes), who,
       next, scope, fetches ? block : have);
  send(at, at.node, who, next, scope, have);
  if (number % actor_every == 0)
    use_actor(at);
}

void made_run::use_actor(worker& at) {
  constexpr auto kind = static_cast<std::uint16_t>(message_kind::actor_message);
  const auto who = actor().low;
  send(at, (at.node + 1) % nodes, who, who, scope_of_actors, kind);
  if (++epochs_ % move_every == 0)
    emit(at, trace_kind::moved, who, scope_of_actors, epochs_ / move_every, 1);
}

const std::vector<node_trace>& made_run::round(std::uint64_t events) {
  const auto begin = start_ns + rounds_++ * round_ns;
  for (auto& node : nodes_)
    for (auto& thread : node.threads)
      thread.events.clear();
  for (auto* threads : {&workers_, &links_})
    for (auto& thread : *threads)
      thread.clock = std::max(thread.clock, begin);
  const auto wanted = events_ + events;
  while (events_ + events_a_task <= wanted)
    for (auto& each : workers_)
      if (events_ + events_a_task <= wanted)
        run_task(each);
  return nodes_;
}

} // namespace tern::bench
