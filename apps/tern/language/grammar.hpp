#pragma once

#include "apps/tern/language/builder.hpp"

#include <tao/pegtl.hpp>

// The grammar, from tokens up to programs. Precedence and forms are Python's,
// as far as they are here (https://docs.python.org/3/reference/grammar.html):
//
//   program     = { separator } { statement separator }
//   statement   = import | { targets "=" } expressions
//               | name operator"=" expressions
//   expression  = comparison of | ^ & + - * / // % @ unary, ** postfix
//   postfix     = atom { "(" arguments ")" | "[" items "]" | "." name }
//
// A rule either fails before a token that changes the builder's stack, or must
// succeed: the stack is never to be wound back. Where one token
// does not decide (`name =` in statements and arguments), a look-ahead does.

namespace tern::language::grammar {

namespace pegtl = tao::pegtl;

/// Spaces, comments and joined lines; line ends too inside of brackets.
struct spaces {
  using rule_t = spaces;
  using subs_t = pegtl::empty_list;

  template <pegtl::apply_mode, pegtl::rewind_mode,
            template <class...> class Action, template <class...> class Control,
            class Input>
  static bool match(Input& in, builder& b) {
    while (!in.empty() && skip_one(in, b.in_brackets())) {
    }
    return true;
  }

private:
  template <class Input>
  static bool skip_one(Input& in, bool lines) {
    const char c = in.peek_char();
    if (c == '#')
      while (!in.empty() && in.peek_char() != '\n')
        in.bump();
    else if (c == '\\' && in.size(2) > 1 && in.peek_char(1) == '\n')
      in.bump(2);
    else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n'))
      in.bump();
    else
      return false;
    return true;
  }
};

/// `Rule`, counted as one level of nesting.
template <class Rule>
struct nested {
  using rule_t = nested;
  using subs_t = pegtl::type_list<Rule>;

