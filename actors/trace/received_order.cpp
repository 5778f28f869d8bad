#include "actors/trace/received_order.hpp"

#include "actors/api/call.hpp"
#include "actors/api/message_types.hpp"
#include "actors/api/step_recorder.hpp"
#include "actors/trace/message_flights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

bool is_compared(const actor_id& who) noexcept {
  return who.kind() == actor_kind::stateful || who.kind() == actor_kind::keyed;
}

/// A received message with what decides its place: an actor's stays are in
/// order of their epochs, whatever the clocks of its nodes say.
struct placed_message {
  std::uint64_t epoch = 0;
  received_message what;

  auto order() const {
    return std::tuple{epoch, what.time};
  }
};

/// Names of messages by their tags: classes say what they handle.
std::map<std::uint64_t, std::string>
names_of_messages_in(const trace_content& trace) {
  std::map<std::uint64_t, std::string> names;
  for (const auto& n : trace.nodes)
    for (const auto& step : n.steps)
      if (step.kind == step_kind::state)
        if (const auto was = from_bytes<recorded_state>(step.payload))
          for (const auto& m : was->type.messages)
            names[detail::hash_of(m.name)] = m.name;
  return names;
}

class order_reader {
public:
  order_reader(const trace_content& trace, std::span<const std::size_t> numbers)
    : trace_(trace), numbers_(numbers) {
    for (std::size_t i = 0; i < trace.nodes.size(); ++i)
      births_[trace.nodes[i].node.value] = numbers[i];
    for (const auto& f : flights_in(trace))
      senders_[f.number] = f.sent;
    each([this](std::size_t node, const thread_trace&, const trace_event& e) {
      const auto who = actor_of(trace_.nodes[node], e);
      if (e.kind == trace_kind::moved && is_compared(who))
        stays_[{node, who}][e.time] = e.argument;
    });
  }

  std::map<actor_in_run, std::vector<received_message>> read() {
    std::map<actor_in_run, std::vector<placed_message>> all = by_steps();
    std::set<actor_in_run> in_steps;
    for (const auto& [who, messages] : all)
      in_steps.insert(who);
    each([&](std::size_t node, const thread_trace& thread,
             const trace_event& e) {
      const auto who = actor_of(trace_.nodes[node], e);
      if (e.kind == trace_kind::received && is_compared(who)
          && !in_steps.contains(named(who)))
        all[named(who)].push_back(
            {epoch_of(node, who, e.time), message_of(node, thread, e)});
    });
    std::map<actor_in_run, std::vector<received_message>> out;
    for (auto& [who, messages] : all) {
      std::ranges::stable_sort(messages, {}, &placed_message::order);
      for (auto& m : messages)
        out[who].push_back(m.what);
    }
    return out;
  }

private:
  template <class F>
  void each(F&& f) const {
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      for (const auto& thread : trace_.nodes[node].threads)
        for (const auto& e : thread.events)
          f(node, thread, e);
  }

  std::map<actor_in_run, std::vector<placed_message>> by_steps() const {
    const auto names = names_of_messages_in(trace_);
    std::map<actor_in_run, std::vector<placed_message>> all;
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      for (const auto& step : trace_.nodes[node].steps) {
        if (step.kind != step_kind::message)
          continue;
        received_message m;
        m.sender = named(step.peer);
        m.kind = static_cast<std::uint32_t>(message_kind::actor_message);
        m.name = name_of(step, names);
        m.node = node;
        m.time = step.time;
        all[named(step.actor)].push_back({step.epoch, std::move(m)});
      }
    return all;
  }

  static std::string
  name_of(const recorded_step& step,
          const std::map<std::uint64_t, std::string>& names) {
    std::span<const std::byte> body{step.payload};
    const auto call = decode_call(body);
    if (!call)
      return {};
    const auto name = names.find(call->tag);
    return fmt::format("{}{}{}", word_for(call->what),
                       name == names.end() ? "" : " ",
                       name == names.end() ? "" : name->second);
  }

  actor_in_run named(const actor_id& who) const {
    actor_in_run out{who.kind(), who.high, who.low};
    if (who.kind() == actor_kind::stateful || who.kind() == actor_kind::service)
      if (const auto found = births_.find(who.high); found != births_.end())
        out.birth = found->second;
    return out;
  }

