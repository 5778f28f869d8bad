#pragma once

#include "dataflow/array/array.hpp"

// The elementwise functions by their names. A new one is one line. Functions of
// one operand take an array; of two, an array and a number on either side.
// Reductions and changes of shape are methods of `array`.

namespace tern {

// clang-format off: one line a function
inline array absolute(const array& x) {
  return unary(opcode::absolute, x);
}
inline array arccos(const array& x) {
  return unary(opcode::arccos, x);
}
inline array arcsin(const array& x) {
  return unary(opcode::arcsin, x);
}
inline array arctan(const array& x) {
  return unary(opcode::arctan, x);
}
inline array ceil(const array& x) {
  return unary(opcode::ceil, x);
}
inline array cos(const array& x) {
  return unary(opcode::cos, x);
}
inline array cosh(const array& x) {
  return unary(opcode::cosh, x);
}
inline array exp(const array& x) {
  return unary(opcode::exp, x);
}
inline array expm1(const array& x) {
  return unary(opcode::expm1, x);
}
inline array floor(const array& x) {
  return unary(opcode::floor, x);
}
inline array isfinite(const array& x) {
  return unary(opcode::isfinite, x);
}
inline array isnan(const array& x) {
  return unary(opcode::isnan, x);
}
inline array log(const array& x) {
  return unary(opcode::log, x);
}
inline array log10(const array& x) {
  return unary(opcode::log10, x);
}
inline array log1p(const array& x) {
  return unary(opcode::log1p, x);
}
inline array log2(const array& x) {
  return unary(opcode::log2, x);
}
inline array negative(const array& x) {
  return unary(opcode::negative, x);
}
inline array rint(const array& x) {
  return unary(opcode::rint, x);
}
inline array sign(const array& x) {
  return unary(opcode::sign, x);
}
inline array sin(const array& x) {
  return unary(opcode::sin, x);
}
inline array sinh(const array& x) {
  return unary(opcode::sinh, x);
}
inline array sqrt(const array& x) {
  return unary(opcode::sqrt, x);
}
inline array square(const array& x) {
  return unary(opcode::square, x);
}
inline array tan(const array& x) {
  return unary(opcode::tan, x);
}
inline array tanh(const array& x) {
  return unary(opcode::tanh, x);
}
// clang-format on

inline array arctan2(const value& y, const value& x) {
  return binary(opcode::arctan2, y, x);
}
inline array floor_divide(const value& a, const value& b) {
  return binary(opcode::floor_divide, a, b);
}
inline array maximum(const value& a, const value& b) {
  return binary(opcode::maximum, a, b);
}
inline array minimum(const value& a, const value& b) {
  return binary(opcode::minimum, a, b);
}
inline array power(const value& base, const value& exponent) {
  return binary(opcode::power, base, exponent);
}

} // namespace tern
