#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tern {

/// What the header of a classic NetCDF file (CDF-1, CDF-2, CDF-5) promises
/// about the file's length.
struct classic_layout {
  std::uint64_t header_bytes = 0; ///< length of the header itself
  std::uint64_t data_end = 0;     ///< first byte after the last value
};

/// Reads the header at the front of `bytes`. Total: any bytes give a layout or
/// a failure. `not_found` means that the header goes on after the end of
/// `bytes`; `malformed` that it cannot be one; both name the offset.
result<classic_layout> decode_classic_header(std::span<const std::byte> bytes);

} // namespace tern
