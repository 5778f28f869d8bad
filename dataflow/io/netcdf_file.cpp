#include "dataflow/io/netcdf_file.hpp"

#include "dataflow/io/netcdf_library.hpp"
#include "dataflow/io/netcdf_signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tern {
namespace {

/// Longer lists of attribute values or deeper groups are not read.
constexpr std::size_t most_values = 4096;
constexpr int deepest_group = 16;

/// NC_MAX_NAME bytes and the end.
using name_buffer = std::array<char, NC_MAX_NAME + 1>;

std::string text_attribute(int group, int id, const char* name) {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  if (netcdf().inq_att(group, id, name, &type, &length) != NC_NOERR
      || type != NC_CHAR || length > most_values)
    return {};
  std::string text(length, '\0');
  if (netcdf().get_att_text(group, id, name, text.data()) != NC_NOERR)
    return {};
  return text.c_str();
}

void collect_names(int group, const std::string& prefix, int depth,
                   std::vector<std::string>& names) {
  int count = 0;
  if (netcdf().inq_nvars(group, &count) != NC_NOERR || depth > deepest_group)
    return;
  name_buffer name{};
  for (int id = 0; id < count; ++id)
    if (netcdf().inq_varname(group, id, name.data()) == NC_NOERR)
      names.push_back(prefix + name.data());
  if (netcdf().inq_grps(group, &count, nullptr) != NC_NOERR || count <= 0)
    return;
  std::vector<int> children(static_cast<std::size_t>(count));
  netcdf().inq_grps(group, nullptr, children.data());
  for (int child : children)
    if (netcdf().inq_grpname(child, name.data()) == NC_NOERR)
      collect_names(child, prefix + name.data() + "/", depth + 1, names);
}

int read_axes(netcdf_variable& v) {
  int rank = 0;
  if (int e = netcdf().inq_varndims(v.group, v.id, &rank))
    return e;
  std::vector<int> ids(static_cast<std::size_t>(rank));
  if (int e = netcdf().inq_vardimid(v.group, v.id, ids.data()))
    return e;
  for (int id : ids) {
    name_buffer name{};
    std::size_t extent = 0;
    if (int e = netcdf().inq_dim(v.group, id, name.data(), &extent))
      return e;
    v.extents.push_back(static_cast<std::int64_t>(extent));
    v.dimensions.emplace_back(name.data());
  }
  return NC_NOERR;
}

void read_storage(netcdf_variable& v) {
  int storage = NC_CONTIGUOUS;
  std::vector<std::size_t> sizes(v.extents.size());
  if (v.extents.empty()
      || netcdf().inq_var_chunking(v.group, v.id, &storage, sizes.data())
             != NC_NOERR
      || storage != NC_CHUNKED)
    return;
  for (auto size : sizes)
    v.storage_chunks.push_back(
        static_cast<std::int64_t>(std::max<std::size_t>(size, 1)));
}

/// NC_NOERR, or what the library says.
int read_metadata(netcdf_variable& v) {
  if (int e = netcdf().inq_vartype(v.group, v.id, &v.type))
    return e;
  if (int e = read_axes(v))
    return e;
  read_storage(v);
  const auto flag = text_attribute(v.group, v.id, "_Unsigned");
  v.is_unsigned = flag == "true" || flag == "True";
  v.is_bool = (v.type == NC_BYTE || v.type == NC_UBYTE)
              && text_attribute(v.group, v.id, "dtype") == "bool";
  return NC_NOERR;
}

/// Reading needs no lock on the file: a change is noticed by its time, and a
/// node that keeps a file open must not stop others from writing it anew.
void open_without_locks() {
  static const int once = setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
  static_cast<void>(once);
}

} // namespace

std::mutex& netcdf_lock() {
  static std::mutex lock;
  return lock;
}

std::optional<std::vector<double>>
netcdf_variable::numbers(const char* attribute) const {
  nc_type stored = NC_NAT;
  std::size_t length = 0;
  if (netcdf().inq_att(group, id, attribute, &stored, &length) != NC_NOERR
      || stored == NC_CHAR || stored > NC_UINT64 || length > most_values)
    return {};
  std::vector<double> values(length);
  if (netcdf().get_att_double(group, id, attribute, values.data()) != NC_NOERR)
    return {};
  return values;
}

int netcdf_variable::type_of(const char* attribute) const {
  nc_type stored = NC_NAT;
  netcdf().inq_atttype(group, id, attribute, &stored);
  return stored;
}

result<std::shared_ptr<netcdf_file>>
netcdf_file::open(const std::string& path) {
  if (auto checked = check_netcdf_signature(path); !checked)
    return tl::make_unexpected(checked.error());
  open_without_locks();
  if (auto ready = load_netcdf(); !ready)
    return tl::make_unexpected(ready.error());
  int id = 0;
  if (int e = netcdf().open(path.c_str(), NC_NOWRITE, &id); e != NC_NOERR)
    return fail(failure_kind::malformed,
                fmt::format("{} is damaged or not a NetCDF file: {}", path,
                            netcdf().strerror(e)));
  return std::shared_ptr<netcdf_file>(new netcdf_file(path, id));
}

netcdf_file::~netcdf_file() {
  netcdf().close(id_);
}

/// The group that a path leads to; leaves the last part in `name`.
result<int> netcdf_file::group_of(std::string_view& name) const {
  int group = id_;
  for (auto slash = name.find('/'); slash != std::string_view::npos;
       slash = name.find('/')) {
    const std::string part(name.substr(0, slash));
    if (!part.empty() && netcdf().inq_grp_ncid(group, part.c_str(), &group))
      return fail(failure_kind::not_found,
                  fmt::format("{} has no group '{}'", path_, part));
    name.remove_prefix(slash + 1);
  }
  return group;
}

result<const netcdf_variable*> netcdf_file::variable(const std::string& name) {
  if (const auto known = variables_.find(name); known != variables_.end())
    return &known->second;
  std::string_view last = name;
  const auto group = group_of(last);
  if (!group)
    return tl::make_unexpected(group.error());
  int id = 0;
  if (netcdf().inq_varid(*group, std::string(last).c_str(), &id) != NC_NOERR)
    return fail(failure_kind::not_found,
                fmt::format("{} has no variable '{}': there are {}", path_,
                            name, fmt::join(names(), ", ")));
  auto& v = variables_[name];
  v.group = *group;
  v.id = id;
  if (const int e = read_metadata(v); e != NC_NOERR) {
    variables_.erase(name);
    return fail(failure_kind::malformed,
                fmt::format("{}: variable '{}': {}", path_, name,
                            netcdf().strerror(e)));
  }
  return &v;
}

std::vector<std::string> netcdf_file::names() const {
  std::vector<std::string> result;
  collect_names(id_, "", 0, result);
  return result;
}

} // namespace tern
