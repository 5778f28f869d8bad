#pragma once

// Python's operators for the tests of this folder and its neighbours.

#include "dataflow/array/array.hpp"

#include <initializer_list>
#include <vector>

namespace tern::test {

inline array operator+(const value& a, const value& b) {
  return binary(opcode::add, a, b);
}
inline array operator-(const value& a, const value& b) {
  return binary(opcode::subtract, a, b);
}
inline array operator*(const value& a, const value& b) {
  return binary(opcode::multiply, a, b);
}
inline array operator/(const value& a, const value& b) {
  return binary(opcode::divide, a, b);
}
inline array operator%(const value& a, const value& b) {
  return binary(opcode::remainder, a, b);
}
inline array floordiv(const value& a, const value& b) {
  return binary(opcode::floor_divide, a, b);
}
inline array pow(const value& a, const value& b) {
  return binary(opcode::power, a, b);
}
inline array operator&(const value& a, const value& b) {
  return binary(opcode::bit_and, a, b);
}
inline array operator|(const value& a, const value& b) {
  return binary(opcode::bit_or, a, b);
}
inline array operator^(const value& a, const value& b) {
  return binary(opcode::bit_xor, a, b);
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
inline array operator-(const array& a) {
  return unary(opcode::negative, a);
}
inline array operator~(const array& a) {
  return unary(opcode::bit_not, a);
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
