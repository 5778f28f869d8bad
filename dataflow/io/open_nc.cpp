#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/netcdf_file.hpp"
#include "dataflow/io/storage_cut.hpp"

#include <fmt/format.h>
#include <netcdf.h>

#include <algorithm>
#include <cmath>
#include <limits>

// What a variable means beyond its stored numbers (CF conventions, sections
// 2.5.1 and 8.1): values equal to `_FillValue` or to one of `missing_value`
// are absent, the others are stored * scale_factor + add_offset. The default
// fill values of the library are numbers like any other here, and
// `valid_range` is not looked at.

namespace tern {
namespace {

/// The value as the variable's own type would hold it, so that comparing with
/// stored values is exact; nothing where no stored value can be equal.
std::optional<double> as_stored(double value, int type) {
  if (std::isnan(value))
    return {}; // NaN stays NaN
  if (type == NC_DOUBLE)
    return value;
  if (type == NC_FLOAT) {
    if (std::abs(value) > std::numeric_limits<float>::max())
      return std::isinf(value) ? std::optional(value) : std::nullopt;
    return static_cast<double>(static_cast<float>(value));
  }
  return value == std::trunc(value) ? std::optional(value) : std::nullopt;
}

std::vector<double> missing_values(const netcdf_variable& v) {
  std::vector<double> result;
  for (auto name : {"_FillValue", "missing_value"})
    for (double value : v.numbers(name).value_or(std::vector<double>{}))
      if (const auto stored = as_stored(value, v.type);
          stored
          && std::find(result.begin(), result.end(), *stored) == result.end())
        result.push_back(*stored);
  return result;
}

/// A single number; `absent` where there is no such attribute.
double number_attribute(const netcdf_variable& v, const char* name,
                        double absent, const std::string& place) {
  if (v.type_of(name) == NC_NAT)
    return absent;
  const auto values = v.numbers(name);
  if (!values || values->size() != 1)
    throw expression_error(
        fmt::format("open_nc: {}: {} is not one number", place, name));
  return values->front();
}

void read_packing(op_read_nc& op, const netcdf_variable& v,
                  const std::string& place) {
  op.scale = number_attribute(v, "scale_factor", 1, place);
  op.offset = number_attribute(v, "add_offset", 0, place);
  op.unpack =
      v.type_of("scale_factor") != NC_NAT || v.type_of("add_offset") != NC_NAT;
  op.missing = missing_values(v);
}

/// float32 stays where nothing wider takes part.
dtype type_of(const op_read_nc& op, const netcdf_variable& v) {
  if (v.type == NC_DOUBLE)
    return dtype::float64;
  if (v.type == NC_FLOAT)
    return v.type_of("scale_factor") == NC_DOUBLE
                   || v.type_of("add_offset") == NC_DOUBLE
               ? dtype::float64
               : dtype::float32;
  if (op.unpack || !op.missing.empty() || v.numbers("_FillValue"))
    return dtype::float64;
  return v.is_bool ? dtype::boolean : dtype::int64;
}

void check_numeric(const netcdf_variable& v, const std::string& place) {
  if (v.type == NC_CHAR || v.type == NC_STRING)
    throw expression_error(
        fmt::format("open_nc: {} holds text, not numbers", place));
  if (v.type < NC_BYTE || v.type > NC_UINT64)
    throw expression_error(
        fmt::format("open_nc: {} has a type of its own, not numbers", place));
}

void check_size(const netcdf_variable& v, const std::string& place) {
  std::int64_t bytes = size_of(dtype::float64);
  if (v.extents.size() > max_axes)
    throw expression_error(fmt::format("open_nc: {} has {} axes, more than {}",
                                       place, v.extents.size(), max_axes));
  for (auto extent : v.extents)
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(extent, 1),
                               &bytes))
      throw expression_error(fmt::format("open_nc: {} is too large: {}", place,
                                         to_string(v.extents)));
}

chunks automatic_cut(const netcdf_variable& v, dtype type) {
  const auto cut = storage_cut(v.extents, size_of(type), v.storage_chunks);
  chunks result;
  for (std::size_t axis = 0; axis < cut.size(); ++axis)
    result.push_back(axis_chunks::regular(v.extents[axis], cut[axis]));
  return result;
}

const netcdf_variable& look_up(const std::string& path,
                               const std::string& name) {
  const auto file = cached_netcdf(path);
  if (!file)
    throw expression_error("open_nc: " + file.error().what);
  const auto v = (*file)->variable(name);
  if (!v)
    throw expression_error("open_nc: " + v.error().what);
  return **v; // the cache keeps the file open as long as the lock is held
}

} // namespace

array open_nc(const std::string& path, const std::string& variable,
              const chunk_spec& cut) {
  const std::lock_guard guard(netcdf_lock());
  op_read_nc op;
  std::error_code error;
  op.path = std::filesystem::absolute(path, error).string();
  if (error || path.empty() || path.find('\0') != std::string::npos)
    throw expression_error(fmt::format("open_nc: no file '{}'", path));
  op.variable = variable;
  const auto& v = look_up(op.path, variable);
  const auto place = fmt::format("{}: variable '{}'", op.path, variable);
  check_numeric(v, place);
  check_size(v, place);
  read_packing(op, v, place);
  const auto type = type_of(op, v);
  auto blocks = cut.sizes.empty() ? automatic_cut(v, type)
                                  : cut_shape(v.extents, type, cut);
  auto words =
      fmt::format("open_nc(\"{}\", \"{}\")",
                  std::filesystem::path(path).filename().string(), variable);
  return from_layer(std::move(op), type, std::move(blocks), std::move(words),
                    v.dimensions);
}

} // namespace tern
