#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/block/assembly.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/io/netcdf.hpp"
#include "serialization/failure.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tern {

/// Puts the blocks of one result together: in memory, or in a file.
class result_sink {
public:
  /// In memory. Fails with `memory` for a result above `limit` bytes.
  static result<result_sink> in_memory(const array& a, std::uint64_t limit);
  /// Into a new file, by its ending: .nc, .npy or .png.
  static result<result_sink> to_file(const array& a, const std::string& path);

  result<void> write(const shape& start, const block& data);
  /// The whole array (memory) or an empty block (file, now complete).
  result<block> finish();

private:
  std::optional<assembly> whole_;
  std::unique_ptr<array_writer> file_;
};

} // namespace tern
