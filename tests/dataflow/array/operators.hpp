#pragma once

// Python's functions for the tests of this folder and its neighbours.

#include "dataflow/array/array.hpp"
#include "dataflow/array/operators.hpp"

#include <initializer_list>
#include <vector>

namespace tern::test {

inline array floordiv(const value& a, const value& b) {
  return binary(opcode::floor_divide, a, b);
}
inline array pow(const value& a, const value& b) {
  return binary(opcode::power, a, b);
}
inline array less(const value& a, const value& b) {
  return binary(opcode::less, a, b);
}
inline array greater(const value& a, const value& b) {
  return binary(opcode::greater, a, b);
}
inline array equal(const value& a, const value& b) {
  return binary(opcode::equal, a, b);
}

/// x[items]
inline array at(const array& x, std::initializer_list<index_item> items) {
  return x[std::vector<index_item>(items)];
}

using bound = std::optional<std::int64_t>;
/// start:stop:step
inline index_item cut(bound start = {}, bound stop = {}, bound step = {}) {
  return index_slice{start, stop, step};
}
inline const index_item whole = cut();
inline const index_item newaxis = index_newaxis{};
inline const index_item dots = index_ellipsis{};
inline index_item one(std::int64_t i) {
  return i;
}

using axes = std::vector<std::int64_t>;

} // namespace tern::test
