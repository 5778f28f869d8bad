#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/block/block.hpp"

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace tern {

/// A C++ type that elements have. (`dtype_of` gives float64 for all others.)
template <class T>
concept element = dtype_of<T>
!= dtype::float64 || std::same_as<T, double>;

/// A computed array: shape, dtype and elements in this process's memory, row
/// major and contiguous. Immutable; copies share the elements, and a span of
/// them is good as long as one copy lives.
class ndarray {
public:
  ndarray() = default;
  explicit ndarray(block whole) noexcept : data_(std::move(whole)) {}

  const tern::shape& shape() const noexcept {
    return data_.shape();
  }
  dtype type() const noexcept {
    return data_.type();
  }
  std::size_t ndim() const noexcept {
    return shape().size();
  }
  std::int64_t size() const noexcept {
    return data_.size();
  }
  /// Elements from one to the next along each axis: the last is 1.
  tern::shape strides() const;

  /// All elements. `T` is the C++ type of the dtype (`double` for float64):
  /// throws `expression_error` for another.
  template <element T>
  std::span<const T> values() const {
    check_type(dtype_of<T>);
    return data_.values<T>();
  }
  /// The only element. Throws `expression_error` if there are others, or for
  /// another `T` than the dtype's.
  template <element T>
  T item() const {
    check_single();
    return values<T>()[0];
  }
  /// The element at `index`, one number an axis, negative from the end. Throws
  /// `expression_error` if there is none, or for another `T`.
  template <element T>
  T at(const tern::shape& index) const {
    return values<T>()[offset_of(index)];
  }
  /// The elements as a block, without a copy.
  const block& data() const noexcept {
    return data_;
  }

private:
  void check_type(dtype asked) const;
  void check_single() const;
  std::size_t offset_of(const tern::shape& index) const;

  block data_;
};

} // namespace tern
