#pragma once

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace tern {

/// The type of an element. The numbers are part of the wire format.
enum class dtype : std::uint8_t {
  boolean = 1, ///< one byte, 0 or 1
  int8 = 2,
  int16 = 3,
  int32 = 4,
  int64 = 5,
  uint8 = 6,
  uint16 = 7,
  uint32 = 8,
  uint64 = 9,
  float32 = 10,
  float64 = 11,
  complex64 = 12,  ///< two float32: real and imaginary part
  complex128 = 13, ///< two float64
};

/// Is it one of the above? Numbers from outside may be anything.
constexpr bool is_known(dtype type) noexcept {
  return type >= dtype::boolean && type <= dtype::complex128;
}

/// Bytes of one element.
constexpr std::size_t size_of(dtype type) noexcept {
  switch (type) {
  case dtype::boolean:
  case dtype::int8:
  case dtype::uint8:
    return 1;
  case dtype::int16:
  case dtype::uint16:
    return 2;
  case dtype::int32:
  case dtype::uint32:
  case dtype::float32:
    return 4;
  case dtype::complex128:
    return 16;
  default:
    return 8;
  }
}

/// Real floats.
constexpr bool is_floating(dtype type) noexcept {
  return type == dtype::float32 || type == dtype::float64;
}
constexpr bool is_complex(dtype type) noexcept {
  return type == dtype::complex64 || type == dtype::complex128;
}
/// Floats, real or complex.
constexpr bool is_inexact(dtype type) noexcept {
  return is_floating(type) || is_complex(type);
}
/// The dtype of the parts of a complex one; any other as it is.
constexpr dtype real_of(dtype type) noexcept {
  switch (type) {
  case dtype::complex64:
    return dtype::float32;
  case dtype::complex128:
    return dtype::float64;
  default:
    return type;
  }
}
/// The complex dtype that holds `type`: complex64 for float32, bool and
/// integers of up to 16 bits.
constexpr dtype complex_of(dtype type) noexcept {
  const bool narrow =
      size_of(type) <= 2 || type == dtype::float32 || type == dtype::complex64;
  return narrow ? dtype::complex64 : dtype::complex128;
}
constexpr bool is_unsigned(dtype type) noexcept {
  return type >= dtype::uint8 && type <= dtype::uint64;
}
/// Whole numbers, booleans not among them.
constexpr bool is_integer(dtype type) noexcept {
  return type >= dtype::int8 && type <= dtype::uint64;
}

/// NumPy's name: `bool`, `int8` ... `uint64`, `float32`, `float64`,
/// `complex64`, `complex128`.
std::string_view name_of(dtype type) noexcept;

/// The dtype with this NumPy name (`float`, `int` and `complex` included).
std::optional<dtype> dtype_named(std::string_view name) noexcept;

/// The dtype of `a op b` for arrays, by the Array API's promotion and, where
/// that leaves it open, NumPy's: uint64 with a signed dtype gives float64, as
/// do integers of more than 16 bits with float32. What is complex stays so,
/// with parts of the dtype that the other's and its own parts have together.
dtype promote(dtype a, dtype b) noexcept;

/// Calls `f` with a value of the C++ type that holds elements of `type`
/// (bool is held as `bool`).
template <class F>
decltype(auto) dispatch(dtype type, F&& f);

/// The same for the dtypes that are not complex.
template <class F>
decltype(auto) dispatch_real(dtype type, F&& f) {
  switch (type) {
  case dtype::boolean:
    return f(bool{});
  case dtype::int8:
    return f(std::int8_t{});
  case dtype::int16:
    return f(std::int16_t{});
  case dtype::int32:
    return f(std::int32_t{});
  case dtype::int64:
    return f(std::int64_t{});
  case dtype::uint8:
    return f(std::uint8_t{});
  case dtype::uint16:
    return f(std::uint16_t{});
  case dtype::uint32:
    return f(std::uint32_t{});
  case dtype::uint64:
    return f(std::uint64_t{});
  case dtype::float32:
    return f(float{});
  default:
    return f(double{});
  }
}

template <class F>
decltype(auto) dispatch(dtype type, F&& f) {
  switch (type) {
  case dtype::complex64:
    return f(std::complex<float>{});
  case dtype::complex128:
    return f(std::complex<double>{});
  default:
    return dispatch_real(type, std::forward<F>(f));
  }
}

template <class T>
constexpr dtype dtype_of = dtype::float64;
template <>
inline constexpr dtype dtype_of<bool> = dtype::boolean;
template <>
inline constexpr dtype dtype_of<std::int8_t> = dtype::int8;
template <>
inline constexpr dtype dtype_of<std::int16_t> = dtype::int16;
template <>
inline constexpr dtype dtype_of<std::int32_t> = dtype::int32;
template <>
inline constexpr dtype dtype_of<std::int64_t> = dtype::int64;
template <>
inline constexpr dtype dtype_of<std::uint8_t> = dtype::uint8;
template <>
inline constexpr dtype dtype_of<std::uint16_t> = dtype::uint16;
template <>
inline constexpr dtype dtype_of<std::uint32_t> = dtype::uint32;
template <>
inline constexpr dtype dtype_of<std::uint64_t> = dtype::uint64;
template <>
inline constexpr dtype dtype_of<float> = dtype::float32;
template <>
inline constexpr dtype dtype_of<std::complex<float>> = dtype::complex64;
template <>
inline constexpr dtype dtype_of<std::complex<double>> = dtype::complex128;

/// Whether elements of this C++ type are complex.
template <class T>
inline constexpr bool is_complex_type = is_complex(dtype_of<T>);

/// A complex number among Python's scalars. Made of `std::complex` and nothing
/// else: an unsigned integer, which is no scalar, must not become one.
struct complex_scalar {
  std::complex<double> number;

  template <std::floating_point T>
  complex_scalar(std::complex<T> z) : number(z) {}

  friend bool operator==(const complex_scalar&,
                         const complex_scalar&) = default;
};

/// A Python scalar: its kind takes part in promotion, its width does not.
using scalar = std::variant<bool, std::int64_t, double, complex_scalar>;

/// The number as a complex one, exact but for integers above 2^53.
std::complex<double> as_complex(const scalar& s) noexcept;
/// Whether it is complex, with an imaginary part or without.
bool is_complex(const scalar& s) noexcept;
/// The number as a real one. Only for what is not `is_complex`.
double as_real(const scalar& s) noexcept;

/// A number as a program or source holds it: bits of an int64, 0/1 or doubles.
struct number_bits {
  std::uint64_t value = 0;     ///< the real part of a complex number
  std::uint64_t imaginary = 0; ///< bits of a double; 0 unless complex

  friend bool operator==(const number_bits&, const number_bits&) = default;
};

} // namespace tern
