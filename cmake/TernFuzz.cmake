# Fuzz targets: one function that takes any bytes, two programs.
#
# tern_fuzzer(NAME SOURCES files... LINK libraries...)
#
# SOURCES are relative to the project's root, the first one
# tests/FOLDER/..._fuzz.cpp. It defines LLVMFuzzerTestOneInput, which returns 0
# and aborts on what must not be. The corpus is every file in
# tests/FOLDER/corpus/NAME/.
#
# - With TERN_BUILD_FUZZERS (clang only) NAME is a libFuzzer program, under
#   AddressSanitizer and UndefinedBehaviorSanitizer; `tern_fuzzers` builds all:
#     NAME -max_total_time=60 NEW_CORPUS tests/FOLDER/corpus/NAME
# - With TERN_BUILD_TESTS the test fuzz.NAME replays the corpus, with any
#   compiler, by tests/fuzz_replay.cpp.
#
# Call it beside the library, not in tests/, which a fuzz build leaves out.
include_guard(GLOBAL)

if(TERN_BUILD_FUZZERS)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "TERN_BUILD_FUZZERS needs clang++; preset `fuzz`.")
  endif()
  set(_instrumented -fsanitize=fuzzer-no-link,address,undefined
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(tern_flags INTERFACE ${_instrumented})
  target_link_options(tern_flags INTERFACE ${_instrumented})
  add_custom_target(tern_fuzzers)
endif()

function(tern_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  list(TRANSFORM ARG_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
  list(GET ARG_SOURCES 0 first)
  get_filename_component(folder ${first} DIRECTORY)
  if(TERN_BUILD_FUZZERS)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE tern_flags ${ARG_LINK})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(tern_fuzzers ${name})
  endif()
  if(TERN_BUILD_TESTS)
    add_executable(replay_${name} ${ARG_SOURCES}
      ${PROJECT_SOURCE_DIR}/tests/fuzz_replay.cpp)
    target_link_libraries(replay_${name} PRIVATE tern_flags ${ARG_LINK})
    # Tests can only be added once testing is enabled, which is at the end.
    cmake_language(EVAL CODE "cmake_language(DEFER
      DIRECTORY [[${PROJECT_SOURCE_DIR}]]
      CALL _tern_replay_test [[${name}]] [[${folder}/corpus/${name}]])")
  endif()
endfunction()

function(_tern_replay_test name corpus)
  add_test(NAME fuzz.${name} COMMAND replay_${name} ${corpus})
  set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 60)
endfunction()
