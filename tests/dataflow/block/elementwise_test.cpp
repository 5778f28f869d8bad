// Every operation against NumPy, on values where functions go wrong: zeros of
// both signs, subnormal and huge numbers, infinities, NaN, angles near and far
// beyond multiples of pi. The data and the program that made them are in
// data/. Each instruction set of the processor is tested.

#include "dataflow/block/instruction_set.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <random>
#include <set>

using namespace tern;
using namespace tern::test;

namespace {

/// Calls `f` once for each instruction set that the processor has.
template <class F>
void on_each_instruction_set(F f) {
  for (auto set : {instruction_set::baseline, instruction_set::avx2,
                   instruction_set::avx512}) {
    if (set > best_instruction_set())
      continue;
    choose_instruction_set(set);
    BOOST_TEST_CONTEXT("instruction set " << static_cast<int>(set)) {
      f();
    }
  }
  choose_instruction_set(best_instruction_set());
}

const std::set<opcode> rounded_once{
    opcode::add,       opcode::subtract,     opcode::multiply,
    opcode::divide,    opcode::negative,     opcode::absolute,
    opcode::sign,      opcode::square,       opcode::sqrt,
    opcode::floor,     opcode::ceil,         opcode::rint,
    opcode::minimum,   opcode::maximum,      opcode::power,
    opcode::remainder, opcode::floor_divide, opcode::fmod,
    opcode::fmin,      opcode::fmax,         opcode::copysign,
    opcode::nextafter, opcode::heaviside,    opcode::trunc,
    opcode::reciprocal};

/// Functions within 4 units in the last place; what is rounded once, to the
/// bit. (power, remainder and floor_divide are the C library's, as NumPy's.)
template <class T>
void compare(opcode op, const block& got, const block& want,
             const std::string& at) {
  const double allowed = rounded_once.contains(op) ? 0 : 4;
  const auto a = got.values<T>();
  const auto b = want.values<T>();
  BOOST_REQUIRE_EQUAL(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool signs = op == opcode::minimum || op == opcode::maximum
                       || op == opcode::fmin || op == opcode::fmax
                       || std::isnan(b[i])
                       || std::signbit(a[i]) == std::signbit(b[i]);
    if (ulps(a[i], b[i]) > allowed || !signs)
      BOOST_ERROR(name_of(op) << at << ": element " << i << " is " << a[i]
                              << ", not " << b[i]);
  }
}

opcode next(opcode op) {
  return static_cast<opcode>(static_cast<int>(op) + 1);
}

template <class T>
void compare_result(opcode op, const block& got, const block& want,
                    const std::string& at = "") {
  if (!gives_boolean(op))
    return compare<T>(op, got, want, at);
  for (std::int64_t i = 0; i < got.size(); ++i)
    BOOST_TEST(got.values<bool>()[i] == (want.values<T>()[i] != 0),
               name_of(op) << ", element " << i);
}

/// The operations from `first` to `last`, by the rows of a file.
template <class T>
void check_unary_floats(const std::string& file, opcode first, opcode last) {
  const auto type = dtype_of<T>;
  const auto data = load(file + std::string(name_of(type)));
  const auto x = row(data, 0);
  std::int64_t number = 1;
  for (auto op = first; op <= last; op = next(op)) {
    const auto code =
        single(op, type, gives_boolean(op) ? dtype::boolean : type);
    const auto from = whole(x);
    const auto got = elementwise(code, {&from, 1}, x.shape());
    compare_result<T>(op, got, row(data, number++));
  }
}

template <class T>
void check_binary_floats(const std::string& file, opcode first, opcode last) {
  const auto type = dtype_of<T>;
  const auto data = load(file + std::string(name_of(type)));
  const operand from[] = {whole(row(data, 0)), whole(row(data, 1))};
  std::int64_t number = 2;
  for (auto op = first; op <= last; op = next(op)) {
    const auto code =
        single(op, type, gives_boolean(op) ? dtype::boolean : type);
    const auto got = elementwise(code, from, from[0].data.shape());
    compare_result<T>(op, got, row(data, number++));
  }
}

template <class T>
void compare_exactly(opcode op, const block& got, const block& want) {
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const auto result = got.type() == dtype::boolean
                            ? static_cast<T>(got.values<bool>()[i])
                            : got.values<T>()[i];
    BOOST_TEST(result == want.values<T>()[i],
               name_of(op) << ", element " << i << ": " << result << ", not "
                           << want.values<T>()[i]);
  }
}

