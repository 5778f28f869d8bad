#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/graph/synchronous.hpp"

#include <complex>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace tern::test {

/// A whole array, computed by the synchronous scheduler.
struct computed {
  dtype type = dtype::float64;
  shape extents;
  std::vector<std::byte> bytes; ///< row-major

  std::size_t size() const {
    return bytes.size() / size_of(type);
  }
  /// Of a complex number the real part.
  double operator[](std::size_t i) const {
    return number(i).real();
  }
  std::complex<double> number(std::size_t i) const {
    return dispatch(type, [&]<class T>(T x) -> std::complex<double> {
      std::memcpy(&x, bytes.data() + i * sizeof(x), sizeof(x));
      if constexpr (is_complex_type<T>)
        return x;
      else
        return static_cast<double>(x);
    });
  }
  std::vector<double> values() const {
    std::vector<double> result;
    for (std::size_t i = 0; i < size(); ++i)
      result.push_back((*this)[i]);
    return result;
  }
  friend bool operator==(const computed&, const computed&) = default;
};

/// Puts a block at its place, row by row of its last axis.
inline void put(computed& all, const chunks& cut, const shape& index,
                const block& b) {
  auto item = size_of(b.type());
  auto& s = b.shape();
  for (std::int64_t i = 0; i < b.size(); ++i) {
    auto at = index_of(s, i);
    for (std::size_t axis = 0; axis < at.size(); ++axis)
      at[axis] += cut[axis].start(index[axis]);
    auto to = static_cast<std::size_t>(linear_of(all.extents, at)) * item;
    std::memcpy(all.bytes.data() + to,
                b.data() + static_cast<std::size_t>(i) * item, item);
  }
}

/// The roots of a graph.
inline std::vector<computed> run(const graph& g) {
  edge_index edges{g};
  std::vector<computed> by_layer(g.layers.size());
  for (auto root : g.roots) {
    auto& l = g.layers[root];
    auto& all = by_layer[root];
    all.type = l.type;
    all.extents = extents(l.out);
    all.bytes.resize(static_cast<std::size_t>(element_count(all.extents))
                     * size_of(l.type));
  }
  synchronous_options how;
  how.sink = [&](layer_id root, const shape& index,
                 const block& made) -> result<void> {
    auto& l = g.layers[root];
    if (made.type() != l.type || made.shape() != block_shape(l.out, index))
      throw std::logic_error("a block of another dtype or shape");
    put(by_layer[root], l.out, index, made);
    return {};
  };
  auto done = run_synchronously(edges, how);
  if (!done)
    throw std::runtime_error(done.error().what);
  std::vector<computed> roots;
  for (auto root : g.roots)
    roots.push_back(by_layer[root]);
  return roots;
}

inline computed compute(const array& a) {
  return run(lower({&a, 1}))[0];
}

} // namespace tern::test
