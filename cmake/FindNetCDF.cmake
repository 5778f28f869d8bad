# Finds the C library's header, and the name under which the library is loaded
# when it is needed (dataflow/io/netcdf_library.hpp): it is not linked. Defines
# NetCDF::headers and NetCDF_SONAME.
find_path(NetCDF_INCLUDE_DIR netcdf.h)
find_library(NetCDF_LIBRARY netcdf)
if(NetCDF_LIBRARY)
  # libnetcdf.so is a link to what has the version in its name
  file(REAL_PATH "${NetCDF_LIBRARY}" NetCDF_SONAME)
  cmake_path(GET NetCDF_SONAME FILENAME NetCDF_SONAME)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(NetCDF
  REQUIRED_VARS NetCDF_LIBRARY NetCDF_INCLUDE_DIR)
if(NetCDF_FOUND AND NOT TARGET NetCDF::headers)
  add_library(NetCDF::headers INTERFACE IMPORTED)
  set_target_properties(NetCDF::headers PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${NetCDF_INCLUDE_DIR}")
endif()
mark_as_advanced(NetCDF_INCLUDE_DIR NetCDF_LIBRARY)
