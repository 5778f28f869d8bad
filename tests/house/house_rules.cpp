// The rules of the house that a program can judge. Each rule is one function
// from a file (or the whole tree) to the places that break it; the list of
// rules is `check_house` at the end.
//
// The arrows say which folder may include which. They are written as single
// steps and followed transitively, so the picture in docs/ and the table here
// are the same:
//
//   apps, bench, tests -> dataflow -> actors -> serialization
//   in dataflow: runtime -> io -> optimize -> array, frame -> graph -> block
//
// A quoted include starts at the root of the tree, so that its first words
// name the folder it comes from.

#include "tests/house/house_rules.hpp"

#include "tests/house/include_arrows.hpp"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <string_view>

namespace tern::house {

namespace {

using violations = std::vector<violation>;

constexpr std::size_t longest_file = 800;

bool starts_with_any(std::string_view text,
                     std::initializer_list<std::string_view> prefixes) {
  return std::ranges::any_of(
      prefixes, [text](auto prefix) { return text.starts_with(prefix); });
}

bool is_code(const source_file& file) {
  return file.has_extension(".hpp") || file.has_extension(".cpp")
         || file.has_extension(".inl");
}

void arrows(const source_file& file, violations& out) {
  for (const auto& line : file.includes()) {
    if (!line.quoted)
      continue;
    auto to = component_of(line.target);
    if (to.empty())
      out.push_back({file.path, line.number,
                     "includes \"" + line.target
                         + "\", which does not start at the root of the tree"});
    else if (!may_include(component_of(file.path), to))
      out.push_back({file.path, line.number,
                     std::string(component_of(file.path)) + " may not include "
                         + std::string(to)});
  }
}

// Only two folders, the tests that mirror them, and a rival that is CAF itself,
// know CAF.
void caf_in_its_folders(const source_file& file, violations& out) {
  if (starts_with_any(file.path,
                      {"actors/", "dataflow/runtime/", "tests/actors/",
                       "tests/dataflow/runtime/", "bench/rival_caf_"}))
    return;
  for (const auto& line : file.includes())
    if (line.target.starts_with("caf/"))
      out.push_back({file.path, line.number, "includes CAF"});
}

// What later releases of CAF change is reached through two files.
void caf_internals_in_one_place(const source_file& file, violations& out) {
  if (starts_with_any(file.path, {"actors/lean_actor.hpp",
                                  "actors/lean_actor.cpp", "actors/caf_"}))
    return;
  for (const auto& line : file.includes())
    if (starts_with_any(line.target,
                        {"caf/monitorable_actor.hpp", "caf/resumable.hpp",
                         "caf/abstract_coordinator", "caf/scheduler/",
                         "caf/type_id", "caf/actor_storage.hpp",
                         "caf/detail/"}))
      out.push_back(
          {file.path, line.number, "includes the CAF internal " + line.target});
}

// What costs every file that includes it.
void nothing_heavy_in_headers(const source_file& file, violations& out) {
  if (!file.is_header())
    return;
  for (const auto& line : file.includes())
    if (line.target.ends_with(".capnp.h")
        || starts_with_any(line.target,
                           {"caf/all.hpp", "caf/io/all.hpp", "hwy/"}))
      out.push_back(
          {file.path, line.number, "a header includes " + line.target});
}

// What a user's program includes, with all that it reaches, compiles quickly
// and asks for no header of what the layers below are built on.
void public_header_is_thin(const std::vector<source_file>& tree,
                           const std::string& header, violations& out) {
  std::vector<std::string> open{header};
  std::set<std::string> seen;
  while (!open.empty()) {
    const auto path = open.back();
    open.pop_back();
    const auto file = std::ranges::find(tree, path, &source_file::path);
    if (!seen.insert(path).second || file == tree.end())
      continue;
    for (const auto& line : file->includes()) {
      if (starts_with_any(line.target, {"caf/", "capnp/", "kj/", "hwy/"}))
        out.push_back(
            {path, line.number, "<" + header + "> reaches " + line.target});
      else if (line.quoted)
        open.push_back(line.target);
    }
  }
}

void not_too_long(const source_file& file, violations& out) {
  if (!file.has_extension(".md") && file.lines.size() > longest_file)
    out.push_back({file.path, 0,
                   std::to_string(file.lines.size()) + " lines, more than "
                       + std::to_string(longest_file)});
}

void pragma_once(const source_file& file, violations& out) {
  if (file.is_header() && std::ranges::count(file.lines, "#pragma once") != 1)
    out.push_back({file.path, 0, "needs one line `#pragma once`"});
}

// A name that says nothing, or an ending that the house does not use.
void names(const source_file& file, violations& out) {
  auto name = file.name();
  if (starts_with_any(name, {"utils.", "util.", "helpers."}))
    out.push_back({file.path, 0, "is not named for what is in it"});
  if (file.has_extension(".h") || file.has_extension(".cc"))
    out.push_back({file.path, 0, "C++ files end in .hpp and .cpp"});
}

// What is not done yet belongs into an issue.
void nothing_left_open(const source_file& file, violations& out) {
  for (std::size_t i = 0; i < file.lines.size(); ++i)
    for (std::string_view word : {"TO"
                                  "DO",
                                  "FIX"
                                  "ME",
                                  "X"
                                  "XX"})
      if (file.lines[i].find(word) != std::string::npos)
        out.push_back({file.path, i + 1, "leaves something open"});
}

// The words of a line of CMake, without its comment.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> result;
  line = line.substr(0, line.find('#'));
  while (!line.empty()) {
    auto end = std::min(line.find_first_of(" \t()\";"), line.size());
    if (end > 0)
      result.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return result;
}

// The sources that CMake files name, from their own folder or from the root.
std::set<std::string> listed_sources(const std::vector<source_file>& tree) {
  constexpr std::string_view root = "${PROJECT_SOURCE_DIR}/";
  std::set<std::string> result;
  for (const auto& file : tree) {
    if (file.name() != "CMakeLists.txt" && !file.has_extension(".cmake"))
      continue;
    for (const auto& line : file.lines)
      for (auto word : words_of(line)) {
        if (word.starts_with(root))
          word.remove_prefix(root.size());
        auto path = std::filesystem::path(file.folder()) / word;
        result.insert(path.lexically_normal().generic_string());
        result.emplace(word);
      }
  }
  return result;
}

// Whether `path` is what CMake calls `name`, in which a loop's ${variable} may
// stand for anything.
bool is_named_by(const std::string& path, std::string_view name) {
  auto begin = name.find("${");
  auto end = name.find('}');
  if (begin == name.npos || end == name.npos || end < begin)
    return path == name;
  auto before = name.substr(0, begin);
  auto after = name.substr(end + 1);
  return path.size() >= before.size() + after.size() && path.starts_with(before)
         && path.ends_with(after);
}

// A test that nobody builds passes for ever.
void every_source_is_built(const std::vector<source_file>& tree,
                           violations& out) {
  auto listed = listed_sources(tree);
  for (const auto& file : tree)
    if (file.has_extension(".cpp")
        && std::ranges::none_of(listed, [&file](const auto& name) {
             return name.ends_with(".cpp") && is_named_by(file.path, name);
           }))
      out.push_back({file.path, 0, "no CMake file names it"});
}

// Code in a document, between fences, whose first line names a file of ours.
struct quotation {
  std::size_t line; // of the name, from 1
  std::string path;
  std::vector<std::string> lines;
};

std::vector<quotation> quotations(const source_file& document) {
  std::vector<quotation> result;
  const auto& lines = document.lines;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (lines[i] != "```cpp" || !lines[i + 1].starts_with("// "))
      continue;
    quotation q{i + 2, lines[i + 1].substr(3), {}};
    for (i += 2; i < lines.size() && lines[i] != "```"; ++i)
      q.lines.push_back(lines[i]);
    result.push_back(std::move(q));
  }
  return result;
}

bool contains(const std::vector<std::string>& text,
              const std::vector<std::string>& part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end())
         != text.end();
}