  template <pegtl::apply_mode A, pegtl::rewind_mode M,
            template <class...> class Action, template <class...> class Control,
            class Input>
  static bool match(Input& in, builder& b) {
    const auto at = b.offset_of(in.current());
    b.enter({at, at + 1});
    const bool matched =
        Control<Rule>::template match<A, M, Action, Control>(in, b);
    b.leave();
    return matched;
  }
};

/// A token and the spaces after it.
template <class Rule>
struct token : pegtl::seq<Rule, spaces> {};

// --- tokens that have actions

struct digits
  : pegtl::seq<
        pegtl::digit,
        pegtl::star<pegtl::seq<pegtl::opt<pegtl::one<'_'>>, pegtl::digit>>> {};
struct exponent
  : pegtl::seq<pegtl::one<'e', 'E'>, pegtl::opt<pegtl::one<'+', '-'>>, digits> {
};
struct fraction : pegtl::seq<pegtl::one<'.'>, pegtl::opt<digits>> {};
struct number_literal
  : pegtl::seq<pegtl::sor<pegtl::seq<digits, pegtl::opt<fraction>>,
                          pegtl::seq<pegtl::one<'.'>, digits>>,
               pegtl::opt<exponent>, pegtl::opt<pegtl::one<'j', 'J'>>> {};
struct number_end : pegtl::not_at<pegtl::identifier_other> {};

template <char Quote>
struct quoted
  : pegtl::star<pegtl::sor<
        pegtl::seq<pegtl::one<'\\'>, pegtl::not_one<'\n'>>,
        pegtl::seq<pegtl::not_at<pegtl::one<Quote, '\\', '\n'>>, pegtl::any>>> {
};
template <char Quote>
struct end_quote : pegtl::one<Quote> {};
struct text_literal
  : pegtl::sor<
        pegtl::if_must<pegtl::one<'"'>, quoted<'"'>, end_quote<'"'>>,
        pegtl::if_must<pegtl::one<'\''>, quoted<'\''>, end_quote<'\''>>> {};

struct name_token : pegtl::identifier {};
struct ellipsis_token : pegtl::string<'.', '.', '.'> {};

struct comparison_sign
  : pegtl::sor<pegtl::string<'=', '='>, pegtl::string<'!', '='>,
               pegtl::string<'<', '='>, pegtl::string<'>', '='>,
               pegtl::one<'<', '>'>> {};
/// A sign that is not the front of `sign=`.
template <class Sign>
struct plain : pegtl::seq<Sign, pegtl::not_at<pegtl::one<'='>>> {};
struct or_sign : plain<pegtl::one<'|'>> {};
struct xor_sign : plain<pegtl::one<'^'>> {};
struct and_sign : plain<pegtl::one<'&'>> {};
struct sum_sign : plain<pegtl::one<'+', '-'>> {};
struct product_sign
  : pegtl::sor<plain<pegtl::string<'/', '/'>>,
               pegtl::seq<pegtl::not_at<pegtl::string<'*', '*'>>,
                          plain<pegtl::one<'*', '/', '%', '@'>>>> {};
struct power_sign : plain<pegtl::string<'*', '*'>> {};
struct unary_sign : pegtl::one<'-', '+', '~'> {};

// --- expressions

struct expression;
struct expected_expression : pegtl::seq<expression> {};

struct open_group : pegtl::one<'('> {};
struct close_group : pegtl::one<')'> {};
struct open_list : pegtl::one<'['> {};
struct close_list : pegtl::one<']'> {};
struct open_call : pegtl::one<'('> {};
struct close_call : pegtl::one<')'> {};
struct open_subscript : pegtl::one<'['> {};
struct close_subscript : pegtl::one<']'> {};

struct comma_token : pegtl::one<','> {};
/// Items with commas between them and perhaps one at the end.
template <class Item>
struct items : pegtl::opt<Item, pegtl::star<token<comma_token>, Item>,
                          pegtl::opt<token<comma_token>>> {};

struct item : pegtl::seq<expression> {};
struct group : pegtl::if_must<token<open_group>, items<item>, close_group> {};
struct list : pegtl::if_must<token<open_list>, items<item>, close_list> {};

struct keyword_name : pegtl::identifier {};
struct keyword_head : pegtl::seq<token<keyword_name>, pegtl::one<'='>,
                                 pegtl::not_at<pegtl::one<'='>>, spaces> {};
struct call_argument
  : pegtl::sor<pegtl::seq<pegtl::at<keyword_head>, keyword_head,
                          pegtl::must<expected_expression>>,
               expression> {};
struct call_suffix
  : pegtl::if_must<token<open_call>, items<call_argument>, close_call> {};

struct slice_start : pegtl::seq<expression> {};
struct slice_stop : pegtl::seq<expression> {};
struct slice_step : pegtl::seq<expression> {};
struct slice_colon : pegtl::one<':'> {};
struct slice_tail
  : pegtl::seq<token<slice_colon>, pegtl::opt<slice_stop>,
               pegtl::opt<pegtl::one<':'>, spaces, pegtl::opt<slice_step>>> {};
struct subscript_argument
  : pegtl::sor<slice_tail, pegtl::seq<slice_start, pegtl::opt<slice_tail>>> {};
struct subscript_items : items<subscript_argument> {};
struct subscript_suffix
  : pegtl::if_must<token<open_subscript>, subscript_items, close_subscript> {};

struct member_name : pegtl::identifier {};
struct member_suffix : pegtl::if_must<token<pegtl::one<'.'>>, member_name> {};

struct number_atom : pegtl::seq<number_literal, pegtl::must<number_end>> {};
struct atom
  : pegtl::sor<token<number_atom>, token<text_literal>, token<ellipsis_token>,
               token<name_token>, token<group>, token<list>> {};
struct postfix
  : pegtl::seq<atom, pegtl::star<
                         pegtl::sor<token<call_suffix>, token<subscript_suffix>,
                                    token<member_suffix>>>> {};

struct factor;
struct expected_factor : nested<factor> {};
struct negation : pegtl::if_must<token<unary_sign>, expected_factor> {};
struct power_tail : pegtl::if_must<token<power_sign>, expected_factor> {};
struct factor
  : pegtl::sor<negation, pegtl::seq<postfix, pegtl::opt<power_tail>>> {};

/// Operands with a left-associative sign between them.
template <class Sign, class Operand>
struct expected_operand : Operand {};
template <class Sign, class Operand>
struct chain_tail
  : pegtl::if_must<token<Sign>, expected_operand<Sign, Operand>> {};
template <class Sign, class Operand>
struct chain : pegtl::seq<Operand, pegtl::star<chain_tail<Sign, Operand>>> {};

struct product : chain<product_sign, factor> {};
struct sum : chain<sum_sign, product> {};
struct conjunction : chain<and_sign, sum> {};
struct difference : chain<xor_sign, conjunction> {};
struct disjunction : chain<or_sign, difference> {};
struct expression : chain<comparison_sign, disjunction> {};

// --- statements

struct target_name : pegtl::identifier {};
struct targets
  : pegtl::seq<token<target_name>,
               pegtl::star<token<pegtl::one<','>>, token<target_name>>> {};
struct assignment_sign
  : pegtl::seq<pegtl::one<'='>, pegtl::not_at<pegtl::one<'='>>> {};
struct assignment_head : pegtl::seq<targets, token<assignment_sign>> {};

struct update_operator
  : pegtl::sor<pegtl::string<'/', '/'>, pegtl::string<'*', '*'>,
               pegtl::one<'+', '-', '*', '/', '%', '@', '&', '|', '^'>> {};
struct update_head
  : pegtl::seq<token<target_name>, update_operator, token<pegtl::one<'='>>> {};

struct tuple_item : pegtl::seq<expression> {};
struct tuple_comma : pegtl::one<','> {};
struct tuple_items
  : pegtl::seq<tuple_item, pegtl::star<token<tuple_comma>, tuple_item>,
               pegtl::opt<token<tuple_comma>>> {};
struct assigned : pegtl::seq<tuple_items> {};
struct expressions
  : pegtl::sor<
        pegtl::seq<pegtl::at<update_head>, update_head, pegtl::must<assigned>>,
        pegtl::seq<pegtl::plus<pegtl::at<assignment_head>, assignment_head>,
                   pegtl::must<assigned>>,
        tuple_items> {};

struct statement : pegtl::seq<expressions> {};

struct import_line
  : pegtl::seq<pegtl::sor<pegtl::keyword<'i', 'm', 'p', 'o', 'r', 't'>,
                          pegtl::keyword<'f', 'r', 'o', 'm'>>,
               pegtl::star<pegtl::not_one<'\n', ';', '#'>>> {};

struct separator : pegtl::one<';', '\n'> {};
struct prompt : pegtl::string<'>', '>', '>'> {};
struct gaps
  : pegtl::seq<spaces, pegtl::star<pegtl::sor<separator, prompt>, spaces>> {};
struct statement_end : pegtl::sor<separator, pegtl::eof> {};
struct any_statement : pegtl::sor<import_line, statement> {};
struct program
  : pegtl::seq<gaps, pegtl::until<pegtl::eof, pegtl::must<any_statement>,
                                  spaces, pegtl::must<statement_end>, gaps>> {};

} // namespace tern::language::grammar
