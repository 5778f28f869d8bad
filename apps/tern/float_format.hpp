#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace tern {

/// How a column of floats is written: NumPy's `FloatingFormat`.
class float_format {
public:
  float_format() = default;
  /// For these values. `always_sign`: a plus before what is not negative.
  float_format(std::span<const float> values, bool always_sign);
  float_format(std::span<const double> values, bool always_sign);

  std::string operator()(float x) const;
  std::string operator()(double x) const;

private:
  template <class T>
  void fit(std::span<const T> values);
  template <class T>
  void fit_exponents(std::span<const T> values);
  template <class T>
  void fit_points(std::span<const T> values);
  template <class T>
  std::string written(T x) const;
  /// Characters after the point, the point and the exponent included.
  std::size_t tail() const noexcept {
    return 1 + right_ + (exponents_ ? exponent_ + 2 : 0);
  }
  std::string signed_if_asked(std::string s) const;

  bool always_sign_ = false;
  bool exponents_ = false;
  std::size_t left_ = 0;     ///< characters before the point, the sign too
  std::size_t right_ = 0;    ///< after it
  std::size_t exponent_ = 0; ///< digits of the exponent
};

} // namespace tern
