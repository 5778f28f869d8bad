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
inline array arccosh(const array& x) {
  return unary(opcode::arccosh, x);
}
inline array arcsin(const array& x) {
  return unary(opcode::arcsin, x);
}
inline array arcsinh(const array& x) {
  return unary(opcode::arcsinh, x);
}
inline array arctan(const array& x) {
  return unary(opcode::arctan, x);
}
inline array arctanh(const array& x) {
  return unary(opcode::arctanh, x);
}
inline array cbrt(const array& x) {
  return unary(opcode::cbrt, x);
}
inline array ceil(const array& x) {
  return unary(opcode::ceil, x);
}
inline array conj(const array& x) {
  return unary(opcode::conjugate, x);
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
inline array exp2(const array& x) {
  return unary(opcode::exp2, x);
}
inline array expm1(const array& x) {
  return unary(opcode::expm1, x);
}
inline array floor(const array& x) {
  return unary(opcode::floor, x);
}
inline array imag(const array& x) {
  return unary(opcode::imag, x);
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
inline array real(const array& x) {
  return unary(opcode::real, x);
}
inline array reciprocal(const array& x) {
  return unary(opcode::reciprocal, x);
}
inline array rint(const array& x) {
  return unary(opcode::rint, x);
}
inline array sign(const array& x) {
  return unary(opcode::sign, x);
}
inline array signbit(const array& x) {
  return unary(opcode::signbit, x);
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
inline array trunc(const array& x) {
  return unary(opcode::trunc, x);
}
// clang-format on

/// The angle of complex numbers in radians, from -pi to pi.
array angle(const array& z);

inline array arctan2(const value& y, const value& x) {
  return binary(opcode::arctan2, y, x);
}
inline array copysign(const value& size, const value& sign) {
  return binary(opcode::copysign, size, sign);
}
inline array floor_divide(const value& a, const value& b) {
  return binary(opcode::floor_divide, a, b);
}
inline array fmax(const value& a, const value& b) {
  return binary(opcode::fmax, a, b);
}
inline array fmin(const value& a, const value& b) {
  return binary(opcode::fmin, a, b);
}
inline array fmod(const value& a, const value& b) {
  return binary(opcode::fmod, a, b);
}
inline array heaviside(const value& x, const value& at_zero) {
  return binary(opcode::heaviside, x, at_zero);
}
inline array hypot(const value& a, const value& b) {
  return binary(opcode::hypot, a, b);
}
inline array left_shift(const value& a, const value& bits) {
  return binary(opcode::left_shift, a, bits);
}
inline array logaddexp(const value& a, const value& b) {
  return binary(opcode::logaddexp, a, b);
}
inline array logaddexp2(const value& a, const value& b) {
  return binary(opcode::logaddexp2, a, b);
}
inline array maximum(const value& a, const value& b) {
  return binary(opcode::maximum, a, b);
}
inline array minimum(const value& a, const value& b) {
  return binary(opcode::minimum, a, b);
}
inline array nextafter(const value& from, const value& to) {
  return binary(opcode::nextafter, from, to);
}
inline array power(const value& base, const value& exponent) {
  return binary(opcode::power, base, exponent);
}
inline array right_shift(const value& a, const value& bits) {
  return binary(opcode::right_shift, a, bits);
}

} // namespace tern
