#include "dataflow/runtime/kernel_library.hpp"

#include "actors/shared_library.hpp"
#include "serialization/checksum.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace tern {

namespace {

namespace fs = std::filesystem;

result<void> load(const std::string& file, kernel_registry& into) {
  const auto opened =
      open_library(file, kernel_library_entry, "library of functions");
  if (!opened)
    return tl::make_unexpected(opened.error());
  const auto& library = *static_cast<const kernel_library*>(*opened);
  try {
    kernel_registry own;
    if (library.add_to)
      library.add_to(own);
    into.add(own);
  } catch (const std::exception& e) {
    return fail(failure_kind::refused, file + ": " + e.what());
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
