#include "apps/tern/language/parse.hpp"

#include "apps/tern/language/builder.hpp"
#include "apps/tern/language/grammar.hpp"
#include "apps/tern/language/language_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

// What each rule of the grammar does to the builder, and what it is called
// when it is missed.

namespace tern::language {
namespace {

using namespace grammar;

template <class Rule>
struct action : pegtl::nothing<Rule> {};

/// The action of a token: a member of the builder that takes its place.
template <void (builder::*Member)(place)>
struct at_place {
  template <class Input>
  static void apply(const Input& in, builder& b) {
    (b.*Member)({b.offset_of(in.begin()), b.offset_of(in.end())});
  }
};

/// The action of a rule whose parts have all been pushed.
template <void (builder::*Member)()>
struct afterwards {
  static void apply0(builder& b) {
    (b.*Member)();
  }
};

template <builder::bracket Kind>
struct opening {
  template <class Input>
  static void apply(const Input& in, builder& b) {
    b.open(Kind, {b.offset_of(in.begin()), b.offset_of(in.end())});
  }
};

template <int Which>
struct slicing {
  static void apply0(builder& b) {
    b.slice_part(Which);
  }
};

// clang-format off
template <> struct action<number_literal> : at_place<&builder::push_number> {};
template <> struct action<text_literal> : at_place<&builder::push_text> {};
template <> struct action<name_token> : at_place<&builder::push_name> {};
template <> struct action<ellipsis_token> : at_place<&builder::push_ellipsis> {};

template <> struct action<comparison_sign> : at_place<&builder::push_sign> {};
template <> struct action<or_sign> : at_place<&builder::push_sign> {};
template <> struct action<xor_sign> : at_place<&builder::push_sign> {};
template <> struct action<and_sign> : at_place<&builder::push_sign> {};
template <> struct action<sum_sign> : at_place<&builder::push_sign> {};
template <> struct action<product_sign> : at_place<&builder::push_sign> {};
template <> struct action<power_sign> : at_place<&builder::push_sign> {};
template <> struct action<unary_sign> : at_place<&builder::push_sign> {};
template <> struct action<negation> : afterwards<&builder::apply_unary> {};
template <> struct action<power_tail> : afterwards<&builder::apply_binary> {};
template <class Sign, class Operand>
struct action<chain_tail<Sign, Operand>> : afterwards<&builder::apply_binary> {};
template <> struct action<member_name> : at_place<&builder::apply_attribute> {};

template <> struct action<open_group> : opening<builder::bracket::group> {};
template <> struct action<open_list> : opening<builder::bracket::list> {};
template <> struct action<open_call> : opening<builder::bracket::call> {};
template <> struct action<open_subscript> : opening<builder::bracket::subscript> {};
template <> struct action<close_group> : at_place<&builder::close> {};
template <> struct action<close_list> : at_place<&builder::close> {};
template <> struct action<close_call> : at_place<&builder::close> {};
template <> struct action<close_subscript> : at_place<&builder::close> {};
template <> struct action<keyword_name> : at_place<&builder::keyword> {};
template <> struct action<item> : afterwards<&builder::take_item> {};
template <> struct action<call_argument> : afterwards<&builder::take_item> {};
template <> struct action<subscript_argument> : afterwards<&builder::take_item> {};
template <> struct action<comma_token> : afterwards<&builder::comma> {};
template <> struct action<slice_start> : slicing<0> {};
template <> struct action<slice_stop> : slicing<1> {};
template <> struct action<slice_step> : slicing<2> {};
template <> struct action<slice_colon> : afterwards<&builder::slice_colon> {};

template <> struct action<target_name> : at_place<&builder::target> {};
template <> struct action<assignment_sign> : afterwards<&builder::end_targets> {};
template <> struct action<update_operator> : at_place<&builder::update_sign> {};
template <> struct action<grammar::tuple_item> : afterwards<&builder::tuple_item> {};
template <> struct action<grammar::tuple_comma> : afterwards<&builder::tuple_comma> {};
template <> struct action<grammar::statement> : afterwards<&builder::end_statement> {};
template <> struct action<grammar::import_line> : at_place<&builder::import_line> {};
// clang-format on

/// What stands at `at`, for a message.
std::string found(std::string_view source, std::size_t at) {
  if (at >= source.size())
    return "the end";
  if (source[at] == '\n')
    return "the end of the line";
  const auto is_word = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c >= 0x80;
  };
  auto end = at + 1;
  if (is_word(static_cast<unsigned char>(source[at])))
    while (end < source.size()
           && is_word(static_cast<unsigned char>(source[end])))
      ++end;
  const auto word = source.substr(at, std::min<std::size_t>(end - at, 40));
  if (static_cast<unsigned char>(word[0]) < 0x20)
    return fmt::format("the byte {:#04x}", word[0]);
  return fmt::format("'{}'", word);
}

std::string word_at(std::string_view source, std::size_t at) {
  const auto end = source.find_first_not_of("abcdefghijklmnopqrstuvwxyz", at);
  return std::string(source.substr(at, end - at));
}

template <class Rule>
struct expectation {
  static std::string text(const builder&) {
    return "an expression";
  }
};
template <>
struct expectation<grammar::statement_end> {
  static std::string text(const builder&) {
    return "an operator or the end of the statement";
  }
};
template <>
struct expectation<grammar::any_statement> {
  static std::string text(const builder&) {
    return "a statement";
  }
};
template <>
struct expectation<grammar::member_name> {
  static std::string text(const builder&) {
    return "a name after the dot";
  }
};
template <>
struct expectation<grammar::number_end> {
  static std::string text(const builder&) {
    return "an operator after the number";
  }
};
template <char Quote>
struct expectation<end_quote<Quote>> {
  static std::string text(const builder&) {
    return fmt::format("{} at the end of the string", Quote);
  }
};

template <char Bracket>
struct closing {
  static std::string text(const builder& b) {
    return fmt::format("',' or '{}' for the {}", Bracket, b.describe_open());
  }
};
template <>
struct expectation<close_group> : closing<')'> {};
template <>
struct expectation<close_list> : closing<']'> {};
template <>
struct expectation<close_call> : closing<')'> {};
template <>
struct expectation<close_subscript> : closing<']'> {};

/// Strings that are Python's and not this language's: what `at`, a quote, ends
/// or begins, in words; empty for any other place.
std::string foreign_string(std::string_view source, std::size_t& at) {
  if (at >= source.size() || (source[at] != '\'' && source[at] != '"'))
    return {};
  if (at >= 2 && source[at - 1] == source[at] && source[at - 2] == source[at]) {
    at -= 2;
    return "strings in triple quotes";
  }
  auto front = at;
  while (front > 0
         && std::isalpha(static_cast<unsigned char>(source[front - 1])) != 0)
    --front;
  const auto prefix = source.substr(front, at - front);
  if (prefix.empty() || prefix.size() > 2
      || prefix.find_first_not_of("fFrRbBuU") != std::string_view::npos)
    return {};
  at = front;
  return fmt::format("strings with the prefix '{}'", prefix);
}

[[noreturn]] void fail_expected(const std::string& what, const builder& b,
                                std::uint32_t at) {
  const auto source = b.source();
  const place where{at, at + 1};
  if (at < source.size() && source[at] == '=')
    fail_syntax(where, "only names can be assigned to (== compares)");
  std::size_t front = at;
  if (const auto what_it_is = foreign_string(source, front);
      !what_it_is.empty())
    fail_syntax({static_cast<std::uint32_t>(front), at + 1},
                what_it_is + " are not part of this language");
  if (at < source.size() && source[at] == '{')
    fail_syntax(where, "dictionaries and sets are not part of this language");
  if (const auto word = word_at(source, at); is_keyword(word))
    fail_syntax({at, at + static_cast<std::uint32_t>(word.size())},
                advice_against(word));
  fail_syntax(where,
              fmt::format("expected {}, found {}", what, found(source, at)));
}

/// What was copied from an interactive session (a line of it begins with
/// `>>>`) has `...` before lines that go on: these become as many blanks, so
/// that places stay what they are. Elsewhere `...` is an index.
std::string without_prompts(std::string_view source) {
  std::string text(source);
  if (!source.starts_with(">>>")
      && source.find("\n>>>") == std::string_view::npos)
    return text;
  for (auto end = text.find('\n'); end != std::string::npos;
       end = text.find('\n', end + 1)) {
    const auto begin = text.find_first_not_of(" \t", end + 1);
    if (begin != std::string::npos && text.compare(begin, 3, "...") == 0)
      text.replace(begin, 3, 3, ' ');
  }
  return text;
}

template <class Rule>
struct control : pegtl::normal<Rule> {
  template <class Input>
  [[noreturn]] static void raise(const Input& in, builder& b) {
    fail_expected(expectation<Rule>::text(b), b, b.offset_of(in.current()));
  }
};

} // namespace

program_tree parse(std::string_view source) {
  try {
    const auto text = without_prompts(source);
    builder b(text);
    pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf> in(
        text.data(), text.data() + text.size(), "program");
    pegtl::parse<grammar::program, action, control>(in, b);
    return b.finish();
  } catch (const mistake& m) {
    throw language_error(m.why, source, m.where, m.message);
  }
}

} // namespace tern::language
