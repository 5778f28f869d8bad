#pragma once

#include "dataflow/block/chunks.hpp"
#include "dataflow/block/dtype.hpp"
#include "dataflow/block/kernels.hpp"
#include "dataflow/graph/graph.hpp"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace tern {

/// A mistake in an expression, found while it is being built: names the
/// operation, the shapes and dtypes involved.
class expression_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One item of `x[...]`: an integer, a slice, `newaxis` or `...`.
struct index_slice {
  std::optional<std::int64_t> start, stop, step;
};
struct index_newaxis {};
struct index_ellipsis {};
using index_item =
    std::variant<std::int64_t, index_slice, index_newaxis, index_ellipsis>;

/// How a source is to be cut: one block size for all axes, one an axis, or
/// `automatic`: blocks near 8 MiB (and at least a few, for large arrays).
struct chunk_spec {
  std::vector<std::int64_t> sizes; ///< empty: automatic; -1: the whole axis
};

/// The axes of a reduction: `{}` all of them, `0` one, `{0, -1}` several.
/// Negative numbers count from the end.
class axis_list {
public:
  axis_list() = default;
  axis_list(std::int64_t axis) : axes_{{axis}} {}
  axis_list(std::initializer_list<std::int64_t> axes) : axes_{axes} {}

  const std::optional<std::vector<std::int64_t>>& given() const noexcept {
    return axes_;
  }

private:
  std::optional<std::vector<std::int64_t>> axes_;
};

/// A lazy n-dimensional array: shape, dtype, chunks and how to compute it.
/// Nothing computes while an expression is being built. Value type: cheap to
/// copy, immutable. NumPy's semantics; mistakes throw `expression_error`.
class array {
public:
  array() = default;

  const tern::shape& shape() const noexcept;
  dtype type() const noexcept;
  const tern::chunks& cut() const noexcept;
  std::size_t ndim() const noexcept {
    return shape().size();
  }
  std::int64_t size() const noexcept {
    return element_count(shape());
  }
  /// The words that made it, for errors and `--explain`.
  const std::string& expression() const noexcept;
  /// The same array under other words.
  array named(std::string expression) const;
  /// Names of the dimensions, where the source had some (NetCDF); else empty.
  const std::vector<std::string>& dimensions() const noexcept;
  array with_dimensions(std::vector<std::string> names) const;

  /// Axes reversed (or permuted): a view, no copy is planned.
  array transpose() const;
  array transpose(std::span<const std::int64_t> axes) const;
  /// Basic slicing.
  array operator[](std::span<const index_item> items) const;
  /// Throws for complex numbers as real ones: `real()` gives their real part.
  array astype(dtype type) const;
  /// The same array in other blocks, which are put together from parts of the
  /// present ones.
  array rechunk(const chunk_spec& spec) const;
  /// Over the last axis of this and the last but one of `other` (or its only
  /// one): the matrix product of 1-d and 2-d arrays. Scalars multiply.
  array dot(const array& other) const;
  /// Reduces along `axes` (negative counts from the end; nullopt: all).
  array reduce(reduction how, std::optional<std::vector<std::int64_t>> axes,
               bool keepdims = false, double ddof = 0) const;
  /// Running sums or products (as `how` says) along an axis; of the elements
  /// in row-major order where none is given.
  array scan(reduction how, std::optional<std::int64_t> axis) const;

