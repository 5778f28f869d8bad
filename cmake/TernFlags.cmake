# One INTERFACE target carries the flags of all of tern's own targets.
add_library(tern_flags INTERFACE)
target_compile_features(tern_flags INTERFACE cxx_std_20)
target_compile_options(tern_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -ffp-contract=off)
option(TERN_WERROR "Treat warnings as errors" ON)
if(TERN_WERROR)
  target_compile_options(tern_flags INTERFACE -Werror)
endif()
set(TERN_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")
if(TERN_SANITIZE)
  target_compile_options(tern_flags INTERFACE
    -fsanitize=${TERN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  target_link_options(tern_flags INTERFACE -fsanitize=${TERN_SANITIZE})
endif()
target_include_directories(tern_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tern>)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# tern_library(NAME SOURCES... LINK libraries...): one folder of the house.
# The alias is tern::NAME without its prefix: tern_block -> tern::block.
function(tern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  string(REPLACE "tern_" "" short ${name})
  add_library(tern::${short} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short})
  target_link_libraries(${name} PUBLIC tern_flags ${ARG_LINK}
    PRIVATE ${ARG_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY TERN_LIBRARIES ${name})
endfunction()
