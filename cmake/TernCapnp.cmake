# tern_capnp(TARGET schema...): Cap'n Proto schemas of this source tree, as
# code in the build tree. `serialization/schema/x.capnp` becomes
# `#include "serialization/schema/x.capnp.h"` for TARGET and, in the build
# tree, for whatever links TARGET. Generated headers belong in .cpp files only.
function(tern_capnp target)
  set(root ${PROJECT_BINARY_DIR}/generated)
  foreach(schema ${ARGN})
    get_filename_component(schema ${schema} ABSOLUTE)
    file(RELATIVE_PATH name ${PROJECT_SOURCE_DIR} ${schema})
    get_filename_component(folder ${root}/${name} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(
      OUTPUT ${root}/${name}.h ${root}/${name}.c++
      COMMAND ${CAPNP_EXECUTABLE} compile
        -o ${CAPNPC_CXX_EXECUTABLE}:${root}
        --src-prefix ${PROJECT_SOURCE_DIR} -I ${PROJECT_SOURCE_DIR}
        -I ${CAPNP_INCLUDE_DIRECTORY} ${schema}
      DEPENDS ${schema}
      COMMENT "Compiling ${name}"
      VERBATIM)
    target_sources(${target} PRIVATE ${root}/${name}.h ${root}/${name}.c++)
    # Not our code, so not our warnings.
    set_source_files_properties(${root}/${name}.c++ PROPERTIES
      COMPILE_OPTIONS "-w")
  endforeach()
  target_include_directories(${target} SYSTEM PUBLIC
    $<BUILD_INTERFACE:${root}>)
  target_link_libraries(${target} PRIVATE CapnProto::capnp)
endfunction()
