#pragma once

#include "serialization/failure.hpp"

#include <string>

namespace tern {

/// Whether the file at `path` is a whole NetCDF file as far as its first bytes
/// and its length tell: a regular file; classic and as long as its header
/// promises, or with an HDF5 signature. Failures name the path.
result<void> check_netcdf_signature(const std::string& path);

} // namespace tern
