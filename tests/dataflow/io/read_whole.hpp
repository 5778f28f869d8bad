#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/io/netcdf.hpp"

#include <cstdint>
#include <stdexcept>
#include <variant>
#include <vector>

namespace tern::testing {

/// A file's array, read block by block as tasks would.
struct whole_array {
  std::int64_t blocks = 0;
  std::vector<double> values;         ///< row-major
  std::vector<std::int64_t> integers; ///< the same, where the dtype is int64
};

/// f(index, start, shape) for each block of the grid.
template <class F>
void each_block(const chunks& cut, F&& f) {
  const auto g = grid(cut);
  for (std::int64_t i = 0; i < element_count(g); ++i) {
    const auto index = index_of(g, i);
    shape start;
    for (std::size_t axis = 0; axis < cut.size(); ++axis)
      start.push_back(cut[axis].start(index[axis]));
    f(index, start, block_shape(cut, index));
  }
}

inline const op_read_nc& reading(const graph& g) {
  return std::get<op_read_nc>(g.layers.at(g.roots.at(0)).op);
}

inline whole_array read_whole(const array& a) {
  const auto g = lower({&a, 1});
  whole_array whole;
  whole.values.resize(static_cast<std::size_t>(a.size()));
  whole.integers.resize(whole.values.size());
  each_block(a.cut(), [&](const shape&, const shape& start, const shape& s) {
    const auto b = read_nc(reading(g), a.type(), start, s);
    if (!b)
      throw std::runtime_error(b.error().what);
    if (b->shape() != s || b->type() != a.type())
      throw std::runtime_error("a block of another shape or dtype");
    ++whole.blocks;
    dispatch_real(a.type(), [&]<class T>(T) {
      for (std::int64_t i = 0; i < b->size(); ++i) {
        auto place = index_of(s, i);
        for (std::size_t axis = 0; axis < s.size(); ++axis)
          place[axis] += start[axis];
        const auto at = static_cast<std::size_t>(linear_of(a.shape(), place));
        const auto x = b->template values<T>()[static_cast<std::size_t>(i)];
        whole.values[at] = static_cast<double>(x);
        whole.integers[at] = static_cast<std::int64_t>(x == x ? x : T{});
      }
    });
  });
  return whole;
}

} // namespace tern::testing
