#include "serialization/small_pool.hpp"

#include "serialization/size_classes.hpp"
#include "serialization/system_memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

// Magazines after Bonwick and Adams, "Magazines and Vmem", USENIX 2001.
//
// For each size class a thread has two stacks of free objects and a run of
// memory that was never handed out. It takes from and puts to the first stack;
// when that is empty or full it swaps in the second; only when both are does
// it trade a whole stack with the depot, under the class's lock. So the lock
// is taken once in `batch` calls at worst, also where one thread allocates
// what another one frees.
//
//   thread: active <-> spare <-> depot (a stack of stacks, a lock a class)
//           run    <------------ spans of huge pages, never given back
//
// Free objects are linked through their own first bytes. When a thread ends,
// its stacks go to the depot; a thread that frees after that (destructors of
// other thread-locals, or statics after main) works on the depot directly.

namespace tern {

namespace {

using ladder = small_ladder;
static_assert(ladder::last == max_small);

/// A free object. The second link joins stacks in the depot.
struct object {
  object* next;
  object* next_stack;
};
static_assert(sizeof(object) <= ladder::step);

constexpr std::size_t span_size = 2 * huge_page;
constexpr std::size_t run_bytes = std::size_t{32} << 10;

/// Objects a stack: enough to make the lock cheap, few enough not to matter.
constexpr std::uint32_t batch_of(std::size_t size) noexcept {
  return static_cast<std::uint32_t>(
      std::clamp<std::size_t>(run_bytes / size, 4, 256));
}

/// Where memory for runs is cut from.
class span_source {
public:
  std::byte* cut(std::size_t size) {
    std::lock_guard guard(mutex_);
    if (static_cast<std::size_t>(end_ - begin_) < size) {
      begin_ = map_memory(span_size);
      end_ = begin_ + span_size;
      held_.fetch_add(span_size, std::memory_order_relaxed);
    }
    return std::exchange(begin_, begin_ + size);
  }
  std::uint64_t held() const noexcept {
    return held_.load(std::memory_order_relaxed);
  }

private:
  std::mutex mutex_;
  std::byte* begin_ = nullptr;
  std::byte* end_ = nullptr;
  std::atomic<std::uint64_t> held_{0};
};

/// The stacks of one class that no thread has.
class depot {
public:
  object* take() noexcept {
    std::lock_guard guard(mutex_);
    auto* stack = stacks_;
    if (stack != nullptr)
      stacks_ = stack->next_stack;
    return stack;
  }
  void put(object* stack) noexcept {
    if (stack == nullptr)
      return;
    std::lock_guard guard(mutex_);
    stack->next_stack = stacks_;
    stacks_ = stack;
  }

private:
  std::mutex mutex_;
  object* stacks_ = nullptr;
};

/// A thread's share of one class. `count` and `limit` are those of `active`.
struct magazine {
  object* active = nullptr;
  object* spare = nullptr; ///< a full stack, or none
  std::byte* run_begin = nullptr;
  std::byte* run_end = nullptr;
  std::uint32_t count = 0;
  std::uint32_t limit = 0; ///< 0: this thread has no cache (yet, or any more)
};

enum class cache_state : std::uint8_t { unborn, alive, dead };

/// Everything a thread has. Trivially destructible, so that it can be used
/// for as long as the thread runs. The counters are written by the thread
/// alone and read by any.
struct cache {
  std::array<magazine, ladder::count> magazines;
  std::atomic<std::uint64_t> allocations{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> bytes_back{0};
  cache* next = nullptr;
  cache* previous = nullptr;
  cache_state state = cache_state::unborn;
};

/// The caches of living threads and the counts of ended ones.
class registry {
public:
  void add(cache& c) noexcept {
    std::lock_guard guard(mutex_);
    c.next = first_;
    if (first_ != nullptr)
      first_->previous = &c;
    first_ = &c;
  }
  void remove(cache& c) noexcept {
    std::lock_guard guard(mutex_);
    (c.previous != nullptr ? c.previous->next : first_) = c.next;
    if (c.next != nullptr)
      c.next->previous = c.previous;
    add_to(ended_, c);
  }
  /// One call of a thread without a cache.
  void note(std::uint64_t allocations, std::uint64_t out,
            std::uint64_t back) noexcept {
    std::lock_guard guard(mutex_);
    ended_.allocations += allocations;
    ended_.in_use += out - back;
  }
  small_counters count() noexcept {
    std::lock_guard guard(mutex_);
    auto sum = ended_;
    for (auto* c = first_; c != nullptr; c = c->next)
      add_to(sum, *c);
    return sum;
  }

private:
  static void add_to(small_counters& sum, const cache& c) noexcept {
    sum.allocations += c.allocations.load(std::memory_order_relaxed);
    sum.in_use += c.bytes_out.load(std::memory_order_relaxed)
                  - c.bytes_back.load(std::memory_order_relaxed);
  }