// What is shown to newcomers is what they find.
void quoted_code_is_the_code(const std::vector<source_file>& tree,
                             violations& out) {
  for (const auto& document : tree) {
    if (!document.has_extension(".md"))
      continue;
    for (const auto& q : quotations(document)) {
      auto file = std::ranges::find(tree, q.path, &source_file::path);
      if (file != tree.end() && !contains(file->lines, q.lines))
        out.push_back(
            {document.path, q.line, "shows code that is not in " + q.path});
    }
  }
}

void every_folder_is_explained(const std::vector<source_file>& tree,
                               violations& out) {
  std::set<std::string> paths;
  std::set<std::string> folders;
  for (const auto& file : tree) {
    paths.insert(file.path);
    if (is_code(file))
      folders.insert(file.path.substr(0, file.path.find('/')));
  }
  for (const auto& folder : folders)
    if (!paths.contains(folder + "/README.md"))
      out.push_back({folder + "/README.md", 0, "is missing"});
}

// The name of the class that a line at the beginning of a definition defines;
// empty: it defines none, or one inside another.
std::string_view class_defined_in(std::string_view line) {
  for (const std::string_view word : {"class ", "struct "}) {
    if (!line.starts_with(word) || line.ends_with(';'))
      continue;
    line.remove_prefix(word.size());
    const auto end = line.find_first_of(" {:<");
    const auto rest = end == line.npos ? "" : line.substr(end);
    return rest.starts_with("::") || rest.starts_with('<')
               ? std::string_view{}
               : line.substr(0, end);
  }
  return {};
}

// Two classes of one name are one to the linker, which then takes the
// destructor of either for both: in any program that has both.
void one_class_a_name(const std::vector<source_file>& tree, violations& out) {
  std::map<std::string, std::string> known; // name -> header
  for (const auto& file : tree) {
    if (!file.is_header() || !is_code(file))
      continue;
    std::string space;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string_view line = file.lines[i];
      if (line.starts_with("namespace "))
        space = line.substr(0, line.find(" {"));
      const auto name = class_defined_in(line);
      if (name.empty())
        continue;
      const auto full = space + "::" + std::string(name);
      const auto [first, is_new] = known.emplace(full, file.path);
      if (!is_new && first->second != file.path)
        out.push_back(
            {file.path, i + 1,
             "defines " + std::string(name) + ", as does " + first->second});
    }
  }
}

} // namespace

std::ostream& operator<<(std::ostream& out, const violation& v) {
  out << v.path;
  if (v.line > 0)
    out << ':' << v.line;
  return out << ": " << v.rule;
}

std::vector<violation> check_house(const std::vector<source_file>& tree) {
  violations out;
  for (const auto& file : tree) {
    if (is_code(file)) {
      arrows(file, out);
      caf_in_its_folders(file, out);
      caf_internals_in_one_place(file, out);
      nothing_heavy_in_headers(file, out);
      pragma_once(file, out);
      nothing_left_open(file, out);
    }
    not_too_long(file, out);
    names(file, out);
  }
  for (const auto* header : {"tern/tern.hpp", "tern/simulation.hpp"})
    public_header_is_thin(tree, header, out);
  one_class_a_name(tree, out);
  every_source_is_built(tree, out);
  quoted_code_is_the_code(tree, out);
  every_folder_is_explained(tree, out);
  return out;
}

} // namespace tern::house
