// A session loses nothing, though rings forget: whenever a thread has filled a
// quarter of its ring, and a session records, it puts a copy of that quarter on
// a list (a stack without a lock, which the reader takes as a whole), before it
// writes on. A reader copies what the rings have, and then takes the list: what
// a ring has forgotten was on the list before, or the list was full and it is
// lost. Events of a ring are numbered, so that the reader knows what it has
// already, and what is missing.
#include "actors/trace/tracer.hpp"

#include "actors/trace/ring.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tern {

namespace {

// A thread may serve several nodes of one process (tests do), so it holds one
// ring for each tracer it has met, found by the tracer's serial number. Both
// sides own the ring: the tracer drains what a dead thread left, and a thread
// that outlives the tracer has no dangling pointer.

/// The one that a thread used last, where it finds it at once.
struct ring_at_hand {
  std::uint64_t serial = 0;
  trace_ring* ring = nullptr;
};
constinit thread_local ring_at_hand at_hand;
constinit thread_local bool is_ending = false; ///< the thread: no more events

struct known_ring {
  std::uint64_t serial = 0;
  std::shared_ptr<trace_ring> ring; ///< null: none could be had
};

struct thread_rings {
  ~thread_rings() {
    at_hand = {};
    is_ending = true;
    for (auto& known : all)
      if (known.ring)
        known.ring->end();
  }

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

/// Rings of threads that have ended, which keep their events.
constexpr std::ptrdiff_t most_ended = 16;

/// Where `one` is in `table`, put there by `add` if need be; 0 if there is no
/// room.
template <class T, class Add>
std::uint16_t index_in(std::vector<T>& table, const T& one, Add add) {
  auto found = std::ranges::find(table, one);
  if (found == table.end()) {
    if (table.size() > 0xffff)
      return 0;
    found = table.insert(table.end(), one);
    add(one);
  }
  return static_cast<std::uint16_t>(found - table.begin());
}

} // namespace

/// A copy of what a ring was about to lose.
struct tracer::handed_over {
  std::shared_ptr<trace_ring> from;
  trace_ring::run events;
  handed_over* next = nullptr;
};

tracer::tracer(node_id self, std::uint64_t ring_events)
  : tracer(self, tracer_options{.ring_events = ring_events}) {}

tracer::tracer(node_id self, tracer_options how)
  : level_(how.usual), serial_(next_serial()),
    number_base_(self.value << counter_bits), how_(std::move(how)),
    memory_(self, how_.ring_events, clock_,
            how_.usual == trace_level::off ? std::string{} : how_.directory),
    peers_{self} {}

tracer::~tracer() {
  auto* each = waiting_.exchange(nullptr);
  while (each)
    delete std::exchange(each, each->next);
}

// -- writing ------------------------------------------------------------------

// The longest ended of too many ended ones, if nobody waits for its events.
std::shared_ptr<trace_ring> tracer::reuse_ring(const std::string& name) {
  const auto has_ended = [](const auto& ring) {
    return ring->has_ended();
  };
  if (std::ranges::count_if(rings_, has_ended) <= most_ended
      || !reading_.try_lock())
    return {};
  std::lock_guard guard{reading_, std::adopt_lock};
  const auto old = std::ranges::find_if(rings_, [&](const auto& ring) {
    return ring->has_ended() && ring->ready.empty()
           && (!enabled() || ring->taken == ring->head());
  });
  if (old == rings_.end())
    return {};
  const auto before = *old;
  rings_.erase(old);
  flight_file::hand_on(before->memory(), threads_, name);
  return std::make_shared<trace_ring>(threads_, name, how_.ring_events,
                                      before->memory(), before->reserved());
}

std::shared_ptr<trace_ring> tracer::make_ring() {
  std::lock_guard guard{mutex_};
  const auto name = thread_name();
  auto ring = reuse_ring(name);
  if (!ring)
    if (const auto memory = memory_.add(threads_, name))
      ring = std::make_shared<trace_ring>(threads_, name, how_.ring_events,
                                          *memory);
  if (ring) {
    ++threads_;
    rings_.push_back(ring);
  }
  return ring;
}

trace_ring* tracer::ring_of_this_thread() noexcept {
  if (at_hand.serial == serial_) [[likely]]
    return at_hand.ring;
  if (is_ending)
    return nullptr;
  auto known = std::ranges::find(mine.all, serial_, &known_ring::serial);
  if (known == mine.all.end()) {
    // Only this thread holds a ring whose tracer is gone.
    std::erase_if(mine.all, [](const known_ring& k) {
      return k.ring && k.ring.use_count() == 1;
    });
    mine.all.push_back({serial_, make_ring()});
    known = mine.all.end() - 1;
  }
  at_hand = {serial_, known->ring.get()};
  return at_hand.ring;
}

void tracer::record(trace_kind kind, const actor_id& actor,
                    std::uint64_t argument, std::uint16_t extra,
                    std::uint16_t peer) noexcept {
  auto* ring = ring_of_this_thread();
  if (!ring || (ring->at_stop() && !make_way(*ring))) [[unlikely]] {
    lost_without_ring_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const auto scope = actor.high == 0 ? 0 : scope_index(*ring, actor.high);
  ring->push({clock_.ticks(), actor.low, argument, kind, peer, extra,
              static_cast<std::uint16_t>(scope)});
}

void tracer::record_between(trace_kind kind, const actor_id& actor,
                            std::uint64_t argument, std::uint16_t extra,
                            node_id peer) noexcept {
  auto* ring = ring_of_this_thread();
  record(kind, actor, argument, extra,
         ring ? near_peer_index(*ring, peer) : std::uint16_t{0});
}

bool tracer::make_way(trace_ring& ring) noexcept {
  if (!ring.make_way(memory_))
    return false;
  memory_.note_time({clock_.ticks(), monotonic_ns()});
  if (!enabled())
    ring.handed = ring.next();
  else if (waiting_events_.load()
               + std::min(ring.next() - ring.handed, ring.capacity())
           <= how_.waiting_events)
    hand_over(ring);
  return true;
}

void tracer::hand_over(trace_ring& ring) {
  auto* copy = new handed_over{ring.shared_from_this(), ring.read(ring.handed),
                               waiting_.load()};
  ring.handed = ring.next();
  waiting_events_.fetch_add(copy->events.events.size());
  while (!waiting_.compare_exchange_weak(copy->next, copy))
    ;
}

std::uint16_t tracer::scope_index(trace_ring& ring,
                                  std::uint64_t high) noexcept {
  auto& known = ring.scope_near(high);
  if (known.number != high) [[unlikely]] {
    std::lock_guard guard{mutex_};
    known = {high,
             index_in(scopes_, high, [this](auto s) { memory_.add_scope(s); })};
  }
  return known.index;
}

std::uint16_t tracer::near_peer_index(trace_ring& ring, node_id peer) noexcept {
  auto& known = ring.peer_near(peer);
  if (known.number != peer.value) [[unlikely]]
    known = {peer.value, peer_index(peer)};
  return known.index;
}

std::uint16_t tracer::peer_index(node_id node) {
  std::lock_guard guard{mutex_};
  return index_in(peers_, node, [this](auto p) { memory_.add_peer(p); });
}

void tracer::set_name(const std::string& name) noexcept {
  std::lock_guard guard{mutex_};
  memory_.set_name(name);
}

// -- reading ------------------------------------------------------------------

std::vector<std::shared_ptr<trace_ring>> tracer::rings() {
  std::lock_guard guard{mutex_};
  return rings_;
}

void tracer::enable(trace_level level) {
  std::lock_guard reading{reading_};
  steps_.set_level(level);
  if (enabled())
    return level_.store(level, std::memory_order_relaxed);
  collect_waiting(); // of a session before
  for (auto& ring : rings()) {
    ring->ready.clear();
    ring->taken = ring->head();
  }
  lost_ = 0;
  lost_without_ring_.store(0);
  level_.store(level, std::memory_order_relaxed);
}

void tracer::disable() {
  std::lock_guard reading{reading_};
  if (!enabled())
    return;
  collect();
  steps_.set_level(trace_level::off);
  level_.store(how_.usual, std::memory_order_relaxed);
}

void tracer::collect_waiting() {
  auto* newest = waiting_.exchange(nullptr);
  std::vector<std::unique_ptr<handed_over>> all;
  for (; newest; newest = newest->next)
    all.emplace_back(newest);
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    waiting_events_.fetch_sub((*one)->events.events.size());
    take(*(*one)->from, (*one)->events.first, (*one)->events.events);
  }
}

void tracer::collect() {
  std::vector<std::pair<std::shared_ptr<trace_ring>, trace_ring::run>> rests;
  for (auto& ring : rings())
    rests.emplace_back(ring, ring->read(ring->taken));
  collect_waiting();
  for (auto& [ring, rest] : rests)
    take(*ring, rest.first, rest.events);
}

void tracer::take(trace_ring& ring, std::uint64_t first,
                  const std::vector<trace_event>& events) {
  const auto end = first + events.size();
  if (end <= ring.taken)
    return;
  lost_ += first > ring.taken ? first - ring.taken : 0;
  const auto known = ring.taken > first ? ring.taken - first : 0;
  ring.ready.insert(ring.ready.end(),
                    events.begin() + static_cast<std::ptrdiff_t>(known),
                    events.end());
  ring.taken = end;
}

node_trace tracer::without_events() {
  std::lock_guard guard{mutex_};
  node_trace trace;
  trace.node = peers_.front();
  trace.peers = peers_;
  trace.scopes = scopes_;
  return trace;
}

node_trace tracer::drain() {
  std::lock_guard reading{reading_};
  if (enabled())
    collect();
  auto trace = without_events();
  trace.lost = lost_ + lost_without_ring_.load(std::memory_order_relaxed);
  const auto to_ns = clock_.calibrate();
  for (auto& ring : rings()) {
    if (ring->ready.empty())
      continue;
    thread_trace thread{ring->thread(), ring->name(),
                        std::exchange(ring->ready, {})};
    for (auto& event : thread.events) {
      ring->last_time = std::max(ring->last_time, to_ns(event.time));
      event.time = ring->last_time;
    }
    trace.threads.push_back(std::move(thread));
  }
  auto did = steps_.take();
  trace.steps = std::move(did.steps);
  trace.lost_steps = std::move(did.lost);
  return trace;
}

node_trace tracer::snapshot(std::chrono::nanoseconds last) {
  std::lock_guard reading{reading_};
  std::vector<std::pair<std::shared_ptr<trace_ring>, trace_ring::run>> all;
  for (auto& ring : rings())
    all.emplace_back(ring, ring->read(0));
  auto trace = without_events(); // after them: it has what they name
  const auto to_ns = clock_.calibrate();
  const auto now = monotonic_ns();
  const auto asked =
      static_cast<std::uint64_t>(std::max<std::int64_t>(last.count(), 0));
  const auto since = now > asked ? now - asked : 0;
  for (auto& [ring, run] : all) {
    thread_trace thread{ring->thread(), ring->name(), {}};
    std::uint64_t latest = 0;
    for (auto& event : run.events) {
      latest = std::max(latest, to_ns(event.time));
      event.time = latest;
      if (latest >= since)
        thread.events.push_back(event);
    }
    if (!thread.events.empty())
      trace.threads.push_back(std::move(thread));
  }
  return trace;
}

} // namespace tern
