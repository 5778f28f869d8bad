#pragma once

#include "dataflow/block/dtype.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a program says, before anything is looked up. The forms are Python's;
// `parse.hpp` makes them, `evaluate.hpp` gives them a meaning.

namespace tern::language {

/// Bytes [begin, end) of the program's text.
struct place {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

enum class unary_operator : std::uint8_t { negative, positive, invert };

enum class binary_operator : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  remainder,
  power,
  matmul,
  bit_and,
  bit_or,
  bit_xor,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
};

/// As it is written: "+", "//", "<=".
std::string_view sign_of(binary_operator op) noexcept;
/// The operator with this sign; nullopt for any other text.
std::optional<binary_operator> operator_of(std::string_view sign) noexcept;
bool is_comparison(binary_operator op) noexcept;

struct expression;
using expression_ptr = std::unique_ptr<expression>;

struct number_form {
  scalar value;
};
struct text_form {
  std::string characters;
};
struct name_form {
  std::string identifier;
};
struct ellipsis_form {};
struct unary_form {
  unary_operator op;
  expression_ptr operand;
};
struct binary_form {
  binary_operator op;
  expression_ptr left;
  expression_ptr right;
};
/// `object.member`
struct attribute_form {
  expression_ptr object;
  std::string member;
  place member_place;
};
/// One argument of a call; `keyword` is empty for a positional one.
struct argument {
  std::string keyword;
  place keyword_place;
  expression_ptr value;
};
struct call_form {
  expression_ptr callee;
  std::vector<argument> arguments;
};
/// One item between brackets: an expression (in `start`) or a slice.
struct subscript_item {
  bool is_slice = false;
  expression_ptr start;
  expression_ptr stop;
  expression_ptr step;
};
struct subscript_form {
  expression_ptr object;
  std::vector<subscript_item> items;
};
/// A tuple or a list.
struct display_form {
  bool is_list = false;
  std::vector<expression_ptr> items;
};

struct expression {
  std::variant<number_form, text_form, name_form, ellipsis_form, unary_form,
               binary_form, attribute_form, call_form, subscript_form,
               display_form>
      form;
  place where;
  /// Forms below this one; bounded, so that walking the tree may recurse.
  std::uint32_t depth = 1;
  bool in_parentheses = false;
};

/// Names on the left of one `=`; more than one: unpacking.
struct assignment_target {
  std::vector<std::string> names;
  place where;
};

/// `a = b, c = value`, `a += value` or a bare expression.
struct statement {
  std::vector<assignment_target> targets;
  std::optional<binary_operator> update;
  expression_ptr value;
};

/// `import module as alias`: gives a prefix that means tern's own names.
struct import_alias {
  std::string module;
  std::string alias;
};

struct program_tree {
  std::vector<import_alias> imports;
  std::vector<statement> statements;
};

} // namespace tern::language
