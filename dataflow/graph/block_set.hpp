#pragma once

#include "dataflow/block/shape.hpp"
#include "dataflow/graph/axis_walk.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>

namespace tern {

/// A set of blocks of a grid: per axis a sorted list of disjoint intervals
/// [first, last) that do not touch; the set is their product. Value type. The
/// default is the only block of a grid without axes.
class block_set {
public:
  using interval = block_interval;
  using axis = boost::container::small_vector<interval, 2>;

  block_set() = default;
  static block_set all(const shape& grid);
  /// No block; written as one axis without intervals, for any grid.
  static block_set none();

  bool contains(const shape& index) const noexcept;
  /// Number of blocks.
  std::int64_t size() const noexcept;
  bool empty() const noexcept {
    return size() == 0;
  }
  /// Row-major position of a member among the members, and back.
  std::int64_t rank(const shape& index) const noexcept;
  /// The same for an index given as bare numbers, one an axis.
  std::int64_t rank(const std::int64_t* index) const noexcept;
  shape at(std::int64_t rank) const;
  /// The smallest product that holds both.
  void merge(const block_set& other);

  boost::container::small_vector<axis, 4> axes;

  friend bool operator==(const block_set&, const block_set&) = default;
};

/// Members of `a`.
std::int64_t count_of(const block_set::axis& a) noexcept;
/// Adds `i` (not empty) to a list whose intervals all begin at or before it.
void append(block_set::axis& a, block_interval i);
/// Sorted, disjoint, touching ones joined.
void normalise(block_set::axis& a);

} // namespace tern
