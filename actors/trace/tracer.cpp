#include "actors/trace/tracer.hpp"

#include "actors/trace/ring.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>

namespace tern {

// A thread may serve several nodes of one process (tests do), so it holds one
// ring for each tracer it has met, found by the tracer's serial number. Both
// sides own the ring: the tracer drains what a dead thread left, and a thread
// that outlives the tracer has no dangling pointer.

namespace {

struct known_ring {
  std::uint64_t serial = 0;
  std::shared_ptr<trace_ring> ring;
};

struct thread_rings {
  ~thread_rings() {
    for (auto& known : all)
      known.ring->end();
  }

  std::uint64_t last_serial = 0;
  trace_ring* last = nullptr;
  std::vector<known_ring> all;
};

thread_local thread_rings mine;

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> serials{1};
  return serials.fetch_add(1, std::memory_order_relaxed);
}

std::string thread_name() {
  std::array<char, 16> name{};
  if (pthread_getname_np(pthread_self(), name.data(), name.size()) != 0)
    return {};
  return name.data();
}

// Incarnation bits above, room for 2^40 messages below.
constexpr int counter_bits = 40;

/// Where `one` is in `table`, put there if need be; 0 if there is no room.
template <class T>
std::uint16_t index_in(std::vector<T>& table, const T& one) {
  auto found = std::ranges::find(table, one);
  if (found == table.end()) {
    if (table.size() > 0xffff)
      return 0;
    found = table.insert(table.end(), one);
  }
  return static_cast<std::uint16_t>(found - table.begin());
}

} // namespace

tracer::tracer(node_id self, std::uint64_t ring_events)
  : serial_(next_serial()), number_base_(self.value << counter_bits),
    ring_events_(ring_events), peers_{self} {}

tracer::~tracer() = default;

trace_ring* tracer::make_ring() {
  std::lock_guard guard{mutex_};
  auto ring =
      std::make_shared<trace_ring>(threads_++, thread_name(), ring_events_);
  rings_.push_back(ring);
  // Only this thread holds a ring whose tracer is gone.
  std::erase_if(mine.all,
                [](const known_ring& k) { return k.ring.use_count() == 1; });
  mine.all.push_back({serial_, ring});
  return ring.get();
}

trace_ring* tracer::ring_of_this_thread() noexcept {
  if (mine.last_serial == serial_) [[likely]]
    return mine.last;
  auto known = std::ranges::find(mine.all, serial_, &known_ring::serial);
  mine.last = known != mine.all.end() ? known->ring.get() : make_ring();
  mine.last_serial = serial_;
  return mine.last;
}

void tracer::record(trace_kind kind, const actor_id& actor,
                    std::uint64_t argument, std::uint16_t extra,
                    std::uint16_t peer) noexcept {
  auto& ring = *ring_of_this_thread();
  const auto scope = actor.high == 0 ? 0 : scope_index(ring, actor.high);
  ring.push({clock_.ticks(), actor.low, argument, kind, peer, extra,
             static_cast<std::uint16_t>(scope)});
}

std::uint16_t tracer::scope_index(trace_ring& ring,
                                  std::uint64_t high) noexcept {
  auto& known = ring.scope_near(high);
  if (known.high != high) [[unlikely]] {
    std::lock_guard guard{mutex_};
    known = {high, index_in(scopes_, high)};
  }
  return known.index;
}

std::uint16_t tracer::peer_index(node_id node) {
  std::lock_guard guard{mutex_};
  return index_in(peers_, node);
}

node_trace tracer::drain() {
  std::lock_guard guard{mutex_};
  node_trace trace;
  trace.node = peers_.front();
  trace.peers = peers_;
  trace.scopes = scopes_;
  auto to_ns = clock_.calibrate();
  std::erase_if(rings_, [&](const auto& ring) {
    // Asked before the ring is drained, so that nothing is left in it.
    auto ended = ring->has_ended();
    thread_trace thread{ring->thread(), ring->name(), {}};
    ring->drain([&](trace_event event) {
      ring->last_time = std::max(ring->last_time, to_ns(event.time));
      event.time = ring->last_time;
      thread.events.push_back(event);
    });
    if (!thread.events.empty())
      trace.threads.push_back(std::move(thread));
    (ended ? lost_with_rings_ : trace.lost) += ring->lost();
    return ended;
  });
  trace.lost += lost_with_rings_;
  return trace;
}

} // namespace tern