const std::initializer_list<opcode> of_two_integers{
    opcode::add,          opcode::subtract,      opcode::multiply,
    opcode::floor_divide, opcode::remainder,     opcode::power,
    opcode::minimum,      opcode::maximum,       opcode::equal,
    opcode::not_equal,    opcode::less,          opcode::less_equal,
    opcode::greater,      opcode::greater_equal, opcode::bit_and,
    opcode::bit_or,       opcode::bit_xor,       opcode::fmin,
    opcode::fmax,         opcode::fmod,          opcode::left_shift,
    opcode::right_shift};

const std::initializer_list<opcode> of_one_integer{
    opcode::negative, opcode::absolute, opcode::sign,
    opcode::square,   opcode::bit_not,  opcode::reciprocal};

/// The rows of one file: a, b and exponents, then what comes of them.
template <class T>
void check_integers() {
  const auto type = dtype_of<T>;
  const auto data = load("integers_" + std::string(name_of(type)));
  const auto a = whole(row(data, 0));
  const auto b = whole(row(data, 1));
  const auto exponents = whole(row(data, 2));
  std::int64_t number = 3;
  for (auto op : of_two_integers) {
    const operand from[] = {a, op == opcode::power ? exponents : b};
    const auto out = gives_boolean(op) ? dtype::boolean : type;
    compare_exactly<T>(op,
                       elementwise(single(op, type, out), from, a.data.shape()),
                       row(data, number++));
  }
  for (auto op : of_one_integer)
    compare_exactly<T>(
        op, elementwise(single(op, type, type), {&a, 1}, a.data.shape()),
        row(data, number++));
  BOOST_TEST(number == data.shape()[0]);
}

struct function {
  opcode op;
  long double (*exact)(long double);
  double low;
  double high;
};

/// Random arguments between the bounds, against the C library's functions with
/// 11 more bits.
template <class T>
void check_accuracy(const function& f) {
  const std::int64_t n = 5000;
  const auto u = noise({n}, static_cast<std::uint64_t>(f.op));
  std::vector<T> x;
  for (double value : u.values<double>())
    x.push_back(static_cast<T>(f.low + value * (f.high - f.low)));
  const auto from = whole(make<T>({n}, x));
  const block got =
      elementwise(single(f.op, dtype_of<T>, dtype_of<T>), {&from, 1}, {n});
  double worst = 0;
  for (std::int64_t i = 0; i < n; ++i)
    worst = std::max(
        worst, ulps(got.values<T>()[i],
                    static_cast<T>(f.exact(x[static_cast<std::size_t>(i)]))));
  BOOST_TEST(worst <= 4, name_of(f.op) << ": " << worst << " ulp");
}

/// One value through the program of one operation with a constant exponent.
double powered(double x, double exponent) {
  const program code{
      {{.op = opcode::load, .type = dtype::float64},
       {.op = opcode::constant,
        .type = dtype::float64,
        .value = bits_of(exponent)},
       {.op = opcode::power, .type = dtype::float64, .a = 0, .b = 1}}};
  const auto from = whole(block::of(x));
  return elementwise(code, {&from, 1}, {}).item();
}

} // namespace

BOOST_AUTO_TEST_SUITE(elementwise_operations)

BOOST_AUTO_TEST_CASE(distances_count_single_units) {
  BOOST_TEST(ulps(1.0, std::nextafter(1.0, 2.0)) == 1);
  BOOST_TEST(ulps(1e300, std::nextafter(1e300, 0.0)) == 1);
  BOOST_TEST(ulps(-0.0, 0.0) == 0);
  BOOST_TEST(ulps(-5e-324, 5e-324) == 2);
  BOOST_TEST(ulps(1.0f, std::nextafter(1.0f, 0.0f)) == 1);
  BOOST_TEST(ulps(std::nan(""), std::nan("")) == 0);
  BOOST_TEST(ulps(std::nan(""), 1.0) > 1e18);
}

BOOST_AUTO_TEST_CASE(functions_of_one_float_are_those_of_numpy) {
  on_each_instruction_set([] {
    check_unary_floats<double>("unary_", opcode::negative, opcode::isfinite);
    check_unary_floats<float>("unary_", opcode::negative, opcode::isfinite);
    check_unary_floats<double>("more_unary_", opcode::arcsinh, opcode::signbit);
    check_unary_floats<float>("more_unary_", opcode::arcsinh, opcode::signbit);
  });
}