  std::uint64_t epoch_of(std::size_t node, const actor_id& who,
                         std::uint64_t time) const {
    const auto stays = stays_.find({node, who});
    if (stays == stays_.end())
      return 0;
    const auto next = stays->second.upper_bound(time);
    return next == stays->second.begin() ? 0 : std::prev(next)->second;
  }

  received_message message_of(std::size_t node, const thread_trace& thread,
                              const trace_event& e) const {
    received_message m;
    m.kind = e.extra;
    m.node = node;
    m.thread = thread.thread;
    m.time = e.time;
    const auto sent = senders_.find(e.argument);
    if (sent != senders_.end()) {
      m.sender = named(sent->second.actor);
      m.from = numbers_[sent->second.node];
      return m;
    }
    const auto& peers = trace_.nodes[node].peers;
    const auto peer = e.peer < peers.size() ? peers[e.peer].value : 0;
    const auto known = births_.find(peer);
    m.from = known != births_.end() ? known->second : trace_.nodes.size();
    return m;
  }

  const trace_content& trace_;
  std::span<const std::size_t> numbers_;
  std::unordered_map<std::uint64_t, std::size_t> births_; ///< numbers, by id
  std::unordered_map<std::uint64_t, flight_end> senders_; ///< by message
  std::map<std::pair<std::size_t, actor_id>,
           std::map<std::uint64_t, std::uint64_t>>
      stays_; ///< time -> epoch
};

std::uint64_t beginning_of(const trace_content& trace) {
  auto first = ~std::uint64_t{0};
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events)
        first = std::min(first, e.time);
  for (const auto& n : trace.nodes)
    for (const auto& step : n.steps)
      first = std::min(first, step.time);
  return first;
}

} // namespace

std::vector<std::size_t> number_nodes(const trace_content& trace,
                                      std::span<const node_id> first) {
  std::vector<std::size_t> order(trace.nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) {
    const auto& n = trace.nodes[i];
    return std::tuple{std::ranges::find(first, n.node) - first.begin(), n.pid,
                      n.node};
  });
  std::vector<std::size_t> numbers(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    numbers[order[i]] = i;
  return numbers;
}

std::string to_string(const actor_in_run& who) {
  const auto name = text_of_actor(who.low);
  return who.kind == actor_kind::stateful || who.kind == actor_kind::service
             ? fmt::format("{} of node {}", name, who.birth)
             : name;
}

std::map<actor_in_run, std::vector<received_message>>
received_by_actors(const trace_content& trace,
                   std::span<const std::size_t> numbers) {
  return order_reader{trace, numbers}.read();
}

actors_difference compare_received(const trace_content& a,
                                   std::span<const std::size_t> numbers_a,
                                   const trace_content& b,
                                   std::span<const std::size_t> numbers_b) {
  auto in_a = received_by_actors(a, numbers_a);
  auto in_b = received_by_actors(b, numbers_b);
  std::set<actor_in_run> names;
  for (const auto* run : {&in_a, &in_b})
    for (const auto& [who, messages] : *run)
      names.insert(who);
  const auto begin_a = beginning_of(a);
  const auto begin_b = beginning_of(b);
  actors_difference out;
  out.actors = names.size();
  for (const auto& who : names) {
    const auto& x = in_a[who];
    const auto& y = in_b[who];
    const auto parts = std::ranges::mismatch(
        x, y, [](const auto& m, const auto& n) { return m.same_as(n); });
    if (parts.in1 == x.end() && parts.in2 == y.end())
      continue;
    order_difference d;
    d.actor = who;
    d.position = static_cast<std::size_t>(parts.in1 - x.begin());
    if (parts.in1 != x.end())
      d.a = *parts.in1;
    if (parts.in2 != y.end())
      d.b = *parts.in2;
    d.since_begin = d.a ? d.a->time - begin_a : d.b->time - begin_b;
    out.all.push_back(std::move(d));
  }
  std::ranges::stable_sort(out.all, {}, &order_difference::since_begin);
  return out;
}

} // namespace tern
