#include "dataflow/io/netcdf_library.hpp"

#include <dlfcn.h>

#include <string>

namespace tern {
namespace {

/// The library and its functions, or what is missing.
class loader {
public:
  loader() : library_(::dlopen(TERN_NETCDF_SONAME, RTLD_NOW | RTLD_LOCAL)) {
    if (library_)
      find_all();
    else
      note_error();
  }

  const std::string& missing() const noexcept {
    return missing_;
  }
  const netcdf_library& functions() const noexcept {
    return f_;
  }

private:
  void find_all() {
    find("nc_close", f_.close);
    find("nc_create", f_.create);
    find("nc_def_dim", f_.def_dim);
    find("nc_def_var", f_.def_var);
    find("nc_enddef", f_.enddef);
    find("nc_get_att_double", f_.get_att_double);
    find("nc_get_att_text", f_.get_att_text);
    find("nc_get_vara", f_.get_vara);
    find("nc_inq_att", f_.inq_att);
    find("nc_inq_atttype", f_.inq_atttype);
    find("nc_inq_dim", f_.inq_dim);
    find("nc_inq_dimid", f_.inq_dimid);
    find("nc_inq_grp_ncid", f_.inq_grp_ncid);
    find("nc_inq_grpname", f_.inq_grpname);
    find("nc_inq_grps", f_.inq_grps);
    find("nc_inq_nvars", f_.inq_nvars);
    find("nc_inq_type", f_.inq_type);
    find("nc_inq_var_chunking", f_.inq_var_chunking);
    find("nc_inq_vardimid", f_.inq_vardimid);
    find("nc_inq_varid", f_.inq_varid);
    find("nc_inq_varname", f_.inq_varname);
    find("nc_inq_varndims", f_.inq_varndims);
    find("nc_inq_vartype", f_.inq_vartype);
    find("nc_open", f_.open);
    find("nc_put_att_double", f_.put_att_double);
    find("nc_put_att_text", f_.put_att_text);
    find("nc_put_vara", f_.put_vara);
    find("nc_set_fill", f_.set_fill);
    find("nc_strerror", f_.strerror);
  }

  template <class F>
  void find(const char* name, F& function) {
    function = reinterpret_cast<F>(::dlsym(library_, name));
    if (!function)
      note_error();
  }

  void note_error() {
    const char* why = ::dlerror();
    missing_ = why ? why : TERN_NETCDF_SONAME;
  }

  void* library_;
  netcdf_library f_{};
  std::string missing_;
};

const loader& loaded() {
  static const loader once;
  return once;
}

} // namespace

result<void> load_netcdf() {
  if (loaded().missing().empty())
    return {};
  return fail(failure_kind::io,
              "NetCDF files cannot be used here: " + loaded().missing());
}

const netcdf_library& netcdf() noexcept {
  return loaded().functions();
}

} // namespace tern
