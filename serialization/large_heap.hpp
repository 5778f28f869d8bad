#pragma once

#include "serialization/run_heap.hpp"
#include "serialization/size_classes.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>

namespace tern {

/// Memory in pieces of more than a page, aligned to 64 bytes.
///
/// All members may be called by any thread; one lock guards the heap. See
/// large_heap.cpp for how it works. It never gives its memory back unless
/// told to, and not when it is destroyed: `buffer_pool` owns the only ones
/// and lives as long as the process (tests call `trim`).
class large_heap {
public:
  static constexpr std::size_t no_limit =
      std::numeric_limits<std::size_t>::max();

  struct counters {
    std::uint64_t in_use = 0; ///< bytes handed out, as rounded
    std::uint64_t held = 0;   ///< bytes taken from the system and touched once
    std::uint64_t allocations = 0;
  };

  /// `arena`: bytes to ask the system for at a time, a multiple of
  /// `huge_page`. `together`: where heaps with one limit add up what they hold.
  explicit large_heap(std::size_t arena,
                      std::atomic<std::uint64_t>* together = nullptr) noexcept
    : arena_(arena), together_(together ? *together : alone_) {}

  large_heap(const large_heap&) = delete;
  large_heap& operator=(const large_heap&) = delete;

  /// What a request of `size` bytes takes; the same for that number itself.
  /// Throws `std::bad_alloc` from 2^44 on.
  static std::size_t rounded(std::size_t size);

  /// Uninitialised bytes. Throws `std::bad_alloc`.
  std::byte* allocate(std::size_t size);

  /// `size` as it was given to `allocate`, or rounded.
  void free(std::byte* data, std::size_t size) noexcept;

  counters count() const noexcept;

  /// Gives all free memory back to the system, in whole huge pages.
  void trim() noexcept;

  /// From now on free memory above `bytes` goes back as pieces are freed, if
  /// the heaps hold more than `held` together.
  void limit_free(std::size_t bytes, std::size_t held = 0) noexcept;

  /// Keeps the limits, as after a piece was freed: another heap has grown.
  void keep_limits() noexcept;

private:
  struct free_piece {
    free_piece* next;
  };

  std::byte* pop(std::size_t bytes) noexcept;
  void push(std::byte* data, std::size_t bytes) noexcept;
  std::byte* carve(std::size_t bytes);
  std::byte* carve_fresh(std::size_t bytes);
  bool worth_merging(std::size_t bytes) const noexcept;
  void merge_lists();
  void give_back();
  void give_back_down_to(std::size_t bytes);
  void holds_more(std::size_t bytes) noexcept;
  void holds_less(std::size_t bytes) noexcept;
  std::size_t free_bytes() const noexcept {
    return listed_ + runs_.bytes();
  }

  const std::size_t arena_;
  std::atomic<std::uint64_t> alone_{0}; ///< what `together_` is by default
  std::atomic<std::uint64_t>& together_;
  mutable std::mutex mutex_; ///< guards all below
  std::array<free_piece*, large_ladder::count> lists_{};
  std::size_t listed_ = 0; ///< bytes on `lists_`
  run_heap runs_;
  std::byte* fresh_begin_ = nullptr; ///< mapped, never touched
  std::byte* fresh_end_ = nullptr;
  std::size_t free_limit_ = no_limit;
  std::size_t held_limit_ = 0;
  std::size_t give_back_above_ = no_limit;
  counters counters_;
};

} // namespace tern
