#include "serialization/large_heap.hpp"

#include "serialization/system_memory.hpp"

#include <algorithm>
#include <new>
#include <utility>

// The first touch of a page costs more than most computations on it, so a
// piece that was freed is handed out again as it is: sizes are rounded up to
// classes, each with a list, last in first out. That is the steady state.
//
// When the sizes change (another plan, other chunks), lists full of the wrong
// size would only grow the process. A miss therefore merges the lists into
// runs of neighbours (`run_heap`) when they hold enough to be worth it, and
// cuts the piece from the run that fits best. Only then is new memory touched.
//
//   allocate: list of the class -> (lists into runs) -> best run -> arena
//   free:     list of the class -> (above the limits: runs -> system)
//
// An arena is a mapping of huge pages. Its untouched rest is `fresh` and not
// counted as held. Pieces above the largest class are exact (in huge pages)
// and go to the runs directly.

namespace tern {

namespace {

constexpr bool has_class(std::size_t size) noexcept {
  return size <= large_ladder::last;
}

constexpr std::size_t largest = std::size_t{1} << 44;

std::uintptr_t address_of(const std::byte* data) noexcept {
  return reinterpret_cast<std::uintptr_t>(data);
}

std::byte* pointer_to(std::uintptr_t address) noexcept {
  return reinterpret_cast<std::byte*>(address);
}

} // namespace

std::size_t large_heap::rounded(std::size_t size) {
  if (has_class(size))
    return large_ladder::size_of(large_ladder::class_of(size));
  if (size >= largest)
    throw std::bad_alloc();
  return round_up(size, huge_page);
}

std::byte* large_heap::allocate(std::size_t size) {
  const auto bytes = rounded(size);
  std::lock_guard guard(mutex_);
  auto* data = has_class(size) ? pop(bytes) : nullptr;
  if (data == nullptr)
    data = carve(bytes);
  counters_.in_use += bytes;
  ++counters_.allocations;
  return data;
}

void large_heap::free(std::byte* data, std::size_t size) noexcept {
  const auto bytes = rounded(size);
  std::lock_guard guard(mutex_);
  counters_.in_use -= bytes;
  if (has_class(size))
    push(data, bytes);
  else
    runs_.insert({address_of(data), bytes});
  give_back();
}

large_heap::counters large_heap::count() const noexcept {
  std::lock_guard guard(mutex_);
  return counters_;
}

void large_heap::trim() noexcept {
  std::lock_guard guard(mutex_);
  give_back_down_to(0);
}

void large_heap::limit_free(std::size_t bytes, std::size_t held) noexcept {
  std::lock_guard guard(mutex_);
  free_limit_ = give_back_above_ = bytes;
  held_limit_ = held;
  give_back();
}

void large_heap::keep_limits() noexcept {
  std::lock_guard guard(mutex_);
  try {
    give_back();
  } catch (const std::bad_alloc&) { // then it is left for the next time
  }
}

// Half of what may always be free stays, so that the next piece does not come
// here again.
void large_heap::give_back() {
  const auto held = together_.load(std::memory_order_relaxed);
  if (free_bytes() <= give_back_above_ || held <= held_limit_)
    return;
  const auto least = free_limit_ / 2;
  const auto surplus = held - held_limit_ + least;
  give_back_down_to(
      std::max(least, free_bytes() - std::min(free_bytes(), surplus)));
}

void large_heap::holds_more(std::size_t bytes) noexcept {
  counters_.held += bytes;
  together_.fetch_add(bytes, std::memory_order_relaxed);
}

void large_heap::holds_less(std::size_t bytes) noexcept {
  counters_.held -= bytes;
  together_.fetch_sub(bytes, std::memory_order_relaxed);
}

std::byte* large_heap::pop(std::size_t bytes) noexcept {
  auto& list = lists_[large_ladder::class_of(bytes)];
  if (list == nullptr)
    return nullptr;
  auto* piece = std::exchange(list, list->next);
  listed_ -= bytes;
  return reinterpret_cast<std::byte*>(piece);
}

void large_heap::push(std::byte* data, std::size_t bytes) noexcept {
  auto& list = lists_[large_ladder::class_of(bytes)];
  list = new (data) free_piece{list};
  listed_ += bytes;
}

std::byte* large_heap::carve(std::size_t bytes) {
  if (worth_merging(bytes))
    merge_lists();
  if (auto address = runs_.take(bytes))
    return pointer_to(*address);
  return carve_fresh(bytes);
}

std::byte* large_heap::carve_fresh(std::size_t bytes) {
  if (static_cast<std::size_t>(fresh_end_ - fresh_begin_) < bytes) {
    if (bytes > arena_ / 2) {
      const auto mapped = round_up(bytes, huge_page);
      auto* data = map_memory(mapped);
      runs_.insert({address_of(data) + bytes, mapped - bytes});
      holds_more(mapped);
      return data;
    }
    auto* arena = map_memory(arena_);
    runs_.insert({address_of(fresh_begin_),
                  static_cast<std::size_t>(fresh_end_ - fresh_begin_)});
    holds_more(static_cast<std::size_t>(fresh_end_ - fresh_begin_));
    fresh_begin_ = arena;
    fresh_end_ = arena + arena_;
  }
  holds_more(bytes);
  return std::exchange(fresh_begin_, fresh_begin_ + bytes);
}

bool large_heap::worth_merging(std::size_t bytes) const noexcept {
  // A merge walks every free piece; the lists must hold a good part of the
  // heap, or a growing heap would merge a few pieces again and again.
  return listed_ >= bytes && listed_ >= counters_.held / 8;
}

void large_heap::merge_lists() {
  for (std::uint32_t index = 0; index < lists_.size(); ++index) {
    const auto size = large_ladder::size_of(index);
    while (auto* data = pop(size))
      runs_.insert({address_of(data), size});
  }
}

void large_heap::give_back_down_to(std::size_t bytes) {
  merge_lists();
  while (free_bytes() > bytes) {
    auto run = runs_.take_aligned(huge_page);
    if (!run)
      break;
    const auto surplus = round_up(free_bytes() + run->size - bytes, huge_page);
    if (surplus < run->size) {
      runs_.insert({run->begin + surplus, run->size - surplus});
      run->size = surplus;
    }
    unmap_memory(pointer_to(run->begin), run->size);
    holds_less(run->size);
  }
  // What is left in pieces smaller than a huge page cannot go back; the next
  // try waits until there is more.
  give_back_above_ = free_limit_;
  if (free_limit_ != no_limit && free_bytes() > bytes)
    give_back_above_ = std::max(free_limit_, free_bytes() + free_limit_ / 4);
}

} // namespace tern
