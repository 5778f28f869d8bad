# Writes a C++ file with the contents of the page's files; see
# apps/tern/page/page_assets.hpp.
# Usage: cmake -D OUT=... -D "FILES=PATH|TYPE|FILE;..." -P TernEmbed.cmake
set(bytes "")
set(table "")
set(number 0)
foreach(each IN LISTS FILES)
  string(REPLACE "|" ";" each "${each}")
  list(GET each 0 path)
  list(GET each 1 type)
  list(GET each 2 file)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
  string(APPEND bytes
    "constexpr unsigned char file_${number}[] = {${hex}0};\n")
  string(APPEND table "    {\"${path}\", \"${type}\", text(file_${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUT}" "#include \"apps/tern/page/page_assets.hpp\"

#include <cstddef>

namespace tern {

namespace {

${bytes}
template <std::size_t N>
std::string_view text(const unsigned char (&bytes)[N]) noexcept {
  return {reinterpret_cast<const char*>(bytes), N - 1};
}

} // namespace

const page_asset* find_asset(std::string_view path) noexcept {
  static const page_asset assets[] = {
${table}  };
  for (const auto& each : assets)
    if (each.path == path)
      return &each;
  return nullptr;
}

} // namespace tern
")
