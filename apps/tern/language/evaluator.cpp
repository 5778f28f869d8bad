#include "apps/tern/language/evaluator.hpp"

#include "apps/tern/language/known_names.hpp"
#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/literal_arrays.hpp"
#include "apps/tern/language/nearest.hpp"
#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>

// Names are looked up as variables first, then as constants, modules and
// functions. Modules are prefixes only: `np.`, `da.` and `dask.array.` all
// lead to the same names, `random.` to those of random numbers.

namespace tern::language {
namespace {

/// More would be a graph nobody reads, and one whose walk runs too deep.
constexpr std::size_t most_operations = 10'000;
constexpr std::size_t most_items = 1'000;
constexpr std::size_t longest_words = 60;

/// Everything in it, itself included.
std::size_t weight(const program_value& v) {
  std::size_t n = 1;
  if (const auto* s = std::get_if<sequence_value>(&v))
    for (const auto& item : s->items)
      n += weight(item);
  return n;
}

program_value checked(sequence_value s, place where) {
  program_value v(std::move(s));
  if (weight(v) > most_items)
    fail_type(where,
              fmt::format("a tuple or list of more than {} items", most_items));
  return v;
}

opcode opcode_of(binary_operator op) {
  switch (op) {
  case binary_operator::add:
    return opcode::add;
  case binary_operator::subtract:
    return opcode::subtract;
  case binary_operator::multiply:
    return opcode::multiply;
  case binary_operator::divide:
    return opcode::divide;
  case binary_operator::floor_divide:
    return opcode::floor_divide;
  case binary_operator::remainder:
    return opcode::remainder;
  case binary_operator::power:
    return opcode::power;
  case binary_operator::bit_and:
    return opcode::bit_and;
  case binary_operator::bit_or:
    return opcode::bit_or;
  case binary_operator::bit_xor:
    return opcode::bit_xor;
  case binary_operator::equal:
    return opcode::equal;
  case binary_operator::not_equal:
    return opcode::not_equal;
  case binary_operator::less:
    return opcode::less;
  case binary_operator::less_equal:
    return opcode::less_equal;
  case binary_operator::greater:
    return opcode::greater;
  default:
    return opcode::greater_equal;
  }
}

bool is_operand(const program_value& v) {
  return std::holds_alternative<array>(v) || std::holds_alternative<scalar>(v);
}

value operand_in(const program_value& v) {
  if (const auto* a = std::get_if<array>(&v))
    return *a;
  return std::get<scalar>(v);
}

} // namespace

evaluator::evaluator(std::string_view source, const evaluate_options& options)
  : source_(source), context_{options.default_chunks, 0},
    compute_(options.compute), modules_{{"np", ""},
                                        {"numpy", ""},
                                        {"da", ""},
                                        {"dask", "dask"},
                                        {"tern", ""}} {}

program_value evaluator::run(const program_tree& tree) {
  for (const auto& import : tree.imports)
    add_import(import);
  program_value result = none_value{};
  bool by_expression = false;
  const statement* giver = nullptr;
  for (const auto& s : tree.statements) {
    auto v = run(s);
    const bool is_expression = s.targets.empty();
    if (is_expression || !by_expression) {
      result = std::move(v);
      giver = &s;
    }
    by_expression |= is_expression;
  }
  if (std::holds_alternative<function_value>(result)
      || std::holds_alternative<ellipsis_value>(result))
    fail_type(giver->value->where,
              fmt::format("the program's result is {}, not a value",
                          describe(result)));
  return result;
}

void evaluator::add_import(const import_alias& import) {
  static constexpr std::string_view known[] = {"numpy", "dask.array", "tern"};
  if (std::find(std::begin(known), std::end(known), import.module)
      != std::end(known))
    modules_[import.alias] = "";
}

program_value evaluator::run(const statement& s) {
  auto v = of(*s.value);
  if (s.update) {
    const auto& name = s.targets.front().names.front();
    const auto known = variables_.find(name);
    if (known == variables_.end())
      fail_name(s.targets.front().where,
                fmt::format("'{}' has no value yet", name));
    const place where{s.targets.front().where.begin, s.value->where.end};
    v = apply(*s.update, known->second, v, where);
  }
  for (const auto& target : s.targets)
    assign(target, v);
  return v;
}

void evaluator::assign(const assignment_target& target,
                       const program_value& v) {
  if (target.names.size() == 1) {
    variables_[target.names.front()] = v;
    return;
  }
  const auto* s = std::get_if<sequence_value>(&v);
  if (!s || s->items.size() != target.names.size())
    fail_type(target.where,
              fmt::format("{} names for {}", target.names.size(),
                          s ? fmt::format("{} values", s->items.size())
                            : describe(v)));
  for (std::size_t i = 0; i < s->items.size(); ++i)
    variables_[target.names[i]] = s->items[i];
}

program_value evaluator::of(const expression& e) {
  return std::visit([&](const auto& form) { return of(e, form); }, e.form);
}

program_value evaluator::of(const expression&, const number_form& n) {
  return n.value;
}

program_value evaluator::of(const expression&, const text_form& t) {
  return t.characters;
}

program_value evaluator::of(const expression&, const ellipsis_form&) {
  return ellipsis_value{};
}

program_value evaluator::of(const expression& e, const name_form& n) {
  if (const auto v = variables_.find(n.identifier); v != variables_.end())
    return v->second;
  if (const auto m = modules_.find(n.identifier); m != modules_.end())
    return function_value{m->second};
  if (auto v = known_name(n.identifier))
    return *std::move(v);
  auto names = known_names("");
  for (const auto& [variable, v] : variables_)
    names.push_back(variable);
  for (const auto& [module, path] : modules_)
    names.push_back(module);
  fail_name(e.where, fmt::format("unknown name '{}'{}", n.identifier,
                                 suggestion(n.identifier, names)));
}

program_value evaluator::located(place where,
                                 const std::function<program_value()>& f) {
  if (++operations_ > most_operations)
    fail_type(where, fmt::format("more than {} operations in one program",
                                 most_operations));
  try {
    program_value v = f();
    if (const auto* a = std::get_if<array>(&v))
      return a->named(words_of(where));
    return v;
  } catch (const expression_error& error) {
    throw mistake{language_error::kind::expression, where, error.what()};
  } catch (const arithmetic_error& error) {
    throw mistake{language_error::kind::type, where, error.what()};
  } catch (const std::bad_alloc&) {
    throw mistake{language_error::kind::expression, where,
                  "this does not fit into memory even as an expression"};
  }
}

/// The text of an operation in one short line.
std::string evaluator::words_of(place where) const {
  std::string words;
  for (char c : source_.substr(where.begin, where.end - where.begin)) {
    const bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank)
      words += c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  if (words.size() <= longest_words)
    return words;
  const auto is_inside = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
  };
  auto front = longest_words - 20;
  while (front > 0 && is_inside(words[front]))
    --front;
  auto back = words.size() - 17;
  while (back < words.size() && is_inside(words[back]))
    ++back;
  return words.substr(0, front) + "..." + words.substr(back);
}

