# Debian ships CAF without a CMake file.
# Components: core io openssl; defines CAF::COMPONENT for each one asked for.
find_path(CAF_INCLUDE_DIR caf/actor_system.hpp)
if(CAF_INCLUDE_DIR)
  file(STRINGS "${CAF_INCLUDE_DIR}/caf/config.hpp" _caf_version
    REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" _caf_version "${_caf_version}")
  if(_caf_version)
    math(EXPR _caf_major "${_caf_version} / 10000")
    math(EXPR _caf_minor "${_caf_version} / 100 % 100")
    math(EXPR _caf_patch "${_caf_version} % 100")
    set(CAF_VERSION ${_caf_major}.${_caf_minor}.${_caf_patch})
  endif()
endif()
set(_caf_required CAF_INCLUDE_DIR)
foreach(_component ${CAF_FIND_COMPONENTS})
  find_library(CAF_${_component}_LIBRARY caf_${_component})
  mark_as_advanced(CAF_${_component}_LIBRARY)
  if(CAF_${_component}_LIBRARY)
    set(CAF_${_component}_FOUND TRUE)
  endif()
  list(APPEND _caf_required CAF_${_component}_LIBRARY)
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF REQUIRED_VARS ${_caf_required}
  VERSION_VAR CAF_VERSION HANDLE_COMPONENTS)
foreach(_component ${CAF_FIND_COMPONENTS})
  if(CAF_FOUND AND NOT TARGET CAF::${_component})
    add_library(CAF::${_component} UNKNOWN IMPORTED)
    set_target_properties(CAF::${_component} PROPERTIES
      IMPORTED_LOCATION "${CAF_${_component}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
    if(NOT _component STREQUAL "core")
      set_property(TARGET CAF::${_component} PROPERTY
        INTERFACE_LINK_LIBRARIES CAF::core)
    endif()
  endif()
endforeach()
mark_as_advanced(CAF_INCLUDE_DIR)
