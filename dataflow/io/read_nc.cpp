#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/netcdf_file.hpp"
#include "dataflow/io/netcdf_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

// The library reads stored numbers as they are, under the lock; unpacking and
// the missing values are ours and happen outside of it.

namespace tern {
namespace {

std::string place_of(const op_read_nc& what, const shape& start) {
  return fmt::format("{}: variable '{}' at {}", what.path, what.variable,
                     to_string(start));
}

/// Calls `f` with a value of the C++ type of the stored numbers.
template <class F>
auto dispatch_stored(int type, bool is_unsigned, F&& f) {
  switch (type) {
  case NC_BYTE:
    return is_unsigned ? f(std::uint8_t{}) : f(std::int8_t{});
  case NC_UBYTE:
    return f(std::uint8_t{});
  case NC_SHORT:
    return is_unsigned ? f(std::uint16_t{}) : f(std::int16_t{});
  case NC_USHORT:
    return f(std::uint16_t{});
  case NC_INT:
    return is_unsigned ? f(std::uint32_t{}) : f(std::int32_t{});
  case NC_UINT:
    return f(std::uint32_t{});
  case NC_INT64:
    return is_unsigned ? f(std::uint64_t{}) : f(std::int64_t{});
  case NC_UINT64:
    return f(std::uint64_t{});
  case NC_FLOAT:
    return f(float{});
  default:
    return f(double{});
  }
}

/// A missing value in the domain of stored numbers of type `T`: attributes of
/// an `_Unsigned` variable are signed as they are stored.
template <class T>
double in_domain(double missing) {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) < 8)
    if (missing < 0)
      return missing + std::ldexp(1.0, 8 * sizeof(T));
  return missing;
}

template <class To, class From>
To unpacked(From stored, const op_read_nc& what) {
  if constexpr (std::is_same_v<To, float>) {
    const auto value = static_cast<float>(stored);
    return what.unpack ? value * static_cast<float>(what.scale)
                             + static_cast<float>(what.offset)
                       : value;
  } else if constexpr (std::is_same_v<To, double>) {
    const auto value = static_cast<double>(stored);
    return what.unpack ? value * what.scale + what.offset : value;
  } else if constexpr (std::is_same_v<To, bool>) {
    return stored != From{};
  } else {
    return static_cast<To>(stored);
  }
}

/// False where a stored number does not fit: unsigned 64 bits in int64.
template <class To, class From>
bool convert(std::span<const From> stored, To* out, const op_read_nc& what) {
  std::vector<double> missing;
  for (double value : what.missing)
    missing.push_back(in_domain<From>(value));
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if constexpr (std::is_same_v<
                      To, std::int64_t> && std::is_same_v<From, std::uint64_t>)
      if (stored[i] > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
        return false;
    out[i] = unpacked<To>(stored[i], what);
    if constexpr (std::is_floating_point_v<To>)
      for (double value : missing)
        if (static_cast<double>(stored[i]) == value)
          out[i] = std::numeric_limits<To>::quiet_NaN();
  }
  return true;
}

/// Stored numbers of a hyperslab.
struct stored_values {
  buffer bytes;
  int type = 0;
  bool is_unsigned = false;
};

bool inside(const shape& start, const shape& count, const shape& extents) {
  if (start.size() != extents.size() || count.size() != extents.size())
    return false;
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    if (start[axis] < 0 || count[axis] < 0 || start[axis] > extents[axis]
        || count[axis] > extents[axis] - start[axis])
      return false;
  return true;
}

/// Whether stored numbers can become elements of `type`.
bool holds(int stored, dtype type) {
  if (stored == NC_FLOAT || stored == NC_DOUBLE)
    return is_floating(type);
  return stored != NC_CHAR && !is_complex(type);
}

std::vector<std::size_t> sizes_of(const shape& s) {
  return {s.begin(), s.end()};
}

result<stored_values> fetch(const op_read_nc& what, const shape& start,
                            const shape& count, dtype type) {
  const std::lock_guard guard(netcdf_lock());
  const auto file = cached_netcdf(what.path);
  if (!file)
    return fail(failure_kind::io, fmt::format("{}: {}", place_of(what, start),
                                              file.error().what));
  const auto found = (*file)->variable(what.variable);
  if (!found)
    return fail(failure_kind::io, fmt::format("{}: {}", place_of(what, start),
                                              found.error().what));
  const auto* v = *found;
  std::size_t width = 0;
  if (v->type < NC_BYTE || v->type > NC_UINT64 || !holds(v->type, type)
      || netcdf().inq_type(v->group, v->type, nullptr, &width) != NC_NOERR
      || !inside(start, count, v->extents))
    return fail(failure_kind::io,
                fmt::format("{}: the file has changed: a block of {} does not "
                            "lie in {} any more",
                            place_of(what, start), to_string(count),
                            to_string(v->extents)));
  stored_values values{{}, v->type, v->is_unsigned};
  values.bytes =
      buffer::allocate(static_cast<std::size_t>(element_count(count)) * width);
  if (values.bytes.size() == 0)
    return values;
  if (int e = netcdf().get_vara(v->group, v->id, sizes_of(start).data(),
                                sizes_of(count).data(),
                                values.bytes.mutable_data()))
    return fail(failure_kind::io,
                fmt::format("{}: cannot read: {}", place_of(what, start),
                            netcdf().strerror(e)));
  return values;
}

/// Stored numbers that are the result as they stand.
bool as_it_stands(const op_read_nc& what, const stored_values& values,
                  dtype type) {
  return !what.unpack && what.missing.empty() && !values.is_unsigned
         && ((values.type == NC_FLOAT && type == dtype::float32)
             || (values.type == NC_DOUBLE && type == dtype::float64)
             || (values.type == NC_INT64 && type == dtype::int64));
}

} // namespace

result<block> read_nc(const op_read_nc& what, dtype type, const shape& start,
                      const shape& count) {
  auto values = fetch(what, start, count, type);
  if (!values)
    return tl::make_unexpected(values.error());
  if (as_it_stands(what, *values, type))
    return block::wrap(type, count, std::move(values->bytes));
  block_builder out(type, count);
  const bool fits =
      dispatch_stored(values->type, values->is_unsigned, [&]<class From>(From) {
        const std::span stored(
            reinterpret_cast<const From*>(values->bytes.data()),
            static_cast<std::size_t>(out.size()));
        return dispatch_real(type, [&]<class To>(To) {
          return convert<To, From>(stored, out.values<To>().data(), what);
        });
      });
  if (!fits)
    return fail(failure_kind::io,
                place_of(what, start)
                    + ": an unsigned number does not fit into int64");
  return out.finish();
}

} // namespace tern
