// The functions of the tests as a library that nodes load.

#include "dataflow/runtime/kernel_library.hpp"
#include "tests/dataflow/api/functions.hpp"
#include "tests/dataflow/api/submitting_functions.hpp"

extern "C" const tern::kernel_library* tern_kernels() {
  static const tern::kernel_library mine{
      .add_to = [](tern::kernel_registry& known) {
        known.add(tern::testing::functions());
        tern::testing::add_submitting_functions(known);
      }};
  return &mine;
}