  std::mutex mutex_;
  cache* first_ = nullptr;
  small_counters ended_;
};

constinit span_source spans;
constinit std::array<depot, ladder::count> depots;
constinit registry caches;
constinit thread_local cache local;

object* stack_up(std::byte* begin, const std::byte* end, std::size_t size) {
  object* stack = nullptr;
  for (; begin != end; begin += size)
    stack = new (begin) object{stack, nullptr};
  return stack;
}

void bury(cache& c) noexcept {
  for (std::uint32_t index = 0; index < ladder::count; ++index) {
    auto& m = c.magazines[index];
    depots[index].put(std::exchange(m.active, nullptr));
    depots[index].put(std::exchange(m.spare, nullptr));
    depots[index].put(stack_up(m.run_begin, m.run_end, ladder::size_of(index)));
    m = magazine{};
  }
  caches.remove(c);
  c.state = cache_state::dead;
}

/// Its destructor is the end of the thread's cache.
struct undertaker {
  ~undertaker() {
    bury(local);
  }
};

void give_birth(cache& c) noexcept {
  thread_local undertaker at_exit;
  static_cast<void>(&at_exit);
  for (std::uint32_t index = 0; index < ladder::count; ++index)
    c.magazines[index].limit = batch_of(ladder::size_of(index));
  caches.add(c);
  c.state = cache_state::alive;
}

bool has_cache() noexcept {
  if (local.state == cache_state::unborn) [[unlikely]]
    give_birth(local);
  return local.state == cache_state::alive;
}

void add(std::atomic<std::uint64_t>& counter, std::uint64_t n) noexcept {
  // One writer: no locked instruction is needed.
  counter.store(counter.load(std::memory_order_relaxed) + n,
                std::memory_order_relaxed);
}

/// The top of `active`, which is not empty.
void* pop(magazine& m) noexcept {
  auto* top = m.active;
  m.active = top->next;
  // A stack from an ended thread may be shorter than its count.
  m.count = m.active != nullptr ? m.count - 1 : 0;
  return top;
}

/// For a thread that has ended: one object of a stack of the depot.
void* allocate_without_cache(std::uint32_t index) {
  const auto size = ladder::size_of(index);
  auto* top = depots[index].take();
  void* memory = top;
  if (top != nullptr)
    depots[index].put(top->next);
  else
    memory = spans.cut(size);
  caches.note(1, size, 0);
  return memory;
}

[[gnu::noinline]] void* allocate_slowly(std::uint32_t index) {
  if (!has_cache())
    return allocate_without_cache(index);
  auto& m = local.magazines[index];
  const auto size = ladder::size_of(index);
  if (m.spare == nullptr)
    m.spare = depots[index].take();
  void* memory = nullptr;
  if (m.spare != nullptr) {
    m.active = std::exchange(m.spare, nullptr);
    m.count = m.limit;
    memory = pop(m);
  } else {
    const auto bytes = size * m.limit;
    m.run_begin = spans.cut(bytes);
    m.run_end = m.run_begin + bytes;
    memory = std::exchange(m.run_begin, m.run_begin + size);
  }
  add(local.allocations, 1);
  add(local.bytes_out, size);
  return memory;
}

[[gnu::noinline]] void free_slowly(object* o, std::uint32_t index) noexcept {
  if (!has_cache()) {
    o->next = nullptr;
    depots[index].put(o);
    caches.note(0, 0, ladder::size_of(index));
    return;
  }
  auto& m = local.magazines[index];
  if (m.active != nullptr && m.count == m.limit) {
    depots[index].put(m.spare);
    m.spare = std::exchange(m.active, nullptr);
    m.count = 0;
  }
  o->next = m.active;
  m.active = o;
  ++m.count;
  add(local.bytes_back, ladder::size_of(index));
}

std::align_val_t alignment_of(std::size_t size) noexcept {
  return std::align_val_t{size % 64 == 0 ? 64u : 16u};
}

} // namespace

void* small_allocate(std::size_t size) {
  if (pools_bypassed || size > max_small) [[unlikely]]
    return ::operator new(size, alignment_of(size));
  const auto index = ladder::class_of(size);
  auto& m = local.magazines[index];
  void* memory = nullptr;
  if (m.active != nullptr) [[likely]]
    memory = pop(m);
  else if (m.run_begin != m.run_end)
    memory = std::exchange(m.run_begin, m.run_begin + ladder::size_of(index));
  else
    return allocate_slowly(index);
  add(local.allocations, 1);
  add(local.bytes_out, ladder::size_of(index));
  return memory;
}

void small_free(void* memory, std::size_t size) noexcept {
  if (memory == nullptr)
    return;
  if (pools_bypassed || size > max_small) [[unlikely]] {
    ::operator delete(memory, alignment_of(size));
    return;
  }
  const auto index = ladder::class_of(size);
  auto& m = local.magazines[index];
  auto* freed = static_cast<object*>(memory);
  if (m.count == m.limit) [[unlikely]] {
    free_slowly(freed, index);
    return;
  }
  freed->next = m.active;
  m.active = freed;
  ++m.count;
  add(local.bytes_back, ladder::size_of(index));
}

small_counters count_small() noexcept {
  auto counted = caches.count();
  counted.held = spans.held();
  return counted;
}

} // namespace tern
