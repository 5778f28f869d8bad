// A library that an older tern was used for.

#include "dataflow/runtime/kernel_library.hpp"

namespace {

tern::block nothing(std::span<const tern::block>, std::span<const std::byte>) {
  return tern::block::of(0.0);
}

void add_functions(tern::kernel_registry& known) {
  known.add("old_nothing", nothing);
}

} // namespace

extern "C" const tern::kernel_library* tern_kernels() {
  static const tern::kernel_library mine{.version = "0.0.9",
                                         .add_to = add_functions};
  return &mine;
}
