#pragma once

#include "dataflow/array/array.hpp"
#include "serialization/failure.hpp"

#include <string>

namespace tern {

/// The array in a file of NumPy's .npy format as a lazy array, read block by
/// block when it is computed: C or Fortran order, little- or big-endian, of any
/// dtype there is here. Without `cut` blocks lie together in the file, 64 KiB
/// to 8 MiB each. Throws `expression_error` naming the path, and the offset
/// where there is one, for a missing file, one that is no .npy file or of a
/// dtype that is unknown here, or whose end is missing.
array open_npy(const std::string& path, const chunk_spec& cut = {});

/// The task's side: `count` elements from `start` of an array of `extents`. A
/// file that has changed or gone fails with `io`, path and place.
result<block> read_npy(const op_read_npy& what, dtype type,
                       const shape& extents, const shape& start,
                       const shape& count);

} // namespace tern
