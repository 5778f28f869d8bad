#pragma once

#include "dataflow/block/dtype.hpp"
#include "dataflow/block/shape.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tern {

/// What the header of an .npy file says about the numbers behind it.
struct npy_header {
  dtype type = dtype::float64;
  std::size_t swapped = 0;    ///< bytes of a number in the other order; or 0
  bool fortran_order = false; ///< the first axis runs fastest
  shape extents;
  std::uint64_t data_begin = 0; ///< the first element's offset
  std::uint64_t data_end = 0;   ///< the first byte behind the last element

  friend bool operator==(const npy_header&, const npy_header&) = default;
};

/// No header is longer.
inline constexpr std::size_t longest_npy_header = 64 << 10;

/// Reads the header at the front of `bytes`. Total: any bytes give a header or
/// a failure. `not_found` means that the header goes on after the end of
/// `bytes`; `malformed` that it cannot be one, or that no dtype here holds its
/// numbers; both name the offset.
result<npy_header> decode_npy_header(std::span<const std::byte> bytes);

} // namespace tern
