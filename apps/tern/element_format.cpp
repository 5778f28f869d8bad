#include "apps/tern/element_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace tern {
namespace {

constexpr int precision = 8;

std::string padded(std::string s, std::size_t width) {
  return s.size() < width ? std::string(width - s.size(), ' ') + s : s;
}

template <class T, class... Precision>
std::string characters(T x, std::chars_format how, Precision... digits) {
  char text[512];
  char* end = std::to_chars(text, text + sizeof(text), x, how, digits...).ptr;
  return {text, end};
}

/// `1.25`, `3.`: shortest digits, at most eight after the point.
template <class T>
std::string with_point(T x) {
  auto s = characters(x, std::chars_format::fixed);
  const auto point = s.find('.');
  if (point == std::string::npos)
    return s + ".";
  if (s.size() - point - 1 > precision) {
    s = characters(x, std::chars_format::fixed, precision);
    s.erase(s.find_last_not_of('0') + 1);
  }
  return s;
}

/// A number in parts: `-1.25e-07` is `-1`, `25`, `-07`.
struct scientific_parts {
  std::string whole;
  std::string fraction;
  std::string exponent; ///< with sign
};

scientific_parts parts_of(const std::string& s) {
  const auto e = s.find('e');
  const auto point = std::min(s.find('.'), e);
  scientific_parts parts{s.substr(0, point), "", s.substr(e + 1)};
  if (point < e)
    parts.fraction = s.substr(point + 1, e - point - 1);
  return parts;
}

/// Shortest digits, at most eight after the point.
template <class T>
scientific_parts scientific(T x) {
  auto parts = parts_of(characters(x, std::chars_format::scientific));
  if (parts.fraction.size() > precision) {
    parts = parts_of(characters(x, std::chars_format::scientific, precision));
    parts.fraction.erase(parts.fraction.find_last_not_of('0') + 1);
  }
  return parts;
}

template <class T>
std::string not_finite(T x) {
  return std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

} // namespace

element_format::element_format(const block& b,
                               std::span<const std::int64_t> seen) {
  dispatch(b.type(), [&]<class T>(T) {
    if constexpr (std::is_floating_point_v<T>)
      fit(b.values<T>(), seen);
    else if constexpr (!std::is_same_v<T, bool>)
      fit_whole(b.values<T>(), seen);
    else
      left_ = 5; // "False"
  });
}

std::string element_format::operator()(const block& b,
                                       std::int64_t position) const {
  const auto i = static_cast<std::size_t>(position);
  return dispatch(b.type(), [&]<class T>(T) {
    const T x = b.values<T>()[i];
    if constexpr (std::is_floating_point_v<T>)
      return written(x);
    else if constexpr (!std::is_same_v<T, bool>)
      return padded(std::to_string(x), left_);
    else
      return padded(x ? "True" : "False", left_);
  });
}

template <class T>
void element_format::fit_whole(std::span<const T> values,
                               std::span<const std::int64_t> seen) {
  for (auto i : seen)
    left_ = std::max(
        left_, std::to_string(values[static_cast<std::size_t>(i)]).size());
}

/// Exponents are for the very large, the very small and the widely spread.
template <class T>
void element_format::fit(std::span<const T> values,
                         std::span<const std::int64_t> seen) {
  T largest = 0;
  T smallest = std::numeric_limits<T>::infinity();
  std::vector<std::int64_t> finite;
  std::size_t special = 0;
  for (auto i : seen) {
    const T x = values[static_cast<std::size_t>(i)];
    if (!std::isfinite(x)) {
      special = std::max(special, not_finite(x).size());
      continue;
    }
    finite.push_back(i);
    if (x != 0) {
      largest = std::max(largest, std::abs(x));
      smallest = std::min(smallest, std::abs(x));
    }
  }
  exponents_ = largest > 0
               && (largest >= T(1e8) || smallest < T(1e-4)
                   || largest / smallest > T(1000));
  if (exponents_)
    fit_exponents<T>(values, finite);
  else
    fit_points<T>(values, finite);
  const auto tail = 1 + right_ + (exponents_ ? exponent_ + 2 : 0);
  if (special > tail)
    left_ = std::max(left_, special - tail);
}

template <class T>
void element_format::fit_points(std::span<const T> values,
                                std::span<const std::int64_t> seen) {
  for (auto i : seen) {
    const auto s = with_point(values[static_cast<std::size_t>(i)]);
    const auto point = s.find('.');
    left_ = std::max(left_, point);
    right_ = std::max(right_, s.size() - point - 1);
  }
}

template <class T>
void element_format::fit_exponents(std::span<const T> values,
                                   std::span<const std::int64_t> seen) {
  for (auto i : seen) {
    const auto parts = scientific(values[static_cast<std::size_t>(i)]);
    left_ = std::max(left_, parts.whole.size());
    right_ = std::max(right_, parts.fraction.size());
    exponent_ = std::max(exponent_, parts.exponent.size() - 1);
  }
}

template <class T>
std::string element_format::written(T x) const {
  if (!std::isfinite(x)) {
    const auto tail = 1 + right_ + (exponents_ ? exponent_ + 2 : 0);
    return padded(not_finite(x), left_ + tail);
  }
  if (!exponents_) {
    auto s = with_point(x);
    const auto point = s.find('.');
    s.append(right_ - (s.size() - point - 1), ' ');
    return padded(std::move(s), left_ + 1 + right_);
  }
  // all with as many digits as the longest needs; further ones are exact
  auto parts = parts_of(
      characters(x, std::chars_format::scientific, static_cast<int>(right_)));
  parts.exponent.insert(1, exponent_ + 1 - parts.exponent.size(), '0');
  return padded(parts.whole, left_) + "." + parts.fraction + "e"
         + parts.exponent;
}

} // namespace tern
