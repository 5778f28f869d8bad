#pragma once

#include "apps/tern/language/ast.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::language {

/// Words that Python keeps for itself, and what to say about them here.
bool is_keyword(std::string_view word);
std::string advice_against(std::string_view word);

/// Puts the tree together while the grammar recognises the text: a stack
/// machine. Expressions that are recognised are pushed; operators, brackets
/// and statements take them from the stack again.
///
/// All limits on the text are kept here: nesting, depth of the tree, length.
class builder {
public:
  /// More brackets, signs or powers inside one another are refused.
  static constexpr std::uint32_t deepest_nesting = 200;
  /// A tree that is deeper is refused: a chain of so many operators.
  static constexpr std::uint32_t deepest_tree = 1000;
  static constexpr std::size_t longest_text = 1 << 20;

  enum class bracket { group, list, call, subscript };

  explicit builder(std::string_view source);

  std::string_view source() const noexcept {
    return source_;
  }
  std::uint32_t offset_of(const char* position) const noexcept {
    return static_cast<std::uint32_t>(position - source_.data());
  }
  /// Inside of brackets, where a line's end is a space.
  bool in_brackets() const noexcept {
    return !brackets_.empty();
  }

  // literals and names
  void push_number(place where);
  void push_text(place where);
  void push_name(place where);
  void push_ellipsis(place where);

  // operators: the sign first, applied when its operands are there
  void push_sign(place where);
  void apply_unary();
  void apply_binary();
  void apply_attribute(place member);

  // brackets and what they hold
  void open(bracket kind, place where);
  void keyword(place where);
  void take_item();
  void comma();
  void slice_part(int which);
  void slice_colon();
  void close(place where);
  /// "'(' of line 3": the innermost bracket.
  std::string describe_open() const;

  // statements
  void target(place where);
  void end_targets();
  void update_sign(place where);
  void tuple_item();
  void tuple_comma();
  void end_statement();
  void import_line(place where);

  /// Counts a level of nesting that has no brackets.
  void enter(place where);
  void leave() noexcept {
    --nesting_;
  }

  program_tree finish() {
    return std::move(tree_);
  }

private:
  struct open_bracket {
    bracket kind;
    place where;
    bool comma = false;
    std::string keyword;
    place keyword_place;
    subscript_item item;
    bool item_begun = false;
    std::vector<expression_ptr> items;
    std::vector<argument> arguments;
    std::vector<subscript_item> subscripts;
  };

  std::string_view at(place where) const {
    return source_.substr(where.begin, where.end - where.begin);
  }
  void push(expression e);
  expression_ptr pop();

  std::string_view source_;
  std::vector<expression_ptr> operands_;
  std::vector<place> signs_;
  std::vector<open_bracket> brackets_;
  std::uint32_t nesting_ = 0;
  program_tree tree_;
  // of the statement that is being read
  std::vector<assignment_target> targets_;
  assignment_target target_;
  std::optional<binary_operator> update_;
  std::vector<expression_ptr> tuple_;
  bool tuple_comma_ = false;
};

} // namespace tern::language
