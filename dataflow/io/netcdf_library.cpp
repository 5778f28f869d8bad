#include "dataflow/io/netcdf_library.hpp"

#include "dataflow/block/loaded_library.hpp"

namespace tern {
namespace {

struct loaded_netcdf {
  loaded_netcdf() {
    library.find("nc_close", functions.close);
    library.find("nc_create", functions.create);
    library.find("nc_def_dim", functions.def_dim);
    library.find("nc_def_var", functions.def_var);
    library.find("nc_enddef", functions.enddef);
    library.find("nc_get_att_double", functions.get_att_double);
    library.find("nc_get_att_text", functions.get_att_text);
    library.find("nc_get_vara", functions.get_vara);
    library.find("nc_inq_att", functions.inq_att);
    library.find("nc_inq_atttype", functions.inq_atttype);
    library.find("nc_inq_dim", functions.inq_dim);
    library.find("nc_inq_dimid", functions.inq_dimid);
    library.find("nc_inq_grp_ncid", functions.inq_grp_ncid);
    library.find("nc_inq_grpname", functions.inq_grpname);
    library.find("nc_inq_grps", functions.inq_grps);
    library.find("nc_inq_nvars", functions.inq_nvars);
    library.find("nc_inq_type", functions.inq_type);
    library.find("nc_inq_var_chunking", functions.inq_var_chunking);
    library.find("nc_inq_vardimid", functions.inq_vardimid);
    library.find("nc_inq_varid", functions.inq_varid);
    library.find("nc_inq_varname", functions.inq_varname);
    library.find("nc_inq_varndims", functions.inq_varndims);
    library.find("nc_inq_vartype", functions.inq_vartype);
    library.find("nc_open", functions.open);
    library.find("nc_put_att_double", functions.put_att_double);
    library.find("nc_put_att_text", functions.put_att_text);
    library.find("nc_put_vara", functions.put_vara);
    library.find("nc_set_fill", functions.set_fill);
    library.find("nc_strerror", functions.strerror);
  }

  loaded_library library{TERN_NETCDF_SONAME};
  netcdf_library functions{};
};

const loaded_netcdf& loaded() {
  static const loaded_netcdf once;
  return once;
}

} // namespace

result<void> load_netcdf() {
  const auto& missing = loaded().library.missing();
  if (missing.empty())
    return {};
  return fail(failure_kind::io, "NetCDF files cannot be used here: " + missing);
}

const netcdf_library& netcdf() noexcept {
  return loaded().functions;
}

} // namespace tern
