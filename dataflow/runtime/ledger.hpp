#pragma once

#include "dataflow/block/block.hpp"
#include "serialization/spill_file.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace tern {

/// Counts the bytes of blocks on a node, made here or brought here, and says
/// whether a source may fire. Thread-safe.
///
/// The rule: a source (a task without inputs) fires while what is held and what
/// the running tasks will give stay below 60 % of the limit. Above, it waits
/// until tasks that are ready have freed memory, or, if there are none, until
/// blocks have been spilled (spiller.hpp). Tasks with inputs, which are what
/// frees memory, run while there is room below 80 %, and spill what they lack.
/// When nothing is left to spill one after the other runs all the same, so that
/// no plan waits for ever.
///
/// With a limit, a large block that several records hold counts once, and not
/// while its bytes are on disk alone.
class ledger {
public:
  /// What a node with `limit` bytes of memory has for blocks: not all, for the
  /// program, its libraries and what is free for a moment take some, too.
  static constexpr std::uint64_t share_of(std::uint64_t limit) noexcept {
    return limit - std::min(limit / 4, most_besides);
  }
  /// The smallest limit whose share is `bytes`.
  static constexpr std::uint64_t limit_with(std::uint64_t bytes) noexcept {
    return bytes + std::min(bytes / 3 + 1, most_besides);
  }

  /// `limit` of blocks in bytes; 0: none.
  explicit ledger(std::uint64_t limit = 0) noexcept : limit_(limit) {}

  void charge(const block& b) {
    if (!counts_apart(b))
      return add(b.bytes());
    std::lock_guard guard{mutex_};
    if (holds_[b.data()]++ > 0)
      return;
    large_.fetch_add(b.bytes(), std::memory_order_relaxed);
    spill_file::process().count(b.storage(), away_);
    add(b.bytes());
  }
  void credit(const block& b) {
    if (!counts_apart(b))
      return take(b.bytes());
    std::lock_guard guard{mutex_};
    const auto held = holds_.find(b.data());
    if (held == holds_.end() || --held->second > 0)
      return;
    holds_.erase(held);
    large_.fetch_sub(b.bytes(), std::memory_order_relaxed);
    spill_file::process().count(b.storage(), nullptr);
    take(b.bytes());
  }
  /// Writes a block to disk: bytes that this gave, and only if it counts here.
  result<std::size_t> spill(const block& b) {
    const auto gave = spill_file::process().spill(b.storage());
    if (!gave || *gave == 0)
      return gave;
    spilled_.fetch_add(*gave, std::memory_order_relaxed);
    std::lock_guard guard{mutex_};
    if (!holds_.contains(b.data()))
      return std::size_t{0};
    spill_file::process().count(b.storage(), away_);
    return gave;
  }

  /// Bytes that a running task will take, until `keep_promise`.
  void promise(std::uint64_t bytes) noexcept {
    promised_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void keep_promise(std::uint64_t bytes) noexcept {
    promised_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  /// Bytes of large blocks in memory: all that there is to spill.
  std::uint64_t large() const noexcept {
    const auto all = large_.load(std::memory_order_relaxed);
    return all - std::min(all, away_->load(std::memory_order_relaxed));
  }

  bool source_may_fire(std::uint64_t bytes) const noexcept {
    return limit_ == 0 || used() + bytes <= most_for_sources();
  }
  /// A moving task with a block of `bytes` has room here.
  bool may_take(std::uint64_t bytes) const noexcept {
    return limit_ == 0 || bytes == 0 || used() + bytes <= limit_;
  }
  /// What work from elsewhere may take up here: all below which sources fire.
  std::uint64_t room() const noexcept {
    if (limit_ == 0)
      return std::numeric_limits<std::uint64_t>::max();
    const auto most = most_for_sources();
    return most - std::min(most, used());
  }
  std::uint64_t most_for_sources() const noexcept {
    return limit_ / 5 * 3;
  }
  std::uint64_t most_for_tasks() const noexcept {
    return limit_ / 5 * 4;
  }
  std::uint64_t used() const noexcept {
    const auto all = used_.load(std::memory_order_relaxed);
    return all - std::min(all, away_->load(std::memory_order_relaxed))
           + promised_.load(std::memory_order_relaxed);
  }
  std::uint64_t peak() const noexcept {
    return peak_.load(std::memory_order_relaxed);
  }
  /// From now on `peak` is that of what follows.
  void forget_peak() noexcept {
    peak_.store(in_memory());
  }
  void note_peak() noexcept {
    const auto now = in_memory();
    auto peak = peak_.load(std::memory_order_relaxed);
    while (
        now > peak
        && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed))
      continue;
  }
  std::uint64_t limit() const noexcept {
    return limit_;
  }

  /// Bytes written to disk so far.
  std::uint64_t spilled() const noexcept {
    return spilled_.load(std::memory_order_relaxed);
  }

private:
  static constexpr std::uint64_t most_besides = 64'000'000;

  bool counts_apart(const block& b) const noexcept {
    return limit_ > 0 && b.bytes() > spill_file::largest_kept;
  }
  void add(std::uint64_t bytes) noexcept {
    used_.fetch_add(bytes, std::memory_order_relaxed);
    note_peak();
  }
  void take(std::uint64_t bytes) noexcept {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  std::uint64_t in_memory() const noexcept {
    const auto all = used_.load(std::memory_order_relaxed);
    return all - std::min(all, away_->load(std::memory_order_relaxed));
  }

  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<std::uint64_t> spilled_{0};
  std::atomic<std::uint64_t> promised_{0};
  std::atomic<std::uint64_t> large_{0}; // part of used_
  spill_file::account away_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::mutex mutex_; // guards the next one, and who counts what is spilled
  std::unordered_map<const std::byte*, unsigned> holds_; // of large blocks
};

} // namespace tern
