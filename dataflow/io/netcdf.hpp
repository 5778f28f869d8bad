#pragma once

#include "dataflow/array/array.hpp"
#include "serialization/failure.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace tern {

/// The variable as a lazy array, read block by block when it is computed.
/// `_FillValue` and `missing_value` become NaN, `scale_factor` and
/// `add_offset` are applied (dtype: float32 stays where nothing is unpacked
/// from a wider type, otherwise float64; integers without attributes become
/// int64; bytes with `dtype` = "bool" become bool). `_Unsigned` is heeded;
/// default fill values and `valid_range` are not. `variable` may lead through
/// groups: "ocean/sst". Without `cut` blocks are whole storage chunks or lie
/// together in the file, 64 KiB to 8 MiB each. Throws `expression_error` naming
/// path and variable (with the names there are) for a missing file or variable,
/// a file that is not NetCDF or whose end is missing.
array open_nc(const std::string& path, const std::string& variable,
              const chunk_spec& cut = {});

/// The task's side: one hyperslab. A file that has changed or gone fails with
/// `io`, path and start. The library is not thread-safe: calls are serialised.
result<block> read_nc(const op_read_nc& what, dtype type, const shape& start,
                      const shape& count);

/// A file that takes blocks as they come: written beside its final name, moved
/// there by `commit`, removed if that never comes.
class array_writer {
public:
  virtual ~array_writer() = default;
  virtual result<void> write(const shape& start, const block& data) = 0;
  virtual result<void> commit() = 0;
};

/// One variable `name` in a new NetCDF-4 file; dimensions as in `a`, or
/// dim_0, dim_1, ...; NaN is the fill value of floats.
result<std::unique_ptr<array_writer>>
create_nc(const std::filesystem::path& path, const array& a,
          const std::string& name = "result");

/// NumPy's .npy, version 1.0, C order.
result<std::unique_ptr<array_writer>>
create_npy(const std::filesystem::path& path, const array& a);

} // namespace tern
