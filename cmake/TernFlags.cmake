# One INTERFACE target carries the flags of all of tern's own targets. Of these
# an installed tern hands on the language version and the include folder only:
# warnings are our business.
add_library(tern_flags INTERFACE)
add_library(tern::flags ALIAS tern_flags)
set_target_properties(tern_flags PROPERTIES EXPORT_NAME flags)
target_compile_features(tern_flags INTERFACE cxx_std_20)
option(TERN_WERROR "Treat warnings as errors" ON)
set(tern_options -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${TERN_WERROR}>:-Werror>
  # GCC 12 sees overlaps in the concatenation of strings (its bug 105651) and
  # overruns in moves of Boost's small_vector, where there are none
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overread>
  -ffp-contract=off) # the same bits on every machine: FMA where written only
target_compile_options(tern_flags INTERFACE
  "$<BUILD_INTERFACE:${tern_options}>")
set(TERN_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined")
if(TERN_SANITIZE)
  target_compile_options(tern_flags INTERFACE
    -fsanitize=${TERN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined
    # GCC 12 takes what it instrumented for uninitialised
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(tern_flags INTERFACE -fsanitize=${TERN_SANITIZE})
endif()
target_include_directories(tern_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tern>)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
  # Used where they are installed, never asked for.
  find_program(TERN_CCACHE ccache)
  if(TERN_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${TERN_CCACHE})
  endif()
  include(CheckLinkerFlag)
  check_linker_flag(CXX -fuse-ld=mold TERN_HAVE_MOLD)
  if(TERN_HAVE_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

# tern_library(NAME SOURCES... LINK libraries... PRIVATE libraries...): one
# folder of the house. The alias is tern::NAME without its prefix: tern_block ->
# tern::block. All headers of the folder and of those below it are public: they
# are installed, and compiled alone by the target
# all_verify_interface_header_sets of the preset `dev`.
function(tern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  string(REPLACE "tern_" "" short ${name})
  add_library(tern::${short} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short})
  target_link_libraries(${name} PUBLIC tern_flags ${ARG_LINK}
    PRIVATE ${ARG_PRIVATE})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/*.hpp)
  target_sources(${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  set_property(GLOBAL APPEND PROPERTY TERN_LIBRARIES ${name})
endfunction()
