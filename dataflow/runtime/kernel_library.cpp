// A library is never unloaded: its functions are in registries, and what they
// have made may be anywhere.

#include "dataflow/runtime/kernel_library.hpp"

#include "serialization/checksum.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace tern {

namespace {

namespace fs = std::filesystem;

using entry = const kernel_library*();

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

result<const kernel_library*> open(const std::string& file) {
  std::error_code error;
  const auto path = fs::absolute(file, error).string();
  if (error || !fs::exists(path, error))
    return fail(failure_kind::not_found, file + ": there is no such file");
  auto* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return refuse(file, loader_words(path));
  auto* found =
      reinterpret_cast<entry*>(::dlsym(library, kernel_library_entry));
  const auto* says = found ? found() : nullptr;
  if (!says)
    return refuse(file, fmt::format("it is no library of functions for tern: "
                                    "it has no {}()",
                                    kernel_library_entry));
  if (!says->version || std::strcmp(says->version, library_version) != 0)
    return refuse(file, fmt::format("it was built against tern {}, and this is "
                                    "tern {}",
                                    says->version ? says->version : "?",
                                    library_version));
  return says;
}

result<void> load(const std::string& file, kernel_registry& into) {
  const auto library = open(file);
  if (!library)
    return tl::make_unexpected(library.error());
  try {
    kernel_registry own;
    if ((*library)->add_to)
      (*library)->add_to(own);
    into.add(own);
  } catch (const std::exception& e) {
    return refuse(file, e.what());
  }
  return {};
}

std::string digest_of(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  const std::vector<char> bytes{std::istreambuf_iterator<char>{in}, {}};
  return fmt::format("{} {:016x}", fs::path{file}.filename().string(),
                     checksum(std::as_bytes(std::span{bytes})));
}

} // namespace

result<std::string> load_kernels(std::span<const std::string> files,
                                 kernel_registry& into) {
  std::string names;
  for (const auto& file : files) {
    if (auto loaded = load(file, into); !loaded)
      return tl::make_unexpected(loaded.error());
    names += (names.empty() ? "" : ", ") + digest_of(file);
  }
  return names;
}

} // namespace tern
