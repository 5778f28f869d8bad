#include "dataflow/runtime/work_sharing.hpp"

#include "actors/trace/clock.hpp"
#include "dataflow/runtime/message_codec.hpp"

#include <algorithm>
#include <chrono>

namespace tern {

namespace {

// A node that fell asleep and woke up again asks no more often than this: in a
// plan of many small dependent tasks threads are idle all the time for a
// moment.
constexpr std::uint64_t round_every_ns = 5'000'000;
// Work that comes in bursts is looked at once; and a node that has just become
// busy can say so before it is given more.
constexpr auto offer_delay = std::chrono::milliseconds(1);

} // namespace

work_sharing::work_sharing(surroundings world)
  : world_(std::move(world)), state_(world_.self.id()),
    random_(world_.self.id().value) {}

// -- as a thief ---------------------------------------------------------------

/// Tells the state machine, then sends what it says.
template <class Event>
void work_sharing::ask_after(Event&& event) {
  steal_state::asks asks;
  {
    std::lock_guard guard{mutex_};
    asks = event(state_, random_());
    working_.store(state_.working());
    world_.pool.expect_busy(state_.asleep());
    if (state_.asleep() && !asks.empty())
      next_round_.store(monotonic_ns() + round_every_ns);
  }
  send(asks);
}

void work_sharing::idle() {
  if (!has_peers_.load(std::memory_order_relaxed)
      || only_gives_.load(std::memory_order_relaxed)
      || !working_.load(std::memory_order_relaxed)
      || monotonic_ns() < next_round_.load(std::memory_order_relaxed)
      || world_.memory.room() == 0 || blocks_are_coming())
    return;
  ask_after([](steal_state& s, std::uint64_t draw) { return s.idle(draw); });
}

// More than the threads can use for a while is on its way already.
bool work_sharing::blocks_are_coming() const {
  std::size_t coming = 0;
  for (const auto& [id, host] : world_.plans())
    coming += host->engine().fetching();
  return coming >= 2 * std::size_t{world_.pool.threads()};
}

void work_sharing::busy() {
  ask_after([](steal_state& s, std::uint64_t) { return s.busy(); });
}

void work_sharing::stop_asking() {
  only_gives_.store(true);
  busy(); // whoever remembers this node forgets it
}

void work_sharing::send(const steal_state::asks& asks) {
  if (asks.empty())
    return;
  for (const auto& ask : asks) {
    auto m = message_of(message_kind::steal_ask, 0);
    m.slot = world_.pool.threads();
    m.ordinal = static_cast<std::uint32_t>(ask.what);
    // whoever is asked may use it up, so all of them together get no more
    m.bytes = world_.memory.room() / asks.size();
    const auto out = encode(m, 0);
    world_.self.send(ask.to, m.kind, out.head, out.payload);
  }
  world_.self.flush();
}

void work_sharing::joined(const member& who) {
  if (who.threads == 0 || world_.pool.threads() == 0)
    return;
  has_peers_.store(true);
  if (!world_.steals)
    return;
  ask_after([&](steal_state& s, std::uint64_t) { return s.joined(who.id); });
  if (world_.pool.executing() == 0)
    idle();
}

void work_sharing::left(const member& who) {
  ask_after(
      [&](steal_state& s, std::uint64_t draw) { return s.left(who.id, draw); });
}

void work_sharing::arrived(node_id from, std::uint64_t bytes,
                           std::uint64_t stamp) {
  const auto now = monotonic_ns();
  if (stamp > 0 && stamp < now)
    speeds_.measured(from, bytes, now - stamp);
}

// -- as a victim --------------------------------------------------------------

void work_sharing::receive(node_id from, const dataflow_message& m) {
  if (m.kind == message_kind::steal_answer) {
    ask_after([&](steal_state& s, std::uint64_t draw) {
      return s.answered(from, m.slot, draw, m.node);
    });
    return;
  }
  const auto what = static_cast<steal_state::question>(m.ordinal);
  const steal_state::hungry thief{from, std::max(1u, m.slot), m.bytes};
  {
    std::lock_guard guard{mutex_};
    if (what == steal_state::question::lifeline)
      state_.remember(thief);
    else
      state_.forget(from);
    world_.pool.expect_surplus(!state_.waiting().empty());
  }
  if (what != steal_state::question::cancel)
    answer(from, give(thief));
}

void work_sharing::answer(node_id to, std::size_t tasks) {
  auto m = message_of(message_kind::steal_answer, 0);
  m.slot = static_cast<std::uint32_t>(tasks);
  {
    std::lock_guard guard{mutex_};
    m.node = state_.giver();
    if (tasks > 0) {
      state_.forget(to);
      world_.pool.expect_surplus(!state_.waiting().empty());
    }
  }
  const auto out = encode(m, 0);
  world_.self.send(to, m.kind, out.head, out.payload);
  world_.self.flush();
}

resource_counts work_sharing::resources_of(node_id who) const {
  for (const auto& m : world_.self.members())
    if (m.id == who)
      return parse_resources(m.resources).value_or(resource_counts{});
  return {};
}

std::size_t work_sharing::give(const steal_state::hungry& to) {
  std::lock_guard guard{giving_};
  const auto plans = world_.plans();
  auto queued = world_.pool.queued();
  for (const auto& [id, host] : plans)
    queued += host->engine().sources_left();
  const auto threads = world_.pool.threads();
  const auto idle = threads - std::min(threads, world_.pool.executing());
  auto terms = steal_terms::of(to.who, to.threads, to.room, queued, idle);
  terms.link.ns_per_byte = speeds_.ns_per_byte(to.who, terms.link.ns_per_byte);
  if (const auto trip = world_.self.round_trip(to.who); trip.count() > 0)
    terms.link.round_trip_ns = static_cast<std::uint64_t>(trip.count());
  terms.resources = resources_of(to.who);
  if (!terms.resources.empty())
    terms.waiting = world_.resources.surplus();
  std::size_t given = 0;
  for (const auto& [id, host] : plans)
    if (const auto n = host->give(terms); n > 0) {
      given += n;
      world_.given(id, to.who);
    }
  return given;
}

void work_sharing::surplus() {
  offer_later();
}

void work_sharing::offer_later() {
  if (!offer_is_due_.exchange(true))
    world_.slow.post_after(offer_delay, world_.open.guard([this] { offer(); }));
}

void work_sharing::offer() {
  offer_is_due_.store(false);
  std::vector<steal_state::hungry> waiting;
  {
    std::lock_guard guard{mutex_};
    waiting = state_.waiting();
  }
  for (const auto& thief : waiting)
    if (const auto given = give(thief); given > 0)
      answer(thief.who, given);
}

} // namespace tern