  // reductions and other methods by NumPy's names; see also operators.hpp,
  // functions.hpp and indexing.hpp
  array all(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::all, axes.given(), keepdims);
  }
  array any(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::any, axes.given(), keepdims);
  }
  array argmax(const axis_list& axis = {}, bool keepdims = false) const {
    return reduce(reduction::argmax, axis.given(), keepdims);
  }
  array argmin(const axis_list& axis = {}, bool keepdims = false) const {
    return reduce(reduction::argmin, axis.given(), keepdims);
  }
  array count_nonzero(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::count_nonzero, axes.given(), keepdims);
  }
  array cumprod(std::optional<std::int64_t> axis = {}) const {
    return scan(reduction::prod, axis);
  }
  array cumsum(std::optional<std::int64_t> axis = {}) const {
    return scan(reduction::sum, axis);
  }
  array max(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::max, axes.given(), keepdims);
  }
  array mean(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::mean, axes.given(), keepdims);
  }
  array min(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::min, axes.given(), keepdims);
  }
  array nanargmax(const axis_list& axis = {}, bool keepdims = false) const {
    return reduce(reduction::nanargmax, axis.given(), keepdims);
  }
  array nanargmin(const axis_list& axis = {}, bool keepdims = false) const {
    return reduce(reduction::nanargmin, axis.given(), keepdims);
  }
  array nancumprod(std::optional<std::int64_t> axis = {}) const {
    return scan(reduction::nanprod, axis);
  }
  array nancumsum(std::optional<std::int64_t> axis = {}) const {
    return scan(reduction::nansum, axis);
  }
  array nanmax(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::nanmax, axes.given(), keepdims);
  }
  array nanmean(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::nanmean, axes.given(), keepdims);
  }
  array nanmin(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::nanmin, axes.given(), keepdims);
  }
  array nanprod(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::nanprod, axes.given(), keepdims);
  }
  array nanstd(const axis_list& axes = {}, bool keepdims = false,
               double ddof = 0) const {
    return reduce(reduction::nan_std_deviation, axes.given(), keepdims, ddof);
  }
  array nansum(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::nansum, axes.given(), keepdims);
  }
  array nanvar(const axis_list& axes = {}, bool keepdims = false,
               double ddof = 0) const {
    return reduce(reduction::nan_variance, axes.given(), keepdims, ddof);
  }
  array prod(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::prod, axes.given(), keepdims);
  }
  array std(const axis_list& axes = {}, bool keepdims = false,
            double ddof = 0) const {
    return reduce(reduction::std_deviation, axes.given(), keepdims, ddof);
  }
  array sum(const axis_list& axes = {}, bool keepdims = false) const {
    return reduce(reduction::sum, axes.given(), keepdims);
  }
  array var(const axis_list& axes = {}, bool keepdims = false,
            double ddof = 0) const {
    return reduce(reduction::variance, axes.given(), keepdims, ddof);
  }
  array T() const {
    return transpose();
  }
  /// Of complex numbers; a real one has the imaginary part 0.
  array real() const {
    return unary_of(opcode::real);
  }
  array imag() const {
    return unary_of(opcode::imag);
  }
  array conj() const {
    return unary_of(opcode::conjugate);
  }
  /// `x(0, every, slice(2, 8))`: basic slicing, one item an axis.
  template <class... Items>
  requires(std::convertible_to<Items, index_item>&&...) array
  operator()(const Items&... items) const {
    const index_item list[] = {index_item{items}...};
    return (*this)[std::span<const index_item>{list}];
  }

  struct node; ///< in array/node.hpp: a layer and its inputs
  explicit array(std::shared_ptr<const node> n) : node_(std::move(n)) {}
  const std::shared_ptr<const node>& root() const noexcept {
    return node_;
  }

private:
  array unary_of(opcode op) const;

  std::shared_ptr<const node> node_;
};

/// An operand of an elementwise operation: an array or a Python scalar.
using value = std::variant<scalar, array>;

/// Elementwise operations on broadcast operands (at least one is an array).
/// The result dtype follows NumPy: true division and the mathematical
/// functions give floats, comparisons booleans. Where the blocks of operands
/// do not line up those with fewer blocks along the axis are rechunked.
array unary(opcode op, const value& x);
array binary(opcode op, const value& a, const value& b);
array where(const value& condition, const value& a, const value& b);

/// Matrix product over the last two axes; those before them broadcast. 1-d
/// arrays are a row on the left and a column on the right.
array matmul(const array& a, const array& b);
/// Sums of products over pairs of axes; first the axes left of `a`, then of
/// `b`. `of_a` and `of_b` are equally many.
array tensordot(const array& a, const array& b,
                std::span<const std::int64_t> of_a,
                std::span<const std::int64_t> of_b);
