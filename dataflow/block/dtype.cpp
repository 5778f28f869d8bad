#include "dataflow/block/dtype.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <type_traits>
#include <utility>

namespace tern {

namespace {

constexpr auto names = std::to_array<std::pair<std::string_view, dtype>>({
    {"bool", dtype::boolean},
    {"int8", dtype::int8},
    {"int16", dtype::int16},
    {"int32", dtype::int32},
    {"int64", dtype::int64},
    {"uint8", dtype::uint8},
    {"uint16", dtype::uint16},
    {"uint32", dtype::uint32},
    {"uint64", dtype::uint64},
    {"float32", dtype::float32},
    {"float64", dtype::float64},
    {"complex64", dtype::complex64},
    {"complex128", dtype::complex128},
    {"int", dtype::int64},
    {"float", dtype::float64},
    {"complex", dtype::complex128},
});

/// Of integers: the signed dtype of so many bytes.
constexpr dtype signed_of(std::size_t bytes) noexcept {
  switch (bytes) {
  case 1:
    return dtype::int8;
  case 2:
    return dtype::int16;
  case 4:
    return dtype::int32;
  default:
    return dtype::int64;
  }
}

dtype promote_integers(dtype a, dtype b) noexcept {
  if (is_unsigned(a) == is_unsigned(b))
    return size_of(a) > size_of(b) ? a : b;
  if (is_unsigned(a))
    std::swap(a, b);
  if (size_of(a) > size_of(b))
    return a;
  return size_of(b) == 8 ? dtype::float64 : signed_of(2 * size_of(b));
}

} // namespace

std::string_view name_of(dtype type) noexcept {
  for (const auto& [name, named] : names)
    if (named == type)
      return name;
  return "unknown";
}

std::optional<dtype> dtype_named(std::string_view name) noexcept {
  for (const auto& [known, type] : names)
    if (known == name)
      return type;
  return std::nullopt;
}

dtype promote(dtype a, dtype b) noexcept {
  if (a == b || b == dtype::boolean)
    return a;
  if (a == dtype::boolean)
    return b;
  if (is_complex(a) || is_complex(b))
    return complex_of(promote(real_of(a), real_of(b)));
  if (is_integer(a) && is_integer(b))
    return promote_integers(a, b);
  const auto whole = is_integer(a) ? a : b;
  const bool narrow = is_integer(whole) && size_of(whole) <= 2;
  const auto real = is_floating(a) ? a : b;
  return narrow && real == dtype::float32 ? dtype::float32 : dtype::float64;
}

bool is_complex(const scalar& s) noexcept {
  return std::holds_alternative<complex_scalar>(s);
}

double as_real(const scalar& s) noexcept {
  assert(!is_complex(s));
  return as_complex(s).real();
}

std::complex<double> as_complex(const scalar& s) noexcept {
  return std::visit(
      []<class T>(const T& x) {
        if constexpr (std::is_same_v<T, complex_scalar>)
          return x.number;
        else
          return std::complex<double>(static_cast<double>(x));
      },
      s);
}

} // namespace tern
