# Installs the build into a fresh prefix and builds and runs, against it alone,
# a small project that says find_package(tern).
# Usage: cmake -D BUILD=... -D SOURCE=... -D WORK=... -D COMPILER=...
#        -D TYPE=... -P install_test.cmake
foreach(variable BUILD SOURCE WORK COMPILER TYPE)
  if(NOT DEFINED ${variable})
    message(FATAL_ERROR "install_test.cmake: -D ${variable}=... is missing")
  endif()
endforeach()

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status
    OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed (${status}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
run("installing" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
run("configuring the consumer" ${CMAKE_COMMAND}
  -S ${SOURCE} -B ${WORK}/build -G Ninja
  -D CMAKE_BUILD_TYPE=${TYPE} -D CMAKE_CXX_COMPILER=${COMPILER}
  -D CMAKE_PREFIX_PATH=${WORK}/prefix)
run("building the consumer" ${CMAKE_COMMAND} --build ${WORK}/build)
run("running the consumer" ${WORK}/build/consumer)
if(NOT output STREQUAL "tern works from outside\n")
  message(FATAL_ERROR "the consumer printed: ${output}")
endif()

# The package must stand by itself: nothing in it may point back here.
file(GLOB_RECURSE package_files ${WORK}/prefix/*.cmake)
cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH tests)
cmake_path(GET tests PARENT_PATH tree)
foreach(file ${package_files})
  file(READ ${file} text)
  foreach(folder ${tree} ${BUILD})
    # At the start of a path only: a tree in /tern is not every .../tern/.
    string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" pattern "${folder}/")
    if(text MATCHES "(^|[^A-Za-z0-9_.}/-])${pattern}")
      message(FATAL_ERROR "${file} names ${folder}")
    endif()
  endforeach()
endforeach()
file(REMOVE_RECURSE ${WORK})
