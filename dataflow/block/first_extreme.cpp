// Where the smallest or largest element is. A partial result is the value and
// its row-major index among all elements of the slice, not only of the block:
// so partial results may be combined in any order and the first of equal
// elements wins, as in NumPy. A NaN is smaller and larger than all numbers (the
// first one wins) unless NaN are left out; index -1 says that there is nothing.
//
// Values are held as float64 or int64, unsigned ones of 64 bits with the
// highest bit turned, which keeps their order. As float64 an index is exact to
// 2^53.

#include "dataflow/block/reduce_kernels.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace tern {

bool finds_index(reduction r) noexcept {
  return r >= reduction::argmin && r <= reduction::nanargmax;
}

namespace {

constexpr std::int64_t nothing = -1;

template <class T>
using key_of =
    std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;

template <class T>
key_of<T> to_key(T x) {
  if constexpr (std::is_same_v<T, std::uint64_t>)
    return static_cast<std::int64_t>(x ^ (std::uint64_t{1} << 63));
  else
    return static_cast<key_of<T>>(x);
}

template <class T>
bool is_nan(T x) {
  if constexpr (std::is_floating_point_v<T>)
    return x != x;
  else
    return false;
}

template <class T, bool Largest>
bool comes_before(T a, T b) {
  return (Largest ? a > b : a < b) || (is_nan(a) && !is_nan(b));
}

/// The elements of a block as (outer, reduced, inner), and where they are.
struct extents_around {
  std::int64_t outer = 1;
  std::int64_t reduced = 1;
  std::int64_t inner = 1;
  std::size_t first = 0; ///< reduced axes
  std::size_t last = 0;

  extents_around(const shape& s, const std::vector<bool>& axes) {
    while (first < axes.size() && !axes[first])
      outer *= s[first++];
    last = first;
    while (last < axes.size() && axes[last])
      reduced *= s[last++];
    for (auto axis = last; axis < axes.size(); ++axis) {
      if (axes[axis])
        throw std::invalid_argument("an index along axes that are not "
                                    "neighbours");
      inner *= s[axis];
    }
  }
};

/// The index in the whole of what is at index `i` among the reduced elements
/// of a block of shape `s` that begins at `origin`.
std::int64_t whole_index(std::int64_t i, const extents_around& e,
                         const shape& s, const shape& origin,
                         const shape& whole) {
  std::int64_t index = 0;
  std::int64_t stride = 1;
  for (auto axis = e.last; axis-- > e.first;) {
    index += (origin[axis] + i % s[axis]) * stride;
    i /= s[axis];
    stride *= whole[axis];
  }
  return index;
}

/// The first among `n` values; `nothing` if there is none.
template <class T, bool Largest, bool LeaveOut>
std::int64_t first_of(const T* x, std::int64_t n) {
  std::int64_t i = 0;
  if constexpr (LeaveOut)
    while (i < n && is_nan(x[i]))
      ++i;
  if (i == n)
    return nothing;
  auto best = i;
  for (++i; i < n; ++i)
    if (LeaveOut ? (Largest ? x[i] > x[best] : x[i] < x[best])
                 : comes_before<T, Largest>(x[i], x[best]))
      best = i;
  return best;
}

/// The same for each of `width` columns of `n` rows; `values` has what is at
/// `indices`.
template <class T, bool Largest, bool LeaveOut>
void first_of_columns(const T* x, std::int64_t n, std::int64_t width, T* values,
                      std::int64_t* indices) {
  for (std::int64_t i = 0; i < width; ++i)
    indices[i] = nothing;
  for (std::int64_t row = 0; row < n; ++row, x += width)
    for (std::int64_t i = 0; i < width; ++i) {
      if (LeaveOut && is_nan(x[i]))
        continue;
      if (indices[i] == nothing || comes_before<T, Largest>(x[i], values[i])) {
        values[i] = x[i];
        indices[i] = row;
      }
    }
}

template <class T, bool Largest, bool LeaveOut>
void find_all(const T* x, const extents_around& e, T* values,
              std::int64_t* indices) {
  for (std::int64_t o = 0; o < e.outer; ++o, x += e.reduced * e.inner) {
    if (e.inner != 1) {
      first_of_columns<T, Largest, LeaveOut>(
          x, e.reduced, e.inner, values + o * e.inner, indices + o * e.inner);
      continue;
    }
    indices[o] = first_of<T, Largest, LeaveOut>(x, e.reduced);
    if (indices[o] != nothing)
      values[o] = x[indices[o]];
  }
}

template <class T>
auto find_all_of(reduction r) {
  switch (r) {
  case reduction::argmin:
    return find_all<T, false, false>;
  case reduction::argmax:
    return find_all<T, true, false>;
  case reduction::nanargmin:
    return find_all<T, false, true>;
  default:
    return find_all<T, true, true>;
  }
}

template <class K, bool Largest>
void merge_keys(partials to, partials from, std::size_t n) {
  auto* values = reinterpret_cast<K*>(to.first);
  auto* indices = values + to.stride;
  const auto* their_values = reinterpret_cast<const K*>(from.first);
  const auto* their_indices = their_values + from.stride;
  for (std::size_t i = 0; i < n; ++i) {
    if (their_indices[i] < 0)
      continue;
    const bool before = comes_before<K, Largest>(their_values[i], values[i]);
    const bool after = comes_before<K, Largest>(values[i], their_values[i]);
    if (indices[i] < 0 || before || (!after && their_indices[i] < indices[i])) {
      values[i] = their_values[i];
      indices[i] = their_indices[i];
    }
  }
}

} // namespace