/// Over the last axes of both.
array inner(const array& a, const array& b);
/// The product of each element of `a` with each of `b`, both laid flat.
array outer(const array& a, const array& b);
/// The sum of products of all elements, both laid flat; of `a` the conjugates.
array vdot(const array& a, const array& b);

array full(const shape& s, scalar fill, std::optional<dtype> type = {},
           const chunk_spec& cut = {});
array zeros(const shape& s, dtype type = dtype::float64,
            const chunk_spec& cut = {});
array ones(const shape& s, dtype type = dtype::float64,
           const chunk_spec& cut = {});
array arange(scalar start, scalar stop, scalar step,
             std::optional<dtype> type = {}, const chunk_spec& cut = {});
/// `count` numbers from `start` to `stop`, which is the last one if `closed`.
array linspace(scalar start, scalar stop, std::int64_t count,
               bool closed = true, dtype type = dtype::float64,
               const chunk_spec& cut = {});
/// Ones on a diagonal (above the main one where `diagonal` > 0), zeros beside.
array eye(std::int64_t rows, std::int64_t columns, std::int64_t diagonal = 0,
          dtype type = dtype::float64, const chunk_spec& cut = {});
/// Uniform in [0, 1), by counter: the same for any chunks. Numbers of different
/// streams are independent.
array random_uniform(const shape& s, std::uint64_t seed,
                     dtype type = dtype::float64, const chunk_spec& cut = {},
                     std::uint64_t stream = 0);
/// Normal numbers of mean `loc` and standard deviation `scale`, which are
/// scalars or broadcast to `s`; by counter. The formula is in
/// random_normal.cpp.
array random_normal(const value& loc, const value& scale, const shape& s,
                    std::uint64_t seed, dtype type = dtype::float64,
                    const chunk_spec& cut = {});

/// Joined along an axis that they have, of a dtype that holds all of them.
array concatenate(std::span<const array> parts, std::int64_t axis = 0);
/// Joined along a new axis.
array stack(std::span<const array> parts, std::int64_t axis = 0);
/// The same elements in row-major order in another shape; one extent may be -1.
/// What is cut so that this would move elements is rechunked.
array reshape(const array& a, const shape& s);
array expand_dims(const array& a, std::int64_t axis);
/// Without axes of one element: all of them, or those named.
array squeeze(const array& a,
              const std::optional<std::vector<std::int64_t>>& axes = {});
/// Turned round along all axes, or those named.
array flip(const array& a,
           const std::optional<std::vector<std::int64_t>>& axes = {});
array broadcast_to(const array& a, const shape& s);
/// Elements that leave at the end of the axis come in at its beginning.
array roll(const array& a, std::int64_t shift, std::int64_t axis);
array tile(const array& a, std::span<const std::int64_t> repeats);
/// Each element `times` times, one after the other.
array repeat(const array& a, std::int64_t times, std::int64_t axis);
array moveaxis(const array& a, std::int64_t from, std::int64_t to);
array swapaxes(const array& a, std::int64_t one, std::int64_t other);
/// The elements at `indices` (negative ones count from the end) along an axis.
array take(const array& a, std::span<const std::int64_t> indices,
           std::int64_t axis);

/// What a registered function makes of each block: of the same shape, which is
/// checked when it runs, and of `type` (the array's own, if none is given).
array map_blocks(const std::string& function, const array& a,
                 std::optional<dtype> type = {});

/// A source layer given by somebody else (io): `op` makes blocks of `cut`.
array from_layer(operation op, dtype type, tern::chunks cut,
                 std::string expression,
                 std::vector<std::string> dimensions = {});

/// `spec` applied to an array of shape `s` with elements of `type`.
tern::chunks cut_shape(const shape& s, dtype type, const chunk_spec& spec);

/// The graph of some arrays, shared parts once (equal sub-expressions too);
/// roots in the order given.
graph lower(std::span<const array> arrays);

} // namespace tern
