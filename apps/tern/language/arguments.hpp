#pragma once

#include "apps/tern/language/ast.hpp"
#include "apps/tern/language/object.hpp"
#include "dataflow/array/array.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::language {

/// An evaluated argument as it was written; `keyword` empty: positional.
struct given_argument {
  std::string keyword;
  place keyword_place;
  program_value value;
  place where;
};

/// What a call gave, by the function's parameters: checked for number and
/// names when it is made, for kind when it is asked for. Every mistake names
/// function and parameter and points at the argument.
///
/// A signature lists parameters in order: "shape, dtype?, chunks?". `?` makes
/// one optional, `a|b` gives it two names, `*` alone ends the positional ones,
/// and `name*` at the end takes all that is left.
class arguments {
public:
  arguments(std::string_view function, std::string_view signature,
            std::vector<given_argument> given, place call);

  /// Not given, or None where that means the same.
  bool missing(std::string_view parameter) const;

  const program_value& any(std::string_view parameter) const;
  array an_array(std::string_view parameter) const;
  /// An array or a number.
  value operand(std::string_view parameter) const;
  scalar number_at(std::string_view parameter) const;
  /// The same, but not a complex one.
  scalar real_number_at(std::string_view parameter) const;
  std::int64_t integer(std::string_view parameter) const;
  bool flag(std::string_view parameter, bool absent) const;
  double real(std::string_view parameter, double absent) const;
  const std::string& characters(std::string_view parameter) const;
  /// An integer or a sequence of integers.
  std::vector<std::int64_t> integers(std::string_view parameter) const;
  /// An integer or a sequence of integers >= 0 whose product fits.
  shape extents(std::string_view parameter) const;
  std::optional<dtype> type(std::string_view parameter) const;
  /// An integer, a sequence of integers, 'auto' or nothing.
  chunk_spec cut(std::string_view parameter, const chunk_spec& absent) const;
  /// None for all axes.
  std::optional<std::vector<std::int64_t>>
  axes(std::string_view parameter) const;
  /// What `name*` took.
  const std::vector<program_value>& rest() const noexcept {
    return rest_;
  }
  place call_place() const noexcept {
    return call_;
  }
  [[noreturn]] void refuse(std::string_view parameter,
                           std::string_view wanted) const;

private:
  struct formal {
    std::string name;
    std::string other_name;
    bool required = true;
    bool positional = true;
    std::optional<given_argument> given;
  };

  void read_signature(std::string_view signature);
  void bind_positional(given_argument argument, std::size_t& next);
  void bind_keyword(given_argument argument);
  void check_required() const;
  const formal& of(std::string_view name) const;
  std::vector<std::int64_t> block_sizes(std::string_view parameter) const;

  std::string function_;
  place call_;
  std::vector<formal> parameters_;
  bool takes_rest_ = false;
  std::vector<program_value> rest_;
};

/// An integer (or boolean) in `v`, if it is one.
std::optional<std::int64_t> integer_in(const program_value& v);

/// float32, 'float32', float64 ...: the dtype that `v` names, if it does.
std::optional<dtype> dtype_in(const program_value& v);

} // namespace tern::language
