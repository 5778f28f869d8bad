# Debian ships three builds of OpenBLAS side by side. Several of tern's compute
# threads call it at once, each for itself: that takes the build with locks (the
# serial one mixes up the buffers of its callers), told to use one thread a
# call. It is loaded at the first product (dataflow/block/blas.hpp), not linked.
# Defines OpenBLAS::headers and OpenBLAS_pthread_FILE.
find_path(OpenBLAS_pthread_INCLUDE_DIR cblas.h PATH_SUFFIXES openblas-pthread)
find_library(OpenBLAS_pthread_LIBRARY openblas PATH_SUFFIXES openblas-pthread)
if(OpenBLAS_pthread_LIBRARY)
  # the name that stays while the interface does
  cmake_path(GET OpenBLAS_pthread_LIBRARY PARENT_PATH OpenBLAS_pthread_FILE)
  cmake_path(APPEND OpenBLAS_pthread_FILE libopenblas.so.0)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS_pthread
  REQUIRED_VARS OpenBLAS_pthread_LIBRARY OpenBLAS_pthread_INCLUDE_DIR)
if(OpenBLAS_pthread_FOUND AND NOT TARGET OpenBLAS::headers)
  add_library(OpenBLAS::headers INTERFACE IMPORTED)
  set_target_properties(OpenBLAS::headers PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_pthread_INCLUDE_DIR}")
endif()
mark_as_advanced(OpenBLAS_pthread_INCLUDE_DIR OpenBLAS_pthread_LIBRARY)
