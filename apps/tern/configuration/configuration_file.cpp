#include "apps/tern/configuration/configuration_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

namespace tern {

namespace {

constexpr std::size_t most_bytes = 1 << 20;

tl::unexpected<failure> at_line(const std::filesystem::path& path,
                                std::size_t line, std::string_view what) {
  return fail(failure_kind::malformed,
              fmt::format("{}, line {}: {}", path.string(), line, what));
}

result<std::string> contents(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(most_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open() || std::filesystem::is_directory(path))
    return fail(failure_kind::io,
                fmt::format("cannot read {}: {}", path.string(),
                            std::strerror(errno != 0 ? errno : EISDIR)));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() == most_bytes)
    return fail(failure_kind::malformed,
                fmt::format("{} has more than {} bytes", path.string(),
                            most_bytes - 1));
  return text;
}

/// False for what is neither a string nor an integer nor a list of them.
bool append_text(std::string& out, const toml::node& value) {
  if (const auto* s = value.as_string()) {
    out += s->get();
    return true;
  }
  if (const auto* n = value.as_integer()) {
    out += std::to_string(n->get());
    return true;
  }
  const auto* list = value.as_array();
  if (!list || list->empty())
    return false;
  for (const auto& item : *list) {
    if (&item != &list->front())
      out += ',';
    if (item.is_array() || !append_text(out, item))
      return false;
  }
  return true;
}

} // namespace

result<std::vector<file_entry>>
read_configuration_file(const std::filesystem::path& path) {
  const auto text = contents(path);
  if (!text)
    return tl::make_unexpected(text.error());
  std::vector<file_entry> entries;
  try {
    for (const auto& [key, value] : toml::parse(*text)) {
      file_entry e{std::string{key.str()}, {}, value.source().begin.line};
      if (!append_text(e.text, value))
        return at_line(path, e.line,
                       fmt::format("'{}' has to be a string, an integer or a "
                                   "list of these",
                                   e.key));
      entries.push_back(std::move(e));
    }
  } catch (const toml::parse_error& error) {
    return at_line(path, error.source().begin.line, error.description());
  }
  std::ranges::sort(entries, {}, &file_entry::line);
  return entries;
}

} // namespace tern
