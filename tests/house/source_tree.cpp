#include "tests/house/source_tree.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

namespace tern::house {

namespace fs = std::filesystem;

namespace {

bool is_written_by_people(const fs::path& file) {
  constexpr std::string_view extensions[] = {
      ".hpp", ".cpp", ".h", ".cc", ".py", ".capnp", ".cmake", ".md", ".sh"};
  return file.filename() == "CMakeLists.txt"
         || std::ranges::count(extensions, file.extension().string()) > 0;
}

source_file read_file(const fs::path& root, const fs::path& file) {
  source_file result{file.lexically_relative(root).generic_string(), {}};
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    result.lines.push_back(std::move(line));
  return result;
}

// The target of `#include "target"` or `#include <target>`.
std::optional<include_line> parse_include(std::string_view line,
                                          std::size_t number) {
  auto skip_blanks = [&line] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  auto skip = [&line](std::string_view word) {
    if (!line.starts_with(word))
      return false;
    line.remove_prefix(word.size());
    return true;
  };
  skip_blanks();
  if (!skip("#"))
    return std::nullopt;
  skip_blanks();
  if (!skip("include"))
    return std::nullopt;
  skip_blanks();
  if (line.empty() || (line[0] != '"' && line[0] != '<'))
    return std::nullopt;
  auto quoted = line[0] == '"';
  auto end = line.find(quoted ? '"' : '>', 1);
  if (end == std::string_view::npos)
    return std::nullopt;
  return include_line{number, std::string(line.substr(1, end - 1)), quoted};
}

} // namespace

bool source_file::has_extension(std::string_view extension) const {
  return path.ends_with(extension);
}

bool source_file::is_header() const {
  return has_extension(".hpp");
}

std::string source_file::folder() const {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string source_file::name() const {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::vector<include_line> source_file::includes() const {
  std::vector<include_line> result;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (auto found = parse_include(lines[i], i + 1))
      result.push_back(std::move(*found));
  return result;
}

std::vector<source_file> read_tree(const fs::path& root) {
  std::vector<source_file> result;
  auto at = fs::recursive_directory_iterator(root);
  for (; at != fs::recursive_directory_iterator(); ++at) {
    auto name = at->path().filename().string();
    auto left_out =
        name.starts_with('.') || (at.depth() == 0 && name == "build");
    if (at->is_directory() && left_out)
      at.disable_recursion_pending();
    else if (at->is_regular_file() && is_written_by_people(at->path()))
      result.push_back(read_file(root, at->path()));
  }
  std::ranges::sort(result, {}, &source_file::path);
  return result;
}

} // namespace tern::house
