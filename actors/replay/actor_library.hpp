#pragma once

#include "actors/replay/actor_types.hpp"
#include "serialization/failure.hpp"
#include "serialization/version.hpp"

#include <span>
#include <string>

namespace tern {

/// What a shared library with classes of actors says of itself, for `tern
/// replay --load`. It exports one C function without arguments, `tern_actors`,
/// that gives the address of one of these, good as long as the process lives:
///
/// ```cpp
/// extern "C" const tern::actor_library* tern_actors() {
///   static const tern::actor_library mine{.add_to = [](auto& known) {
///     known.template add<counter>();
///   }};
///   return &mine;
/// }
/// ```
///
/// It is compiled with the headers of tern alone (CMake: a MODULE that links
/// `tern::kernels`); the code of tern is the loading program's.
struct actor_library {
  /// Of the tern that it was compiled with. First in all versions.
  const char* version = library_version;
  void (*add_to)(actor_types& known) = nullptr;
};

/// The name of the function.
inline constexpr const char* actor_library_entry = "tern_actors";

/// Loads such libraries, for the life of the process, and adds their classes to
/// `into`. Fails as `open_library` does.
result<void> load_actors(std::span<const std::string> files, actor_types& into);

} // namespace tern
