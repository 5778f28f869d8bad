#include "apps/tern/language/builder.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/literals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tern::language {
std::string advice_against(std::string_view word) {
  if (word == "and")
    return "'and' does not work on arrays: use & between parentheses";
  if (word == "or")
    return "'or' does not work on arrays: use | between parentheses";
  if (word == "not")
    return "'not' does not work on arrays: use ~";
  return fmt::format("'{}' is not part of this language", word);
}

bool is_keyword(std::string_view word) {
  static constexpr std::string_view words[] = {
      "and",    "or",       "not",   "if",     "else",     "elif",   "for",
      "while",  "def",      "class", "lambda", "return",   "in",     "is",
      "with",   "import",   "from",  "as",     "del",      "pass",   "yield",
      "assert", "async",    "await", "break",  "continue", "except", "finally",
      "global", "nonlocal", "raise", "try"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

namespace {

expression made(place where, decltype(expression::form) form,
                std::uint32_t depth = 1) {
  return {std::move(form), where, depth, false};
}

} // namespace

builder::builder(std::string_view source) : source_(source) {
  if (source.size() > longest_text)
    fail_syntax({}, fmt::format("a program of {} bytes; {} are allowed",
                                source.size(), longest_text));
}

void builder::push(expression e) {
  if (e.depth > deepest_tree)
    fail_syntax(e.where,
                fmt::format("a chain of more than {} operations in one "
                            "expression: give parts of it a name",
                            deepest_tree));
  operands_.push_back(std::make_unique<expression>(std::move(e)));
}

expression_ptr builder::pop() {
  auto e = std::move(operands_.back());
  operands_.pop_back();
  return e;
}

void builder::push_number(place where) {
  push(made(where, number_form{number_of(at(where), where)}));
}

void builder::push_text(place where) {
  push(made(where, text_form{characters_of(at(where), where)}));
}

void builder::push_name(place where) {
  if (is_keyword(at(where)))
    fail_syntax(where, advice_against(at(where)));
  push(made(where, name_form{std::string(at(where))}));
}

void builder::push_ellipsis(place where) {
  push(made(where, ellipsis_form{}));
}

void builder::push_sign(place where) {
  signs_.push_back(where);
}

void builder::apply_unary() {
  auto operand = pop();
  const auto sign = std::exchange(signs_.back(), {});
  signs_.pop_back();
  const char c = source_[sign.begin];
  const auto op = c == '-'   ? unary_operator::negative
                  : c == '+' ? unary_operator::positive
                             : unary_operator::invert;
  const place where{sign.begin, operand->where.end};
  const auto depth = operand->depth + 1;
  push(made(where, unary_form{op, std::move(operand)}, depth));
}

void builder::apply_binary() {
  auto right = pop();
  auto left = pop();
  const auto sign = signs_.back();
  signs_.pop_back();
  const auto op = operator_of(at(sign)).value();
  if (const auto* chained = std::get_if<binary_form>(&left->form);
      chained && !left->in_parentheses && is_comparison(op)
      && is_comparison(chained->op))
    fail_syntax(sign, "a chain of comparisons: write (a < b) & (b < c)");
  const place where{left->where.begin, right->where.end};
  const auto depth = std::max(left->depth, right->depth) + 1;
  push(made(where, binary_form{op, std::move(left), std::move(right)}, depth));
}

void builder::apply_attribute(place member) {
  auto object = pop();
  const place where{object->where.begin, member.end};
  const auto depth = object->depth + 1;
  push(made(where,
            attribute_form{std::move(object), std::string(at(member)), member},
            depth));
}

void builder::enter(place where) {
  if (++nesting_ > deepest_nesting)
    fail_syntax(where, fmt::format("nested deeper than {}", deepest_nesting));
}

void builder::open(bracket kind, place where) {
  enter(where);
  auto& b = brackets_.emplace_back();
  b.kind = kind;
  b.where = where;
}

void builder::keyword(place where) {
  brackets_.back().keyword = at(where);
  brackets_.back().keyword_place = where;
}

/// The expression on top is an item of the innermost bracket.
void builder::take_item() {
  auto& b = brackets_.back();
  switch (b.kind) {
  case bracket::call:
    if (b.keyword.empty() && !b.arguments.empty()
        && !b.arguments.back().keyword.empty())
      fail_syntax(operands_.back()->where,
                  "a positional argument after a keyword argument");
    b.arguments.push_back(
        {std::exchange(b.keyword, {}), b.keyword_place, pop()});
    break;
  case bracket::subscript:
    b.subscripts.push_back(std::exchange(b.item, {}));
    break;
  default:
    b.items.push_back(pop());
  }
}

void builder::comma() {
  brackets_.back().comma = true;
}

void builder::slice_part(int which) {
  auto& item = brackets_.back().item;
  (which == 0 ? item.start : which == 1 ? item.stop : item.step) = pop();
}

void builder::slice_colon() {
  brackets_.back().item.is_slice = true;
}

namespace {

std::uint32_t depth_of(const expression_ptr& e) {
  return e ? e->depth : 0;
}

template <class Items, class Depth>
std::uint32_t deepest(const Items& items, Depth&& depth) {
  std::uint32_t result = 0;
  for (const auto& item : items)
    result = std::max(result, depth(item));
  return result;
}

} // namespace

void builder::close(place where) {
  auto b = std::move(brackets_.back());
  brackets_.pop_back();
  leave();
  if (b.kind == bracket::group && b.items.size() == 1 && !b.comma) {
    auto inner = std::move(b.items.front());
    inner->where = {b.where.begin, where.end};
    inner->in_parentheses = true;
    operands_.push_back(std::move(inner));
    return;
  }
  if (b.kind == bracket::group || b.kind == bracket::list) {
    const auto depth = deepest(b.items, depth_of) + 1;
    push(made({b.where.begin, where.end},
              display_form{b.kind == bracket::list, std::move(b.items)},
              depth));
    return;
  }
  if (b.kind == bracket::subscript && b.subscripts.empty())
    fail_syntax(where, "expected an index between [ and ]");
  auto object = pop();
  const place whole{object->where.begin, where.end};
  if (b.kind == bracket::call) {
    const auto below =
        deepest(b.arguments, [](const auto& a) { return depth_of(a.value); });
    const auto depth = std::max(below, object->depth) + 1;
    push(made(whole, call_form{std::move(object), std::move(b.arguments)},
              depth));
    return;
  }
  const auto below = deepest(b.subscripts, [](const auto& i) {
    return std::max({depth_of(i.start), depth_of(i.stop), depth_of(i.step)});
  });
  const auto depth = std::max(below, object->depth) + 1;
  push(made(whole, subscript_form{std::move(object), std::move(b.subscripts)},
            depth));
}

std::string builder::describe_open() const {
  const auto& b = brackets_.back();
  const auto before = source_.substr(0, b.where.begin);
  return fmt::format("'{}' of line {}", at(b.where),
                     std::count(before.begin(), before.end(), '\n') + 1);
}

void builder::target(place where) {
  if (is_keyword(at(where)))
    fail_syntax(where, advice_against(at(where)));
  for (const std::string_view constant : {"True", "False", "None"})
    if (at(where) == constant)
      fail_syntax(where, fmt::format("{} is no name for a value", constant));
  if (target_.names.empty())
    target_.where = where;
  target_.where.end = where.end;
  target_.names.emplace_back(at(where));
}

void builder::end_targets() {
  targets_.push_back(std::exchange(target_, {}));
}

void builder::update_sign(place where) {
  update_ = operator_of(at(where)).value();
  end_targets();
}

void builder::tuple_item() {
  tuple_.push_back(pop());
}

void builder::tuple_comma() {
  tuple_comma_ = true;
}

void builder::end_statement() {
  if (tuple_.size() > 1 || tuple_comma_) {
    const place where{tuple_.front()->where.begin, tuple_.back()->where.end};
    const auto depth = deepest(tuple_, depth_of) + 1;
    push(made(where, display_form{false, std::exchange(tuple_, {})}, depth));
    tuple_.push_back(pop());
  }
  tree_.statements.push_back({std::exchange(targets_, {}),
                              std::exchange(update_, {}),
                              std::move(tuple_.front())});
  tuple_.clear();
  tuple_comma_ = false;
}

/// Only `import module as alias` means something: a further prefix. Others
/// are accepted, since every name is there without them.
void builder::import_line(place where) {
  std::vector<std::string> words(1);
  for (char c : at(where))
    if (c == ' ' || c == '\t' || c == ',')
      words.emplace_back();
    else
      words.back() += c;
  std::erase_if(words, [](const auto& word) { return word.empty(); });
  if (words.front() != "import")
    return;
  for (std::size_t i = 3; i < words.size(); ++i)
    if (words[i - 1] == "as")
      tree_.imports.push_back({words[i - 2], words[i]});
}

} // namespace tern::language
