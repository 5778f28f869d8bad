#include "actors/replay/actor_library.hpp"

#include "actors/shared_library.hpp"

namespace tern {

result<void> load_actors(std::span<const std::string> files,
                         actor_types& into) {
  for (const auto& file : files) {
    const auto opened =
        open_library(file, actor_library_entry, "library of actors");
    if (!opened)
      return tl::make_unexpected(opened.error());
    const auto& library = *static_cast<const actor_library*>(*opened);
    if (library.add_to)
      library.add_to(into);
  }
  return {};
}

} // namespace tern
