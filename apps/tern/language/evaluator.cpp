#include "apps/tern/language/evaluator.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/nearest.hpp"
#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>
#include <numbers>

// Names are looked up as variables first, then as constants, modules and
// functions. Modules are prefixes only: `np.`, `da.` and `dask.array.` all
// lead to the same names, `random.` to those of random numbers.

namespace tern::language {
namespace {

/// More would be a graph nobody reads, and one whose walk runs too deep.
constexpr std::size_t most_operations = 10'000;
constexpr std::size_t most_items = 1'000;
constexpr std::size_t longest_words = 60;

struct constant {
  std::string_view name;
  program_value value;
};

const std::vector<constant>& constants() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  static const std::vector<constant> table{
      {"True", scalar(true)},
      {"False", scalar(false)},
      {"None", none_value{}},
      {"newaxis", none_value{}},
      {"nan", scalar(nan)},
      {"inf", scalar(inf)},
      {"pi", scalar(std::numbers::pi)},
      {"e", scalar(std::numbers::e)},
      {"bool", dtype::boolean},
      {"bool_", dtype::boolean},
      {"int", dtype::int64},
      {"int64", dtype::int64},
      {"float", dtype::float64},
      {"float32", dtype::float32},
      {"float64", dtype::float64},
  };
  return table;
}

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

sequence_value tuple_of(const shape& s) {
  sequence_value result;
  for (auto extent : s)
    result.items.push_back(scalar(extent));
  return result;
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

/// A number as the dtype would hold it.
scalar converted(const scalar& x, dtype type) {
  const double number = as_double(x);
  switch (type) {
  case dtype::boolean:
    return number != 0;
  case dtype::float32:
    return static_cast<double>(static_cast<float>(number));
  case dtype::float64:
    return number;
  default:
    if (!std::holds_alternative<double>(x))
      return calculate(unary_operator::positive, x);
    if (!(number > -0x1p63 && number < 0x1p63))
      throw arithmetic_error("the number does not fit into int64");
    return static_cast<std::int64_t>(number);
  }
}

/// Attributes of arrays that are no methods.
std::optional<program_value> property(const array& a, std::string_view name) {
  if (name == "T")
    return a.transpose();
  if (name == "shape")
    return tuple_of(a.shape());
  if (name == "dtype")
    return a.type();
  if (name == "size")
    return scalar(a.size());
  if (name == "ndim")
    return scalar(static_cast<std::int64_t>(a.ndim()));
  if (name == "nbytes")
    return scalar(a.size() * static_cast<std::int64_t>(size_of(a.type())));
  return {};
}

std::vector<std::string> array_members() {
  std::vector<std::string> names{"T",    "shape", "dtype",
                                 "size", "ndim",  "nbytes"};
  for (const auto& f : functions())
    if (f.is_method)
      names.emplace_back(f.name);
  return names;
}

} // namespace

evaluator::evaluator(std::string_view source, chunk_spec default_chunks)
  : source_(source), context_{std::move(default_chunks), 0},
    modules_{
        {"np", ""}, {"numpy", ""}, {"da", ""}, {"dask", "dask"}, {"tern", ""}} {
}

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
  if (auto v = look_up(n.identifier))
    return *std::move(v);
  auto names = names_in("");
  for (const auto& [variable, v] : variables_)
    names.push_back(variable);
  for (const auto& [module, path] : modules_)
    names.push_back(module);
  fail_name(e.where, fmt::format("unknown name '{}'{}", n.identifier,
                                 suggestion(n.identifier, names)));
}

/// A constant or function by its path from the module of all names.
std::optional<program_value> evaluator::look_up(const std::string& path) const {
  for (const auto& c : constants())
    if (c.name == path)
      return c.value;
  if (find_function(path))
    return function_value{path};
  return {};
}

std::vector<std::string> evaluator::names_in(const std::string& module) const {
  std::vector<std::string> names;
  const auto prefix = module.empty() ? "" : module + ".";
  for (const auto& c : constants())
    if (prefix.empty())
      names.emplace_back(c.name);
  for (const auto& f : functions())
    if (f.name.starts_with(prefix))
      names.emplace_back(f.name.substr(prefix.size()));
  return names;
}

template <class F>
program_value evaluator::located(place where, F&& f) {
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
      return a->dot(*b);
    });
  if (!a && !b && op == binary_operator::equal)
    return scalar(same(left, right));
  if (!a && !b && op == binary_operator::not_equal)
    return scalar(!same(left, right));
  const auto* s = std::get_if<sequence_value>(&left);
  const auto* t = std::get_if<sequence_value>(&right);
  if (op == binary_operator::add && s && t && s->is_list == t->is_list) {
    auto joined = *s;
    joined.items.insert(joined.items.end(), t->items.begin(), t->items.end());
    return checked(std::move(joined), where);
  }
  fail_type(where, fmt::format("{} does not work on {} and {}", sign_of(op),
                               describe(left), describe(right)));
}

program_value evaluator::of(const expression& e, const attribute_form& a) {
  return member(e, a, of(*a.object));
}

program_value evaluator::member(const expression& e, const attribute_form& a,
                                const program_value& object) {
  if (const auto* f = std::get_if<function_value>(&object)) {
    if (f->path == "dask" && a.member == "array")
      return function_value{""};
    if (auto v = look_up(f->path.empty() ? a.member : f->path + "." + a.member))
      return *std::move(v);
    fail_name(a.member_place,
              fmt::format("there is no '{}'{}{}", a.member,
                          f->path.empty() ? "" : " in " + f->path,
                          suggestion(a.member, names_in(f->path))));
  }
  const auto* x = std::get_if<array>(&object);
  if (!x)
    fail_name(a.member_place, fmt::format("{} has no attribute '{}'",
                                          describe(object), a.member));
  std::optional<program_value> v;
  if (const auto p = located(e.where,
                             [&]() -> program_value {
                               v = property(*x, a.member);
                               return v.value_or(none_value{});
                             });
      v)
    return p;
  if (const auto* f = find_function(a.member); f && f->is_method)
    fail_type(e.where,
              fmt::format("'{0}' is a method: call it as .{0}(...)", a.member));
  fail_name(a.member_place,
            fmt::format("arrays have no '{}'{}", a.member,
                        find_function(a.member)
                            ? fmt::format("; write {}(...)", a.member)
                            : suggestion(a.member, array_members())));
}