BOOST_AUTO_TEST_CASE(functions_keep_four_units_for_random_arguments) {
  const function functions[] = {{opcode::exp, std::exp, -80, 80},
                                {opcode::expm1, std::expm1, -2, 2},
                                {opcode::log, std::log, 0, 3},
                                {opcode::log1p, std::log1p, -0.9, 2},
                                {opcode::log10, std::log10, 0, 1e5},
                                {opcode::log2, std::log2, 0, 3},
                                {opcode::sin, std::sin, -7, 7},
                                {opcode::sin, std::sin, -9e6, 9e6},
                                {opcode::cos, std::cos, -7, 7},
                                {opcode::cos, std::cos, -9e6, 9e6},
                                {opcode::tan, std::tan, -2, 2},
                                {opcode::tan, std::tan, -9e6, 9e6},
                                {opcode::arcsin, std::asin, -1, 1},
                                {opcode::arccos, std::acos, -1, 1},
                                {opcode::arctan, std::atan, -10, 10},
                                {opcode::sinh, std::sinh, -3, 3},
                                {opcode::cosh, std::cosh, -3, 3},
                                {opcode::tanh, std::tanh, -3, 3},
                                {opcode::arcsinh, std::asinh, -9, 9},
                                {opcode::arccosh, std::acosh, 1, 9},
                                {opcode::arctanh, std::atanh, -0.9, 0.9},
                                {opcode::cbrt, std::cbrt, -9, 9},
                                {opcode::exp2, std::exp2, -80, 80}};
  on_each_instruction_set([&] {
    for (const auto& f : functions) {
      check_accuracy<double>(f);
      check_accuracy<float>(f);
    }
  });
}

BOOST_AUTO_TEST_CASE(functions_of_two_floats_are_those_of_numpy) {
  on_each_instruction_set([] {
    check_binary_floats<double>("binary_", opcode::add, opcode::greater_equal);
    check_binary_floats<float>("binary_", opcode::add, opcode::greater_equal);
    check_binary_floats<double>("more_binary_", opcode::hypot, opcode::fmod);
    check_binary_floats<float>("more_binary_", opcode::hypot, opcode::fmod);
  });
}

BOOST_AUTO_TEST_CASE(integer_operations_wrap_and_floor_as_in_numpy) {
  const auto data = load("binary_int64");
  const operand from[] = {whole(row(data, 0)), whole(row(data, 1))};
  const auto type = dtype::int64;
  std::int64_t number = 2;
  on_each_instruction_set([&] {
    number = 2;
    for (auto op :
         {opcode::add, opcode::subtract, opcode::multiply, opcode::floor_divide,
          opcode::remainder, opcode::power, opcode::minimum, opcode::maximum,
          opcode::equal, opcode::not_equal, opcode::less, opcode::less_equal,
          opcode::greater, opcode::greater_equal, opcode::bit_and,
          opcode::bit_or, opcode::bit_xor}) {
      std::vector<operand> in(from, from + 2);
      if (op == opcode::power) {
        std::vector<std::int64_t> exponents;
        for (auto b : from[1].data.values<std::int64_t>())
          exponents.push_back(((b % 70) + 70) % 70); // of NumPy's b % 70
        in[1] = whole(make(from[1].data.shape(), exponents));
      }
      const auto code =
          single(op, type, gives_boolean(op) ? dtype::boolean : type);
      compare_exactly<std::int64_t>(
          op, elementwise(code, in, in[0].data.shape()), row(data, number++));
    }
  });
}

BOOST_AUTO_TEST_CASE(integers_of_every_width_are_those_of_numpy) {
  on_each_instruction_set([] {
    check_integers<std::int8_t>();
    check_integers<std::int16_t>();
    check_integers<std::int32_t>();
    check_integers<std::int64_t>();
    check_integers<std::uint8_t>();
    check_integers<std::uint16_t>();
    check_integers<std::uint32_t>();
    check_integers<std::uint64_t>();
  });
}

