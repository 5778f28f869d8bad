#include "apps/tern/float_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
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

float_format::float_format(std::span<const float> values, bool always_sign)
  : always_sign_(always_sign) {
  fit(values);
}

float_format::float_format(std::span<const double> values, bool always_sign)
  : always_sign_(always_sign) {
  fit(values);
}

std::string float_format::operator()(float x) const {
  return written(x);
}

std::string float_format::operator()(double x) const {
  return written(x);
}

std::string float_format::signed_if_asked(std::string s) const {
  return always_sign_ && s.front() != '-' ? "+" + s : s;
}

/// Exponents are for the very large, the very small and the widely spread.
template <class T>
void float_format::fit(std::span<const T> values) {
  T largest = 0;
  T smallest = std::numeric_limits<T>::infinity();
  std::vector<T> finite;
  std::size_t special = 0;
  for (const T x : values) {
    if (!std::isfinite(x)) {
      // with signs NumPy leaves room for one of infinity, there or not
      special = std::max(special, always_sign_ ? 4 : not_finite(x).size());
      continue;
    }
    finite.push_back(x);
    if (x != 0) {
      largest = std::max(largest, std::abs(x));
      smallest = std::min(smallest, std::abs(x));
    }
  }
  exponents_ = largest > 0
               && (largest >= T(1e8) || smallest < T(1e-4)
                   || largest / smallest > T(1000));
  if (exponents_)
    fit_exponents<T>(finite);
  else
    fit_points<T>(finite);
  if (special > tail())
    left_ = std::max(left_, special - tail());
}

template <class T>
void float_format::fit_points(std::span<const T> values) {
  for (const T x : values) {
    const auto s = signed_if_asked(with_point(x));
    const auto point = s.find('.');
    left_ = std::max(left_, point);
    right_ = std::max(right_, s.size() - point - 1);
  }
}

template <class T>
void float_format::fit_exponents(std::span<const T> values) {
  for (const T x : values) {
    const auto parts = scientific(x);
    left_ = std::max(left_, signed_if_asked(parts.whole).size());
    right_ = std::max(right_, parts.fraction.size());
    exponent_ = std::max(exponent_, parts.exponent.size() - 1);
  }
}

template <class T>
std::string float_format::written(T x) const {
  if (!std::isfinite(x))
    return padded(signed_if_asked(not_finite(x)), left_ + tail());
  if (!exponents_) {
    auto s = signed_if_asked(with_point(x));
    const auto point = s.find('.');
    s.append(right_ - (s.size() - point - 1), ' ');
    return padded(std::move(s), left_ + 1 + right_);
  }
  // all with as many digits as the longest needs; further ones are exact
  auto parts = parts_of(
      characters(x, std::chars_format::scientific, static_cast<int>(right_)));
  parts.exponent.insert(1, exponent_ + 1 - parts.exponent.size(), '0');
  return padded(signed_if_asked(parts.whole), left_) + "." + parts.fraction
         + "e" + parts.exponent;
}

} // namespace tern
