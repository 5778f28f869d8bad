#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/io/netcdf.hpp"

#include <filesystem>
#include <memory>

namespace tern {

/// A map of a 2-d array of real numbers or booleans as a PNG picture; see
/// `draw_map`. The array is never in memory as a whole: at most 2000 x 2000
/// cells are. Fails with `refused` for another number of axes, an array without
/// elements, or a dtype that has no order.
result<std::unique_ptr<array_writer>>
create_png(const std::filesystem::path& path, const array& a);

} // namespace tern
