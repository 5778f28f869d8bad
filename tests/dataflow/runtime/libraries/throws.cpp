// A library that cannot be set up.

#include "dataflow/runtime/kernel_library.hpp"

#include <stdexcept>

namespace {

void add_functions(tern::kernel_registry&) {
  throw std::runtime_error("the licence has run out");
}

} // namespace

extern "C" const tern::kernel_library* tern_kernels() {
  static const tern::kernel_library mine{.add_to = add_functions};
  return &mine;
}