BOOST_AUTO_TEST_CASE(integer_functions_of_one_value_are_those_of_numpy) {
  const auto data = load("unary_int64");
  const auto from = whole(row(data, 0));
  std::int64_t number = 1;
  for (auto op : {opcode::negative, opcode::absolute, opcode::sign,
                  opcode::square, opcode::bit_not}) {
    const auto code = single(op, dtype::int64, dtype::int64);
    compare_exactly<std::int64_t>(
        op, elementwise(code, {&from, 1}, from.data.shape()),
        row(data, number++));
  }
}

BOOST_AUTO_TEST_CASE(booleans_add_as_or_and_multiply_as_and) {
  const auto data = load("binary_bool");
  const operand from[] = {whole(row(data, 0)), whole(row(data, 1))};
  std::int64_t number = 2;
  for (auto op :
       {opcode::add, opcode::multiply, opcode::minimum, opcode::maximum,
        opcode::equal, opcode::not_equal, opcode::less, opcode::less_equal,
        opcode::greater, opcode::greater_equal, opcode::bit_and, opcode::bit_or,
        opcode::bit_xor}) {
    const auto code = single(op, dtype::boolean, dtype::boolean);
    compare_exactly<bool>(op, elementwise(code, from, from[0].data.shape()),
                          row(data, number++));
  }
  const auto code = single(opcode::bit_not, dtype::boolean, dtype::boolean);
  const auto inverted = elementwise(code, {from, 1}, from[0].data.shape());
  for (std::int64_t i = 0; i < inverted.size(); ++i)
    BOOST_TEST(inverted.values<bool>()[i] == !from[0].data.values<bool>()[i]);
}

BOOST_AUTO_TEST_CASE(casts_between_all_dtypes_are_those_of_numpy) {
  const auto types = {dtype::boolean, dtype::int64, dtype::float32,
                      dtype::float64};
  on_each_instruction_set([&] {
    for (auto in : types)
      for (auto out : types) {
        const auto name = "cast_" + std::string(name_of(in));
        const auto from = whole(load(name));
        const auto want = load(name + "_" + std::string(name_of(out)));
        const auto got = elementwise(single(opcode::cast, in, out), {&from, 1},
                                     from.data.shape());
        BOOST_TEST(identical(got, want), name << " to " << name_of(out));
      }
  });
}

BOOST_AUTO_TEST_CASE(select_takes_from_either_side) {
  const auto which = make<bool>({5}, {true, false, true, true, false});
  const auto yes = make<double>({5}, {1, 2, 3, 4, 5});
  const auto no = make<double>({5}, {-1, -2, -3, -4, -5});
  const program code{
      {{.op = opcode::load, .type = dtype::boolean, .a = 0},
       {.op = opcode::load, .type = dtype::float64, .a = 1},
       {.op = opcode::load, .type = dtype::float64, .a = 2},
       {.op = opcode::select, .type = dtype::float64, .a = 0, .b = 1, .c = 2}}};
  const operand from[] = {whole(which), whole(yes), whole(no)};
  const auto got = elementwise(code, from, {5});
  BOOST_TEST(identical(got, make<double>({5}, {1, -2, 3, 4, -5})));
}

BOOST_AUTO_TEST_CASE(small_constant_exponents_become_products) {
  const double x = 1.1;
  BOOST_TEST(powered(x, 2) == x * x);
  BOOST_TEST(powered(x, 3) == x * x * x);
  BOOST_TEST(powered(x, 4) == (x * x) * (x * x));
  BOOST_TEST(powered(x, -1) == 1 / x);
  BOOST_TEST(powered(x, 0.5) == std::sqrt(x));
  BOOST_TEST(powered(x, 1) == x);
  BOOST_TEST(powered(x, 0) == 1.0);
  BOOST_TEST(powered(x, 2.5) == std::pow(x, 2.5));
}

BOOST_AUTO_TEST_CASE(vector_instruction_sets_with_fma_give_the_same_bits) {
  if (best_instruction_set() < instruction_set::avx512)
    return;
  const auto data = load("unary_float64");
  const auto from = whole(row(data, 0));
  for (auto op = opcode::negative; op <= opcode::rint; op = next(op)) {
    const auto code = single(op, dtype::float64, dtype::float64);
    choose_instruction_set(instruction_set::avx2);
    const auto half = elementwise(code, {&from, 1}, from.data.shape());
    choose_instruction_set(instruction_set::avx512);
    const auto full = elementwise(code, {&from, 1}, from.data.shape());
    BOOST_TEST(identical(half, full), name_of(op));
  }
}

