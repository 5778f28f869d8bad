#pragma once

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <string>

namespace tern {

/// Extents, or an index, one number an axis; no allocation up to 4 axes.
using shape = boost::container::small_vector<std::int64_t, 4>;

/// As many axes as NumPy allows.
inline constexpr std::size_t max_axes = 32;

/// The number of elements: the product of the extents, 1 for no axes.
/// The array layer has checked that it fits.
inline std::int64_t element_count(const shape& s) noexcept {
  std::int64_t n = 1;
  for (auto extent : s)
    n *= extent;
  return n;
}

/// As NumPy prints it: `(3, 4)`, `(3,)`, `()`.
std::string to_string(const shape& s);

} // namespace tern
