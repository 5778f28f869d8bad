#pragma once

#include "dataflow/block/shape.hpp"

#include <cstddef>

namespace tern {

/// The block shape for reading a variable when nobody asked for one: whole
/// storage chunks, contiguous in the file, near 1/32 of the variable but
/// between 64 KiB and 8 MiB. `storage` is empty for unchunked files.
shape storage_cut(const shape& extents, std::size_t element_bytes,
                  const shape& storage);

} // namespace tern