program_value evaluator::of(const expression& e, const unary_form& u) {
  const auto v = of(*u.operand);
  if (!is_operand(v))
    fail_type(e.where, fmt::format("{} has no sign", describe(v)));
  return located(e.where, [&]() -> program_value {
    if (const auto* x = std::get_if<scalar>(&v))
      return calculate(u.op, *x);
    const auto& a = std::get<array>(v);
    switch (u.op) {
    case unary_operator::negative:
      return unary(opcode::negative, a);
    case unary_operator::invert:
      return unary(opcode::bit_not, a);
    default:
      return a;
    }
  });
}

program_value evaluator::of(const expression& e, const binary_form& b) {
  const auto left = of(*b.left);
  const auto right = of(*b.right);
  return apply(b.op, left, right, e.where);
}

program_value evaluator::apply(binary_operator op, const program_value& left,
                               const program_value& right, place where) {
  const auto* a = std::get_if<array>(&left);
  const auto* b = std::get_if<array>(&right);
  if (is_operand(left) && is_operand(right))
    return located(where, [&]() -> program_value {
      if (!a && !b)
        return calculate(op, std::get<scalar>(left), std::get<scalar>(right));
      if (op != binary_operator::matmul)
        return binary(opcode_of(op), operand_in(left), operand_in(right));
      if (!a || !b)
        throw arithmetic_error("@ needs arrays on both sides");
      return matmul(*a, *b);
    });
  if (!a && !b && op == binary_operator::equal)
    return scalar(same(left, right));
  if (!a && !b && op == binary_operator::not_equal)
    return scalar(!same(left, right));
  const auto* s = std::get_if<sequence_value>(&left);
  const auto* t = std::get_if<sequence_value>(&right);
  if ((a && t) || (s && b)) // beside an array a list is one
    return located(where, [&] {
      return apply(op, literal_array(left), literal_array(right), where);
    });
  if (op == binary_operator::add && s && t && s->is_list == t->is_list) {
    auto joined = *s;
    joined.items.insert(joined.items.end(), t->items.begin(), t->items.end());
    return checked(std::move(joined), where);
  }
  fail_type(where, fmt::format("{} does not work on {} and {}", sign_of(op),
                               describe(left), describe(right)));
}

program_value evaluator::of(const expression& e, const display_form& d) {
  sequence_value s{d.is_list, {}};
  for (const auto& item : d.items)
    s.items.push_back(of(*item));
  return checked(std::move(s), e.where);
}

} // namespace tern::language
