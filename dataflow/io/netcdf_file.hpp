#pragma once

#include "dataflow/block/shape.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// The one lock around libnetcdf and libhdf5, which are not thread-safe.
/// Everything in this header and every `nc_` call happens under it.
std::mutex& netcdf_lock();

/// A variable as the file says it is.
struct netcdf_variable {
  int group = 0; ///< id of the file or of the group in it
  int id = 0;
  int type = 0;             ///< nc_type of the stored values
  bool is_unsigned = false; ///< `_Unsigned`: bytes and shorts read so
  bool is_bool = false;     ///< bytes with `dtype` = "bool", as we write them
  shape extents;
  std::vector<std::string> dimensions;
  shape storage_chunks; ///< empty: contiguous or by record

  /// A numeric attribute's values; nullopt where there is none or it is text.
  std::optional<std::vector<double>> numbers(const char* attribute) const;
  /// The stored type of an attribute, 0 where there is none.
  int type_of(const char* attribute) const;
};

/// An open file. Failures name the path.
class netcdf_file {
public:
  /// Opens for reading after checking what libnetcdf does not: that it is a
  /// regular file with a NetCDF signature and as long as its header promises.
  static result<std::shared_ptr<netcdf_file>> open(const std::string& path);

  netcdf_file(const netcdf_file&) = delete;
  netcdf_file& operator=(const netcdf_file&) = delete;
  ~netcdf_file();

  /// `name` may lead through groups: "ocean/sst". Fails with `not_found`,
  /// saying which variables there are. Looked up once; lives with the file.
  result<const netcdf_variable*> variable(const std::string& name);

  /// The names of all variables, those in groups with their path.
  std::vector<std::string> names() const;

private:
  netcdf_file(std::string path, int id) : path_(std::move(path)), id_(id) {}
  result<int> group_of(std::string_view& name) const;

  std::string path_;
  int id_;
  std::map<std::string, netcdf_variable> variables_;
};

/// An open file from a small cache, so that reading block by block does not
/// open it each time. A file that has another size, time of change or inode
/// than when it was opened is opened again.
result<std::shared_ptr<netcdf_file>> cached_netcdf(const std::string& path);

/// Number of open files that the cache holds; for tests.
std::size_t cached_netcdf_files();

} // namespace tern
