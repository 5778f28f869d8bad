#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace tern {

/// Free runs of an address space: best fit, neighbours merged.
///
/// It works on numbers and touches no memory, so that it can be tested
/// without any. Not for the quick path (that is a free list in
/// `buffer_pool`): each call costs a walk of two trees. Not synchronised.
class run_heap {
public:
  struct run {
    std::uintptr_t begin;
    std::size_t size;

    friend bool operator==(const run&, const run&) = default;
  };

  /// Adds a free run that overlaps none; merges it with its neighbours.
  void insert(run r);

  /// Cuts `size` bytes from the start of the smallest run that has them, the
  /// lowest one among equals.
  std::optional<std::uintptr_t> take(std::size_t size);

  /// Takes out the largest part of any run that begins and ends on a
  /// multiple of `unit`; nothing if there is none.
  std::optional<run> take_aligned(std::size_t unit);

  /// Free bytes.
  std::size_t bytes() const noexcept {
    return bytes_;
  }
  std::size_t runs() const noexcept {
    return by_address_.size();
  }

private:
  using address_map = std::map<std::uintptr_t, std::size_t>;

  void add(run r);
  void remove(address_map::iterator position);

  address_map by_address_;
  std::set<std::pair<std::size_t, std::uintptr_t>> by_size_;
  std::size_t bytes_ = 0;
};

} // namespace tern