std::vector<given_argument> evaluator::evaluate_arguments(const call_form& c) {
  std::vector<given_argument> given;
  for (const auto& a : c.arguments)
    given.push_back({a.keyword, a.keyword_place, of(*a.value), a.value->where});
  return given;
}

program_value evaluator::of(const expression& e, const call_form& c) {
  if (const auto* a = std::get_if<attribute_form>(&c.callee->form)) {
    auto object = of(*a->object);
    if (!std::holds_alternative<function_value>(object))
      return call_method(e, c, *a, std::move(object));
    return call_function_value(e, c, member(*c.callee, *a, object));
  }
  return call_function_value(e, c, of(*c.callee));
}

program_value evaluator::call_method(const expression& e, const call_form& c,
                                     const attribute_form& a,
                                     program_value self) {
  const auto* f = find_function(a.member);
  const bool computes = a.member == "compute"; // of any value
  if (!f || !f->is_method
      || (!computes && !std::holds_alternative<array>(self))) {
    const auto v = member(*c.callee, a, self);
    fail_type(e.where, fmt::format("{} cannot be called", describe(v)));
  }
  auto given = evaluate_arguments(c);
  given.insert(given.begin(), {"", {}, std::move(self), a.object->where});
  return located(e.where, [&] {
    return call_function(*f, std::move(given), e.where, context_);
  });
}

program_value evaluator::call_function_value(const expression& e,
                                             const call_form& c,
                                             const program_value& callee) {
  auto given = evaluate_arguments(c);
  return located(e.where, [&]() -> program_value {
    if (const auto* f = std::get_if<function_value>(&callee))
      if (const auto* known = find_function(f->path))
        return call_function(*known, std::move(given), e.where, context_);
    const auto* type = std::get_if<dtype>(&callee);
    if (!type)
      fail_type(c.callee->where,
                fmt::format("{} cannot be called", describe(callee)));
    const arguments a(name_of(*type), "x", std::move(given), e.where);
    const auto x = a.operand("x");
    if (const auto* number_x = std::get_if<scalar>(&x))
      return converted(*number_x, *type);
    return std::get<array>(x).astype(*type);
  });
}

std::optional<std::int64_t> evaluator::bound(const expression_ptr& e) {
  if (!e)
    return {};
  const auto v = of(*e);
  if (std::holds_alternative<none_value>(v))
    return {};
  if (const auto i = integer_in(v))
    return i;
  fail_type(e->where,
            fmt::format("a slice is made of integers, not {}", describe(v)));
}

index_item evaluator::index_of(const subscript_item& item) {
  if (item.is_slice)
    return index_slice{bound(item.start), bound(item.stop), bound(item.step)};
  const auto v = of(*item.start);
  if (std::holds_alternative<none_value>(v))
    return index_newaxis{};
  if (std::holds_alternative<ellipsis_value>(v))
    return index_ellipsis{};
  if (const auto i = integer_in(v);
      i && !std::get_if<bool>(&std::get<scalar>(v)))
    return *i;
  fail_type(item.start->where,
            fmt::format("an index is an integer, a slice, newaxis or ..., "
                        "not {}",
                        describe(v)));
}

program_value evaluator::of(const expression& e, const subscript_form& s) {
  const auto object = of(*s.object);
  if (const auto* a = std::get_if<array>(&object))
    return located(e.where, [&] { return subscript_array(*a, s); });
  if (const auto* t = std::get_if<sequence_value>(&object))
    return subscript_sequence(*t, s, e.where);
  fail_type(e.where, fmt::format("{} has no items", describe(object)));
}

program_value evaluator::subscript_array(const array& a,
                                         const subscript_form& s) {
  std::vector<index_item> items;
  for (const auto& item : s.items)
    items.push_back(index_of(item));
  return a[items];
}

program_value evaluator::subscript_sequence(const sequence_value& v,
                                            const subscript_form& s,
                                            place where) {
  const auto n = static_cast<std::int64_t>(v.items.size());
  if (s.items.size() != 1)
    fail_type(where, "a tuple or list takes one index");
  const auto index = index_of(s.items.front());
  if (const auto* i = std::get_if<std::int64_t>(&index)) {
    if (*i < -n || *i >= n)
      fail_type(where, fmt::format("index {} of {} items", *i, n));
    return v.items[static_cast<std::size_t>(*i < 0 ? *i + n : *i)];
  }
  const auto* slice = std::get_if<index_slice>(&index);
  if (!slice || slice->step.value_or(1) != 1)
    fail_type(where, "a tuple or list takes an integer or a slice of step 1");
  const auto inside = [n](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? std::max(i, -n) + n : i, 0, n);
  };
  const auto first = inside(slice->start.value_or(0));
  const auto last = std::max(first, inside(slice->stop.value_or(n)));
  sequence_value part{v.is_list, {}};
  part.items.assign(v.items.begin() + first, v.items.begin() + last);
  return part;
}

program_value evaluator::of(const expression& e, const display_form& d) {
  sequence_value s{d.is_list, {}};
  for (const auto& item : d.items)
    s.items.push_back(of(*item));
  return checked(std::move(s), e.where);
}

} // namespace tern::language
