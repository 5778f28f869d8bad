#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
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
};

/// Is it one of the above? Numbers from outside may be anything.
constexpr bool is_known(dtype type) noexcept {
  return type >= dtype::boolean && type <= dtype::float64;
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
  default:
    return 8;
  }
}

constexpr bool is_floating(dtype type) noexcept {
  return type == dtype::float32 || type == dtype::float64;
}
constexpr bool is_unsigned(dtype type) noexcept {
  return type >= dtype::uint8 && type <= dtype::uint64;
}
/// Whole numbers, booleans not among them.
constexpr bool is_integer(dtype type) noexcept {
  return type >= dtype::int8 && type <= dtype::uint64;
}

/// NumPy's name: `bool`, `int8` ... `uint64`, `float32`, `float64`.
std::string_view name_of(dtype type) noexcept;

/// The dtype with this NumPy name (`float` and `int` included).
std::optional<dtype> dtype_named(std::string_view name) noexcept;

/// The dtype of `a op b` for arrays, by the Array API's promotion and, where
/// that leaves it open, NumPy's: uint64 with a signed dtype gives float64, as
/// do integers of more than 16 bits with float32.
dtype promote(dtype a, dtype b) noexcept;

/// Calls `f` with a value of the C++ type that holds elements of `type`
/// (bool is held as `bool`).
template <class F>
decltype(auto) dispatch(dtype type, F&& f) {
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

/// A Python scalar: its kind takes part in promotion, its width does not.
using scalar = std::variant<bool, std::int64_t, double>;

} // namespace tern
