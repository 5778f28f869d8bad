#pragma once

#include "apps/tern/float_format.hpp"
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
  std::size_t width_ = 0;  ///< of integers and booleans
  float_format real_;      ///< of floats, or of real parts
  float_format imaginary_; ///< always with a sign
};

} // namespace tern
