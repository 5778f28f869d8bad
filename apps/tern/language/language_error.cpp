#include "apps/tern/language/language_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

/// A place in the text as people count, and the line it is in.
struct language_error::spot {
  std::size_t line = 1;
  std::size_t column = 1;
  std::size_t width = 1; ///< characters to mark
  std::string_view text; ///< the line
};

namespace {

/// Longer lines are shown around the mark.
constexpr std::size_t shown = 100;

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

std::size_t characters(std::string_view s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), begins_character));
}

/// A line without what would move the caret or the terminal's cursor.
std::string printable(std::string_view s) {
  std::string result(s);
  std::replace_if(
      result.begin(), result.end(),
      [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return result;
}

std::string excerpt(std::string_view line, std::size_t column,
                    std::size_t width) {
  std::string_view part = line;
  std::size_t before = column - 1;
  const char* front = "";
  if (before > shown / 2) {
    std::size_t cut = 0;
    for (auto skip = before - shown / 2; cut < line.size(); ++cut)
      if (begins_character(line[cut]) && skip-- == 0)
        break;
    part.remove_prefix(cut);
    front = "...";
    before = shown / 2 + 3;
  }
  std::size_t end = 0;
  for (std::size_t n = 0; end < part.size(); ++end)
    if (begins_character(part[end]) && n++ == shown)
      break;
  const bool whole = end == part.size();
  return fmt::format("  {}{}{}\n  {:>{}}{:~>{}}", front,
                     printable(part.substr(0, end)), whole ? "" : "...", "^",
                     before + 1, "", std::min(width, shown / 2) - 1);
}

} // namespace

language_error::spot language_error::find(std::string_view source,
                                          language::place where) {
  const auto at = std::min<std::size_t>(where.begin, source.size());
  const auto before = source.substr(0, at);
  const auto start = before.rfind('\n') + 1; // npos + 1 is 0
  const auto end = std::min(source.find('\n', at), source.size());
  const auto last = std::clamp<std::size_t>(where.end, at, end);
  spot s;
  s.line = 1
           + static_cast<std::size_t>(
               std::count(before.begin(), before.end(), '\n'));
  s.column = 1 + characters(before.substr(start));
  s.width = std::max<std::size_t>(characters(source.substr(at, last - at)), 1);
  s.text = source.substr(start, end - start);
  return s;
}

language_error::language_error(kind why, std::string_view source,
                               language::place where, std::string message)
  : language_error(why, find(source, where), std::move(message)) {}

language_error::language_error(kind why, const spot& s, std::string message)
  : std::runtime_error(fmt::format("line {}, column {}: {}\n{}", s.line,
                                   s.column, message,
                                   excerpt(s.text, s.column, s.width))),
    why_(why), line_(s.line), column_(s.column), message_(std::move(message)) {}

namespace language {

void fail_syntax(place where, std::string message) {
  throw mistake{language_error::kind::syntax, where, std::move(message)};
}

void fail_name(place where, std::string message) {
  throw mistake{language_error::kind::name, where, std::move(message)};
}

void fail_type(place where, std::string message) {
  throw mistake{language_error::kind::type, where, std::move(message)};
}

} // namespace language
} // namespace tern
