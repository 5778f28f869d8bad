// A library is never unloaded: what it brought is in registries, and what that
// has made may be anywhere.

#include "actors/shared_library.hpp"

#include "serialization/version.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>

namespace tern {

namespace {

tl::unexpected<failure> refuse(const std::string& file,
                               const std::string& why) {
  return fail(failure_kind::refused, file + ": " + why);
}

// What the loader says begins with the file, where it knows it.
std::string loader_words(const std::string& path) {
  const auto* said = ::dlerror();
  std::string words = said ? said : "it cannot be loaded";
  if (words.starts_with(path + ": "))
    words.erase(0, path.size() + 2);
  return words;
}

} // namespace

result<const void*> open_library(const std::string& file, const char* entry,
                                 const std::string& what) {
  std::error_code error;
  const auto path = std::filesystem::absolute(file, error).string();
  if (error || !std::filesystem::exists(path, error))
    return fail(failure_kind::not_found, file + ": there is no such file");
  auto* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return refuse(file, loader_words(path));
  auto* found =
      reinterpret_cast<const char* const* (*)()>(::dlsym(library, entry));
  const auto* says = found ? found() : nullptr;
  if (!says)
    return refuse(
        file, fmt::format("it is no {} for tern: it has no {}()", what, entry));
  if (!*says || std::strcmp(*says, library_version) != 0)
    return refuse(file, fmt::format("it was built against tern {}, and this is "
                                    "tern {}",
                                    *says ? *says : "?", library_version));
  return static_cast<const void*>(says);
}

} // namespace tern
