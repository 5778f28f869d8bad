# Debian ships three builds of OpenBLAS side by side. tern runs BLAS on one
# thread a task, so it takes the serial one, whatever the system's default is.
# Defines OpenBLAS::serial.
find_path(OpenBLAS_serial_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas-serial)
find_library(OpenBLAS_serial_LIBRARY openblas PATH_SUFFIXES openblas-serial)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS_serial
  REQUIRED_VARS OpenBLAS_serial_LIBRARY OpenBLAS_serial_INCLUDE_DIR)
if(OpenBLAS_serial_FOUND AND NOT TARGET OpenBLAS::serial)
  add_library(OpenBLAS::serial UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::serial PROPERTIES
    IMPORTED_LOCATION "${OpenBLAS_serial_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_serial_INCLUDE_DIR}")
endif()
mark_as_advanced(OpenBLAS_serial_INCLUDE_DIR OpenBLAS_serial_LIBRARY)
