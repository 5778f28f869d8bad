#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/netcdf_file.hpp"
#include "dataflow/io/netcdf_library.hpp"
#include "dataflow/io/pending_file.hpp"
#include "dataflow/io/written_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tern {
namespace {

/// Booleans are bytes with the attribute `dtype` = "bool", as xarray has it.
nc_type stored_type(dtype type) {
  switch (type) {
  case dtype::boolean:
    return NC_BYTE;
  case dtype::int8:
    return NC_BYTE;
  case dtype::int16:
    return NC_SHORT;
  case dtype::int32:
    return NC_INT;
  case dtype::int64:
    return NC_INT64;
  case dtype::uint8:
    return NC_UBYTE;
  case dtype::uint16:
    return NC_USHORT;
  case dtype::uint32:
    return NC_UINT;
  case dtype::uint64:
    return NC_UINT64;
  case dtype::float32:
    return NC_FLOAT;
  case dtype::float64:
    return NC_DOUBLE;
  case dtype::complex64:
  case dtype::complex128:
    break; // refused before
  }
  return NC_NAT;
}

/// A name for each axis; equal names stay only where the extents agree.
std::vector<std::string> dimension_names(const array& a) {
  auto names = a.dimensions();
  names.resize(a.ndim());
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty())
      names[i] = fmt::format("dim_{}", i);
    for (std::size_t j = 0; j < i; ++j)
      if (names[j] == names[i] && a.shape()[j] != a.shape()[i])
        names[i] += fmt::format("_{}", i);
  }
  return names;
}

/// Steps of a definition; the first error stays.
class definition {
public:
  explicit definition(int file) : file_(file) {}

  int dimension(const std::string& name, std::int64_t extent) {
    int id = -1;
    if (!error_ && netcdf().inq_dimid(file_, name.c_str(), &id) != NC_NOERR)
      // NetCDF has no fixed dimension of length 0
      error_ = netcdf().def_dim(
          file_, name.c_str(),
          extent == 0 ? NC_UNLIMITED : static_cast<std::size_t>(extent), &id);
    return id;
  }

  int variable(const std::string& name, dtype type,
               const std::vector<int>& axes) {
    int id = -1;
    if (!error_)
      error_ =
          netcdf().def_var(file_, name.c_str(), stored_type(type),
                           static_cast<int>(axes.size()), axes.data(), &id);
    return id;
  }

  void attributes(int id, const array& a) {
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    if (!error_ && is_floating(a.type()))
      error_ = netcdf().put_att_double(file_, id, "_FillValue",
                                       stored_type(a.type()), 1, &nan);
    if (a.type() == dtype::boolean)
      text(id, "dtype", "bool");
    if (!a.expression().empty())
      text(id, "expression", a.expression());
  }

  int end() {
    if (!error_)
      error_ = netcdf().enddef(file_);
    return error_;
  }

private:
  void text(int id, const char* name, const std::string& value) {
    if (!error_)
      error_ =
          netcdf().put_att_text(file_, id, name, value.size(), value.data());
  }

  int file_;
  int error_ = NC_NOERR;
};

class netcdf_writer final : public array_writer {
public:
  netcdf_writer(pending_file file, int id, const array& a)
    : file_(std::move(file)), id_(id), blocks_(a.type(), a.shape()) {}

  ~netcdf_writer() override {
    const std::lock_guard guard(netcdf_lock());
    if (id_ >= 0)
      netcdf().close(id_);
  }

  /// 0 or the library's error. Elements are not filled first: `commit` sees
  /// to it that all are written.
  int define(const array& a, const std::string& name) {
    const std::lock_guard guard(netcdf_lock());
    int before = 0;
    if (int e = netcdf().set_fill(id_, NC_NOFILL, &before))
      return e;
    definition d(id_);
    std::vector<int> axes;
    const auto names = dimension_names(a);
    for (std::size_t axis = 0; axis < names.size(); ++axis)
      axes.push_back(d.dimension(names[axis], a.shape()[axis]));
    variable_ = d.variable(name, a.type(), axes);
    d.attributes(variable_, a);
    return d.end();
  }

  result<void> write(const shape& start, const block& data) override {
    if (auto ok = blocks_.check(start, data); !ok)
      return ok;
    const std::vector<std::size_t> first(start.begin(), start.end());
    const std::vector<std::size_t> count(data.shape().begin(),
                                         data.shape().end());
    if (data.size() > 0) {
      const std::lock_guard guard(netcdf_lock());
      if (int e = netcdf().put_vara(id_, variable_, first.data(), count.data(),
                                    data.data()))
        return failed(e);
    }
    blocks_.add(start, data);
    return {};
  }

  result<void> commit() override {
    if (auto whole = blocks_.complete(file_.target()); !whole)
      return whole;
    {
      const std::lock_guard guard(netcdf_lock());
      if (int e = netcdf().close(std::exchange(id_, -1)))
        return failed(e);
    }
    return file_.commit();
  }

  tl::unexpected<failure> failed(int error) const {
    return fail(failure_kind::io,
                fmt::format("cannot write {}: {}", file_.target().string(),
                            netcdf().strerror(error)));
  }

private:
  pending_file file_;
  int id_;
  int variable_ = -1;
  written_blocks blocks_;
};

} // namespace

result<std::unique_ptr<array_writer>>
create_nc(const std::filesystem::path& path, const array& a,
          const std::string& name) {
  if (is_complex(a.type()))
    return fail(failure_kind::refused,
                fmt::format("{}: NetCDF has no type for {}: write real(x) and "
                            "imag(x), or an .npy file",
                            path.string(), name_of(a.type())));
  if (auto ready = load_netcdf(); !ready)
    return tl::make_unexpected(ready.error());
  auto file = pending_file::beside(path);
  if (!file)
    return tl::make_unexpected(file.error());
  int id = -1;
  {
    const std::lock_guard guard(netcdf_lock());
    if (int e =
            netcdf().create(file->path().c_str(), NC_NETCDF4 | NC_CLOBBER, &id))
      return fail(failure_kind::io,
                  fmt::format("cannot write {}: {}", path.string(),
                              netcdf().strerror(e)));
  }
  auto writer = std::make_unique<netcdf_writer>(*std::move(file), id, a);
  if (int e = writer->define(a, name))
    return writer->failed(e);
  return writer;
}

} // namespace tern