BOOST_AUTO_TEST_CASE(a_chain_of_operations_keeps_values_until_their_last_use) {
  // sqrt(sin(a)**2 + cos(b)**2)*2 - a/b, with a value nobody uses in between
  const auto f8 = dtype::float64;
  const program code{{{.op = opcode::load, .type = f8, .a = 0},
                      {.op = opcode::load, .type = f8, .a = 1},
                      {.op = opcode::constant, .type = f8, .value = bits_of(2)},
                      {.op = opcode::sin, .type = f8, .a = 0},
                      {.op = opcode::tan, .type = f8, .a = 0},
                      {.op = opcode::power, .type = f8, .a = 3, .b = 2},
                      {.op = opcode::cos, .type = f8, .a = 1},
                      {.op = opcode::power, .type = f8, .a = 6, .b = 2},
                      {.op = opcode::add, .type = f8, .a = 5, .b = 7},
                      {.op = opcode::sqrt, .type = f8, .a = 8},
                      {.op = opcode::multiply, .type = f8, .a = 9, .b = 2},
                      {.op = opcode::divide, .type = f8, .a = 0, .b = 1},
                      {.op = opcode::subtract, .type = f8, .a = 10, .b = 11}}};
  const auto a = noise({3001}, 1);
  const auto b = noise({3001}, 2);
  const operand from[] = {whole(a), whole(b)};
  const auto got = elementwise(code, from, {3001});
  for (std::int64_t i = 0; i < 3001; ++i) {
    const double x = a.values<double>()[i];
    const double y = b.values<double>()[i];
    const double s = std::sin(x);
    const double c = std::cos(y);
    const double want = std::sqrt(s * s + c * c) * 2 - x / y;
    const double scale = std::fabs(x / y) + 3;
    BOOST_TEST(std::fabs(got.values<double>()[i] - want) < 1e-15 * scale);
  }
}

BOOST_AUTO_TEST_CASE(fused_programs_give_the_bits_of_their_steps_one_by_one) {
  std::mt19937 random(7);
  auto below = [&](std::size_t n) {
    return static_cast<std::uint16_t>(random() % n);
  };
  const std::array<opcode, 8> choices{
      opcode::add,     opcode::subtract, opcode::multiply, opcode::maximum,
      opcode::arctan2, opcode::sin,      opcode::tanh,     opcode::negative};
  const shape s{23, 29};
  const operand from[] = {whole(noise(s, 1)), whole(noise(s, 2))};
  const auto type = dtype::float64;
  for (int round = 0; round < 40; ++round) {
    program code{{{.op = opcode::load, .type = type, .a = 0},
                  {.op = opcode::load, .type = type, .a = 1}}};
    std::vector<block> values{from[0].data, from[1].data};
    while (code.steps.size() < 20) {
      const auto op = choices[below(choices.size())];
      const auto a = below(values.size());
      const auto b = below(values.size());
      code.steps.push_back({.op = op, .type = type, .a = a, .b = b});
      const operand operands[] = {whole(values[a]), whole(values[b])};
      values.push_back(elementwise(single(op, type, type), operands, s));
    }
    BOOST_TEST(identical(elementwise(code, from, s), values.back()));
  }
}

BOOST_AUTO_TEST_CASE(programs_that_make_no_sense_are_refused) {
  const auto f8 = dtype::float64;
  const auto from = whole(block::of(1.0));
  auto refused = [&](const program& p) {
    BOOST_CHECK_THROW(elementwise(p, {&from, 1}, {}), std::invalid_argument);
  };
  refused({});
  refused(single(opcode::add, f8, f8)); // operand 1 is missing
  refused({{{.op = opcode::load, .type = dtype::int64}}});
  refused({{{.op = opcode::load, .type = f8},
            {.op = opcode::sin, .type = f8, .a = 1}}});
  refused({{{.op = opcode::load, .type = f8},
            {.op = opcode::sin, .type = dtype::float32, .a = 0}}});
  refused({{{.op = opcode::load, .type = f8},
            {.op = opcode::bit_and, .type = f8, .a = 0, .b = 0}}});
  refused({{{.op = opcode::load, .type = f8},
            {.op = opcode::select, .type = f8, .a = 0, .b = 0, .c = 0}}});
}

BOOST_AUTO_TEST_SUITE_END()
