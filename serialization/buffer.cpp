#include "serialization/buffer.hpp"

#include "serialization/buffer_pool.hpp"
#include "serialization/small_pool.hpp"
#include "serialization/spill_file.hpp"
#include "serialization/system_memory.hpp"

#include <array>
#include <atomic>
#include <cstring>
#include <new>

// A small buffer is one object: the header in the first 64 bytes, the bytes
// after it; a compact one has both in there. A larger one has its header among
// the small objects, so that a block of a power of two does not spill over into
// the next size class.

namespace tern {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t max_inline = max_small - alignment;
constexpr std::size_t max_medium = spill_file::largest_kept;
constexpr std::size_t medium_arena = std::size_t{16} << 20;
constexpr std::uint32_t spilled = std::uint32_t{1} << 31;
constexpr std::size_t large_arena = std::size_t{64} << 20;

static_assert(max_small % alignment == 0);

std::size_t inline_size(std::size_t size) noexcept {
  return round_up(alignment + size, alignment);
}

std::byte* bytes_after(void* header) noexcept {
  return static_cast<std::byte*>(header) + alignment;
}

} // namespace

// What a buffer was allocated as, in one number: two bits of tier, the rest
// a count of the tier's units. The size may shrink; this does not. The highest
// bit says that it was spilled; it would count for 16 TiB.

std::size_t buffer_pool::unit_of(tier t) noexcept {
  constexpr std::array<std::size_t, 4> units{64, 512, 32768, 32768};
  return units[static_cast<std::size_t>(t)];
}

std::uint32_t buffer_pool::class_of(tier t, std::size_t capacity) noexcept {
  return static_cast<std::uint32_t>(capacity / unit_of(t) << 2)
         | static_cast<std::uint32_t>(t);
}

buffer_pool::tier buffer_pool::tier_of_class(std::uint32_t c) noexcept {
  return static_cast<tier>(c & 3);
}

std::size_t buffer_pool::capacity_of_class(std::uint32_t c) noexcept {
  return (c >> 2) * unit_of(tier_of_class(c));
}

buffer_pool::buffer_pool() noexcept
  : medium_(medium_arena, &held_), large_(large_arena, &held_) {}

buffer_pool& buffer_pool::process() {
  // Never destroyed: buffers in static objects may die after it otherwise.
  static auto* pool = new buffer_pool;
  return *pool;
}

buffer_pool::tier buffer_pool::tier_of(std::size_t size) noexcept {
  if (size <= max_inline)
    return tier::small;
  if (pools_bypassed)
    return tier::bypassed;
  return size <= max_medium ? tier::medium : tier::large;
}

large_heap& buffer_pool::heap(tier t) noexcept {
  return t == tier::medium ? medium_ : large_;
}

buffer::rep* buffer_pool::allocate_heap(std::size_t size, tier t) {
  auto* record = small_allocate(sizeof(buffer::rep));
  try {
    const auto rounded = large_heap::rounded(size);
    auto* data = t == tier::bypassed ? static_cast<std::byte*>(
                     ::operator new (size, std::align_val_t{alignment}))
                                     : heap(t).allocate(rounded);
    if (held_.load(std::memory_order_relaxed)
        > held_limit_.load(std::memory_order_relaxed)) {
      medium_.keep_limits();
      large_.keep_limits();
    }
    return new (record) buffer::rep{1, class_of(t, rounded), size, data};
  } catch (...) {
    small_free(record, sizeof(buffer::rep));
    throw;
  }
}

void buffer_pool::release_heap(buffer::rep* r) noexcept {
  if ((r->size_class & spilled) != 0) {
    r->size_class &= ~spilled;
    if (!spill_file::process().restore(r->data)) {
      small_free(r, sizeof(buffer::rep)); // its memory is lost
      return;
    }
  }
  const auto t = tier_of_class(r->size_class);
  if (t == tier::bypassed)
    ::operator delete (r->data, std::align_val_t{alignment});
  else
    heap(t).free(r->data, capacity_of_class(r->size_class));
  small_free(r, sizeof(buffer::rep));
}

bool buffer_pool::is_large(const buffer& b) noexcept {
  if (!b.rep_)
    return false;
  const std::atomic_ref c{b.rep_->size_class};
  return tier_of_class(c.load(std::memory_order_relaxed)) == tier::large;
}

// Who does it has a handle, so nobody reads it meanwhile but for the tier.
void buffer_pool::mark_spilled(const buffer& b) noexcept {
  std::atomic_ref{b.rep_->size_class}.fetch_or(spilled,
                                               std::memory_order_relaxed);
}

buffer_pool::counters buffer_pool::count() const noexcept {
  const auto small = count_small();
  const auto medium = medium_.count();
  const auto large = large_.count();
  return {small.in_use + medium.in_use + large.in_use,
          small.held + medium.held + large.held,
          small.allocations + medium.allocations + large.allocations};
}

void buffer_pool::trim() noexcept {
  medium_.trim();
  large_.trim();
}

void buffer_pool::limit_free(std::size_t bytes, std::size_t held) noexcept {
  const auto medium = bytes == no_limit ? no_limit : bytes / 8;
  medium_.limit_free(medium, held);
  large_.limit_free(bytes == no_limit ? no_limit : bytes - medium, held);
  held_limit_.store(bytes == no_limit ? no_limit : held,
                    std::memory_order_relaxed);
}

buffer buffer::allocate(std::size_t size) {
  const auto tier = buffer_pool::tier_of(size);
  if (tier != buffer_pool::tier::small)
    return buffer(buffer_pool::process().allocate_heap(size, tier));
  const auto whole = inline_size(size);
  auto* record = small_allocate(whole);
  return buffer(new (record) rep{1, buffer_pool::class_of(tier, whole), size,
                                 bytes_after(record)});
}

buffer buffer::copy(std::span<const std::byte> bytes) {
  auto made = allocate(bytes.size());
  if (!bytes.empty())
    std::memcpy(made.mutable_data(), bytes.data(), bytes.size());
  return made;
}

buffer buffer::copy_compact(std::span<const std::byte> bytes) {
  if (bytes.size() > alignment - sizeof(rep))
    return copy(bytes);
  auto* record = small_allocate(alignment);
  auto* r = new (record)
      rep{1, buffer_pool::class_of(buffer_pool::tier::small, alignment),
          bytes.size(), static_cast<std::byte*>(record) + sizeof(rep)};
  if (!bytes.empty())
    std::memcpy(r->data, bytes.data(), bytes.size());
  return buffer(r);
}

void buffer::release(rep* r) noexcept {
  using pool = buffer_pool;
  if (pool::tier_of_class(r->size_class) == pool::tier::small)
    small_free(r, pool::capacity_of_class(r->size_class));
  else
    pool::process().release_heap(r);
}

} // namespace tern
