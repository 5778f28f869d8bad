#pragma once

#include "dataflow/graph/graph.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace tern {

/// How long the tasks of each layer take on this node, in the mean, and how
/// many are done. Any thread.
class layer_times {
public:
  explicit layer_times(std::size_t layers)
    : sums_(std::make_unique<sum[]>(layers)) {}

  void add(layer_id layer, std::uint64_t ns) noexcept {
    sums_[layer].ns.fetch_add(ns, std::memory_order_relaxed);
    sums_[layer].count.fetch_add(1, std::memory_order_relaxed);
  }
  /// A task of it is done, timed or not.
  void finish(layer_id layer) noexcept {
    sums_[layer].done.fetch_add(1, std::memory_order_relaxed);
  }
  std::uint64_t done(layer_id layer) const noexcept {
    return sums_[layer].done.load(std::memory_order_relaxed);
  }
  /// Nanoseconds, at least 1; 0: none has run yet.
  std::uint64_t mean(layer_id layer) const noexcept {
    const auto n = sums_[layer].count.load(std::memory_order_relaxed);
    if (n == 0)
      return 0;
    const auto ns = sums_[layer].ns.load(std::memory_order_relaxed) / n;
    return ns > 0 ? ns : 1;
  }

private:
  struct sum {
    std::atomic<std::uint64_t> ns{0};
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> done{0};
  };
  std::unique_ptr<sum[]> sums_;
};

} // namespace tern
