#pragma once

#include "apps/tern/language/ast.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tern {

/// A mistake in a program of the expression language. `what()` says where and
/// what, and shows the line with a caret below:
///
///     line 1, column 5: expected an expression, found '*'
///       x + * 2
///           ^
class language_error : public std::runtime_error {
public:
  enum class kind : std::uint8_t {
    syntax,     ///< the text is not of the language
    name,       ///< a name, attribute or keyword that is not there
    type,       ///< an operation that this kind of value does not have
    expression, ///< refused by the array layer: shapes, dtypes, files
  };

  /// `where` lies in `source`, or at its end.
  language_error(kind why, std::string_view source, language::place where,
                 std::string message);

  kind why() const noexcept {
    return why_;
  }
  /// Counted from 1; columns in characters, not bytes.
  std::size_t line() const noexcept {
    return line_;
  }
  std::size_t column() const noexcept {
    return column_;
  }
  /// Without place and excerpt.
  const std::string& message() const noexcept {
    return message_;
  }

private:
  struct spot;
  static spot find(std::string_view source, language::place where);
  language_error(kind why, const spot& s, std::string message);

  kind why_;
  std::size_t line_;
  std::size_t column_;
  std::string message_;
};

namespace language {

/// A mistake before the text is at hand: what is thrown inside of parser and
/// evaluator. `parse` and `evaluate` turn it into a `language_error`.
struct mistake {
  language_error::kind why;
  place where;
  std::string message;
};

[[noreturn]] void fail_syntax(place where, std::string message);
[[noreturn]] void fail_name(place where, std::string message);
[[noreturn]] void fail_type(place where, std::string message);

} // namespace language
} // namespace tern