block first_extreme_chunk(reduction r, const program& code,
                          std::span<const operand> operands, const shape& s,
                          const std::vector<bool>& axes, const shape& origin,
                          const shape& whole) {
  if (!finds_index(r) || axes.size() != s.size() || origin.size() != s.size()
      || whole.size() != s.size())
    throw std::invalid_argument("an index in a block of shape " + to_string(s)
                                + " with axes that do not fit");
  const extents_around e(s, axes);
  const auto x = elementwise(code, operands, s);
  shape partial{2};
  for (std::size_t axis = 0; axis < s.size(); ++axis)
    partial.push_back(axes[axis] ? 1 : s[axis]);
  block_builder out(partial_type(r, x.type()), partial);
  if (is_complex(x.type()))
    throw std::invalid_argument("complex numbers have no order");
  dispatch_real(x.type(), [&](auto zero) {
    using T = decltype(zero);
    using K = key_of<T>;
    const auto n = static_cast<std::size_t>(e.outer * e.inner);
    const auto values = std::make_unique<T[]>(n);
    std::vector<std::int64_t> indices(n, nothing);
    find_all_of<T>(r)(x.values<T>().data(), e, values.get(), indices.data());
    auto* to = out.values<K>().data();
    for (std::size_t i = 0; i < n; ++i) {
      to[i] = to_key(values[i]);
      to[n + i] = static_cast<K>(
          indices[i] == nothing ? nothing
                                : whole_index(indices[i], e, s, origin, whole));
    }
  });
  return out.finish();
}

block first_extreme_finish(const block& part, const shape& s) {
  block_builder out(dtype::int64, s);
  auto* to = out.values<std::int64_t>().data();
  const auto n = out.size();
  auto finish = [&](const auto* indices) {
    for (std::int64_t i = 0; i < n; ++i) {
      if (indices[i] < 0)
        throw std::invalid_argument("a slice has no element but NaN");
      to[i] = static_cast<std::int64_t>(indices[i]);
    }
  };
  if (part.type() == dtype::float64)
    finish(part.values<double>().data() + n);
  else
    finish(part.values<std::int64_t>().data() + n);
  return out.finish();
}

first_extreme_merge find_first_extreme_merge(reduction r, dtype type) {
  const bool largest = r == reduction::argmax || r == reduction::nanargmax;
  if (type == dtype::float64)
    return largest ? merge_keys<double, true> : merge_keys<double, false>;
  if (type == dtype::int64)
    return largest ? merge_keys<std::int64_t, true>
                   : merge_keys<std::int64_t, false>;
  throw std::invalid_argument("partial indices of dtype "
                              + std::string(name_of(type)));
}

} // namespace tern
