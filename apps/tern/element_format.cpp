#include "apps/tern/element_format.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

namespace tern {
namespace {

std::string padded(std::string s, std::size_t width) {
  return s.size() < width ? std::string(width - s.size(), ' ') + s : s;
}

/// The parts of what is seen.
template <class T, class Part>
float_format format_of(std::span<const std::complex<T>> values,
                       std::span<const std::int64_t> seen, bool always_sign,
                       Part part) {
  std::vector<T> parts;
  for (auto i : seen)
    parts.push_back(part(values[static_cast<std::size_t>(i)]));
  return {std::span<const T>(parts), always_sign};
}

/// The mark goes before the spaces at the end.
std::string with_mark(std::string s) {
  s.insert(s.find_last_not_of(' ') + 1, "j");
  return s;
}

} // namespace

element_format::element_format(const block& b,
                               std::span<const std::int64_t> seen) {
  dispatch(b.type(), [&]<class T>(T) {
    const auto values = b.values<T>();
    if constexpr (is_complex_type<T>) {
      real_ = format_of(values, seen, false, [](T z) { return z.real(); });
      imaginary_ = format_of(values, seen, true, [](T z) { return z.imag(); });
    } else if constexpr (std::is_floating_point_v<T>) {
      std::vector<T> shown;
      for (auto i : seen)
        shown.push_back(values[static_cast<std::size_t>(i)]);
      real_ = float_format(std::span<const T>(shown), false);
    } else if constexpr (!std::is_same_v<T, bool>) {
      for (auto i : seen)
        width_ = std::max(
            width_, std::to_string(values[static_cast<std::size_t>(i)]).size());
    } else {
      width_ = 5; // "False"
    }
  });
}

std::string element_format::operator()(const block& b,
                                       std::int64_t position) const {
  const auto i = static_cast<std::size_t>(position);
  return dispatch(b.type(), [&]<class T>(T) {
    const T x = b.values<T>()[i];
    if constexpr (is_complex_type<T>)
      return real_(x.real()) + with_mark(imaginary_(x.imag()));
    else if constexpr (std::is_floating_point_v<T>)
      return real_(x);
    else if constexpr (!std::is_same_v<T, bool>)
      return padded(std::to_string(x), width_);
    else
      return padded(x ? "True" : "False", width_);
  });
}

} // namespace tern
