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
  int64 = 5,
  float32 = 10,
  float64 = 11,
};

/// Bytes of one element.
constexpr std::size_t size_of(dtype type) noexcept {
  switch (type) {
  case dtype::boolean:
    return 1;
  case dtype::float32:
    return 4;
  default:
    return 8;
  }
}

constexpr bool is_floating(dtype type) noexcept {
  return type == dtype::float32 || type == dtype::float64;
}

/// NumPy's name: `bool`, `int64`, `float32`, `float64`.
std::string_view name_of(dtype type) noexcept;

/// The dtype with this NumPy name (`float` and `int` included).
std::optional<dtype> dtype_named(std::string_view name) noexcept;

/// The dtype of `a op b` for arrays, by the Array API's promotion; int64 with
/// float32 gives float64, as in NumPy.
dtype promote(dtype a, dtype b) noexcept;

/// Calls `f` with a value of the C++ type that holds elements of `type`
/// (bool is held as `bool`).
template <class F>
decltype(auto) dispatch(dtype type, F&& f) {
  switch (type) {
  case dtype::boolean:
    return f(bool{});
  case dtype::int64:
    return f(std::int64_t{});
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
inline constexpr dtype dtype_of<std::int64_t> = dtype::int64;
template <>
inline constexpr dtype dtype_of<float> = dtype::float32;

/// A Python scalar: its kind takes part in promotion, its width does not.
using scalar = std::variant<bool, std::int64_t, double>;

} // namespace tern
