#pragma once

#include "dataflow/array/array.hpp"

#include <concepts>

// Operators of arrays, elementwise and lazy, with arrays and with numbers on
// either side: `2 * x + y`. `/` is true division, `%` has the sign of the
// divisor as in Python, `& | ^ ~` are bitwise on integers and logical on
// booleans. Comparisons give arrays of booleans, so an array is no `bool`.

namespace tern {

/// An array on at least one side; what is on the other can be an operand.
template <class A, class B>
concept elementwise_operands =
    (std::same_as<A, array> && std::convertible_to<const B&, value>)
    || (std::same_as<B, array> && std::convertible_to<const A&, value>);

template <class A, class B>
requires elementwise_operands<A, B> array operator+(const A& a, const B& b) {
  return binary(opcode::add, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator-(const A& a, const B& b) {
  return binary(opcode::subtract, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator*(const A& a, const B& b) {
  return binary(opcode::multiply, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator/(const A& a, const B& b) {
  return binary(opcode::divide, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator%(const A& a, const B& b) {
  return binary(opcode::remainder, a, b);
}

template <class A, class B>
requires elementwise_operands<A, B> array operator==(const A& a, const B& b) {
  return binary(opcode::equal, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator!=(const A& a, const B& b) {
  return binary(opcode::not_equal, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator<(const A& a, const B& b) {
  return binary(opcode::less, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator<=(const A& a, const B& b) {
  return binary(opcode::less_equal, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator>(const A& a, const B& b) {
  return binary(opcode::greater, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator>=(const A& a, const B& b) {
  return binary(opcode::greater_equal, a, b);
}

template <class A, class B>
requires elementwise_operands<A, B> array operator&(const A& a, const B& b) {
  return binary(opcode::bit_and, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator|(const A& a, const B& b) {
  return binary(opcode::bit_or, a, b);
}
template <class A, class B>
requires elementwise_operands<A, B> array operator^(const A& a, const B& b) {
  return binary(opcode::bit_xor, a, b);
}

inline array operator-(const array& x) {
  return unary(opcode::negative, x);
}
inline array operator~(const array& x) {
  return unary(opcode::bit_not, x);
}

} // namespace tern
