#pragma once

// Internal: libnetcdf's own header is not for public ones.

#include "serialization/failure.hpp"

#include <netcdf.h>

namespace tern {

/// The functions of libnetcdf by their names without `nc_`. The library is
/// loaded when the first file is opened or written, and stays: with HDF5, curl,
/// GnuTLS and their likes behind it, it costs 8 MB and 5 ms that a process
/// without such files should not pay. All calls under `netcdf_lock`.
struct netcdf_library {
  decltype(&nc_close) close;
  decltype(&nc_create) create;
  decltype(&nc_def_dim) def_dim;
  decltype(&nc_def_var) def_var;
  decltype(&nc_enddef) enddef;
  decltype(&nc_get_att_double) get_att_double;
  decltype(&nc_get_att_text) get_att_text;
  decltype(&nc_get_vara) get_vara;
  decltype(&nc_inq_att) inq_att;
  decltype(&nc_inq_atttype) inq_atttype;
  decltype(&nc_inq_dim) inq_dim;
  decltype(&nc_inq_dimid) inq_dimid;
  decltype(&nc_inq_grp_ncid) inq_grp_ncid;
  decltype(&nc_inq_grpname) inq_grpname;
  decltype(&nc_inq_grps) inq_grps;
  decltype(&nc_inq_nvars) inq_nvars;
  decltype(&nc_inq_type) inq_type;
  decltype(&nc_inq_var_chunking) inq_var_chunking;
  decltype(&nc_inq_vardimid) inq_vardimid;
  decltype(&nc_inq_varid) inq_varid;
  decltype(&nc_inq_varname) inq_varname;
  decltype(&nc_inq_varndims) inq_varndims;
  decltype(&nc_inq_vartype) inq_vartype;
  decltype(&nc_open) open;
  decltype(&nc_put_att_double) put_att_double;
  decltype(&nc_put_att_text) put_att_text;
  decltype(&nc_put_vara) put_vara;
  decltype(&nc_set_fill) set_fill;
  decltype(&nc_strerror) strerror;
};

/// Loads it; fails with `io` and the linker's words where it is missing.
result<void> load_netcdf();

/// After `load_netcdf`, which opening and creating a file do first.
const netcdf_library& netcdf() noexcept;

} // namespace tern
