# `cmake --install` and what find_package(tern) reads afterwards: all libraries
# as tern::..., their headers below include/tern/ in the folders they have
# here, and the tool.
include(CMakePackageConfigHelpers)

get_property(tern_libraries GLOBAL PROPERTY TERN_LIBRARIES)
install(TARGETS tern_flags ${tern_libraries} EXPORT tern
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tern)
if(TARGET tern)
  install(TARGETS tern RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(tern_package ${CMAKE_INSTALL_LIBDIR}/cmake/tern)
install(EXPORT tern NAMESPACE tern:: FILE ternTargets.cmake
  DESTINATION ${tern_package})
configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/ternConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ternConfig.cmake
  INSTALL_DESTINATION ${tern_package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ternConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
file(GLOB tern_find_modules ${CMAKE_CURRENT_LIST_DIR}/Find*.cmake)
install(FILES
  ${PROJECT_BINARY_DIR}/ternConfig.cmake
  ${PROJECT_BINARY_DIR}/ternConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/TernDependencies.cmake
  ${tern_find_modules}
  DESTINATION ${tern_package})
