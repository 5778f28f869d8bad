#pragma once

#include "dataflow/block/block.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace tern {

/// How the elements of one array are written so that they stand in columns:
/// NumPy's rules (its documentation of `set_printoptions`, precision 8). The
/// format follows from the elements that will be seen.
class element_format {
public:
  element_format(const block& b, std::span<const std::int64_t> seen);

  std::string operator()(const block& b, std::int64_t position) const;

private:
  template <class T>
  void fit(std::span<const T> values, std::span<const std::int64_t> seen);
  template <class T>
  void fit_whole(std::span<const T> values, std::span<const std::int64_t> seen);
  template <class T>
  void fit_exponents(std::span<const T> values,
                     std::span<const std::int64_t> seen);
  template <class T>
  void fit_points(std::span<const T> values,
                  std::span<const std::int64_t> seen);
  template <class T>
  std::string written(T x) const;

  bool exponents_ = false;
  std::size_t left_ = 0;     ///< characters before the point, the sign too
  std::size_t right_ = 0;    ///< after it
  std::size_t exponent_ = 0; ///< digits of the exponent
};

} // namespace tern
