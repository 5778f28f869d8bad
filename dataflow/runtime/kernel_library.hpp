#pragma once

#include "dataflow/runtime/kernel_registry.hpp"
#include "serialization/failure.hpp"
#include "serialization/version.hpp"

#include <span>
#include <string>

namespace tern {

/// What a shared library of functions says of itself. It exports one C function
/// without arguments, `tern_kernels`, that gives the address of one of these,
/// good as long as the process lives:
///
/// ```cpp
/// extern "C" const tern::kernel_library* tern_kernels() {
///   static const tern::kernel_library mine{.add_to = add_functions};
///   return &mine;
/// }
/// ```
///
/// where `void add_functions(tern::kernel_registry& known)` adds them by name.
///
/// It is compiled with the headers of tern alone (CMake: a MODULE that links
/// `tern::kernels`); the code of tern is the loading program's, which exports
/// it (as `tern` does; CMake: ENABLE_EXPORTS).
struct kernel_library {
  /// Of the tern that it was compiled with. First in all versions.
  const char* version = library_version;
  void (*add_to)(kernel_registry& known) = nullptr;
};

/// The name of the function.
inline constexpr const char* kernel_library_entry = "tern_kernels";

/// Loads such libraries, for the life of the process, and adds their functions
/// to `into`. Gives their file names and what tells their contents apart, for
/// people: "primes.so 1f0c...". Fails, naming the file, for one that is not
/// there or cannot be loaded, that has no entry, that was built against another
/// version, or that has a function whose name is in `into` already.
result<std::string> load_kernels(std::span<const std::string> files,
                                 kernel_registry& into);

} // namespace tern
