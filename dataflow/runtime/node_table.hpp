#pragma once

#include "dataflow/runtime/view.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

namespace tern {

/// What one node calls the nodes of a plan: short numbers that its tasks keep,
/// for the ids that messages carry. The places of the view come first, in their
/// order, so that these numbers are also those of `placement`; then guests
/// (nodes that took work without being in the view), as they are heard of.
/// Numbers are never used again, and differ from node to node.
///
/// Any thread; looking up takes no lock.
class node_table {
public:
  /// Guests beyond these get no number, and so no work.
  static constexpr std::size_t most_guests = 256;

  explicit node_table(const plan_view& view)
    : capacity_(view.places.size() + most_guests),
      ids_(std::make_unique<std::atomic<std::uint64_t>[]>(capacity_)),
      declined_(std::make_unique<std::atomic<bool>[]>(capacity_)),
      suspected_(std::make_unique<std::atomic<bool>[]>(capacity_)) {
    for (const auto& place : view.places)
      append(place.node);
    places_ = size();
  }

  std::size_t size() const noexcept {
    return size_.load(std::memory_order_acquire);
  }
  std::size_t places() const noexcept {
    return places_;
  }
  bool is_guest(node_index n) const noexcept {
    return n >= places_;
  }

  /// The id behind a number; none for a number that nobody has.
  node_id id_of(node_index n) const noexcept {
    return n < size() ? node_id{ids_[n].load(std::memory_order_relaxed)}
                      : node_id{};
  }
  /// The number of a node, or `no_node`.
  node_index find(node_id id) const noexcept {
    const auto n = size();
    for (std::size_t i = 0; i < n; ++i)
      if (ids_[i].load(std::memory_order_relaxed) == id.value)
        return static_cast<node_index>(i);
    return no_node;
  }
  /// The same; a node that has no number gets one if one is left.
  node_index number_of(node_id id) {
    if (!id)
      return no_node;
    if (const auto known = find(id); known != no_node)
      return known;
    std::lock_guard guard{mutex_};
    if (const auto known = find(id); known != no_node)
      return known;
    return append(id);
  }

  /// A node that refused a task of this plan is offered no others.
  void decline(node_index n) noexcept {
    if (n < size())
      declined_[n].store(true, std::memory_order_relaxed);
  }
  bool has_declined(node_index n) const noexcept {
    return n < size() && declined_[n].load(std::memory_order_relaxed);
  }

  /// A node that is taken for dead: nothing is asked of it any more.
  void suspect(node_index n) noexcept {
    if (n < size())
      suspected_[n].store(true, std::memory_order_relaxed);
  }
  bool is_suspected(node_index n) const noexcept {
    return n < size() && suspected_[n].load(std::memory_order_relaxed);
  }

private:
  node_index append(node_id id) {
    const auto at = size_.load(std::memory_order_relaxed);
    if (at == capacity_)
      return no_node;
    ids_[at].store(id.value, std::memory_order_relaxed);
    size_.store(at + 1, std::memory_order_release);
    return static_cast<node_index>(at);
  }

  const std::size_t capacity_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> ids_;
  std::unique_ptr<std::atomic<bool>[]> declined_;
  std::unique_ptr<std::atomic<bool>[]> suspected_;
  std::atomic<std::size_t> size_{0};
  std::size_t places_ = 0;
  std::mutex mutex_; ///< of those who append
};

} // namespace tern
