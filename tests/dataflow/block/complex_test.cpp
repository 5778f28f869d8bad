// Kernels of complex numbers against NumPy, on parts where functions go wrong:
// zeros of both signs, infinities, NaN. The data and the program that made them
// are in data/.

#include "dataflow/block/instruction_set.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <complex>
#include <map>
#include <set>

using namespace tern;
using namespace tern::test;

namespace {

/// In the order of the script's COMPLEX_UNARY.
constexpr opcode of_one[] = {
    opcode::negative, opcode::square,   opcode::reciprocal, opcode::conjugate,
    opcode::rint,     opcode::absolute, opcode::real,       opcode::imag,
    opcode::isnan,    opcode::isfinite, opcode::sqrt,       opcode::exp,
    opcode::exp2,     opcode::expm1,    opcode::log,        opcode::log1p,
    opcode::log10,    opcode::log2,     opcode::sin,        opcode::cos,
    opcode::tan,      opcode::sinh,     opcode::cosh,       opcode::tanh,
    opcode::arcsin,   opcode::arccos,   opcode::arctan,     opcode::arcsinh,
    opcode::arccosh,  opcode::arctanh};
constexpr opcode of_two[] = {
    opcode::add,   opcode::subtract,  opcode::multiply, opcode::divide,
    opcode::equal, opcode::not_equal, opcode::power};

/// The same formula as NumPy's, to the bit.
const std::set<opcode> by_formula{
    opcode::negative, opcode::square, opcode::reciprocal, opcode::conjugate,
    opcode::rint,     opcode::real,   opcode::imag,       opcode::isnan,
    opcode::isfinite, opcode::add,    opcode::subtract,   opcode::multiply,
    opcode::divide,   opcode::equal,  opcode::not_equal};

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

/// Element `i` of what is complex, real or boolean, as complex.
std::complex<double> number(const block& b, std::int64_t i) {
  return dispatch(b.type(), [&]<class T>(T) -> std::complex<double> {
    const T x = b.values<T>()[static_cast<std::size_t>(i)];
    if constexpr (is_complex_type<T>)
      return x;
    else
      return static_cast<double>(x);
  });
}

bool same_part(double got, double want) {
  return (std::isnan(want) && std::isnan(got))
         || (got == want && std::signbit(got) == std::signbit(want));
}

/// To the bit, or within 8 roundings of the absolute value.
bool agree(std::complex<double> got, std::complex<double> want, double unit) {
  if (same_part(got.real(), want.real()) && same_part(got.imag(), want.imag()))
    return true;
  return std::isfinite(std::abs(want))
         && std::abs(got - want) <= 8 * unit * std::abs(want);
}

void compare(opcode op, const block& got, const block& want) {
  const double unit = want.type() == dtype::complex64
                          ? std::numeric_limits<float>::epsilon()
                          : std::numeric_limits<double>::epsilon();
  const double allowed = by_formula.contains(op) ? 0 : unit;
  for (std::int64_t i = 0; i < got.size(); ++i)
    if (!agree(number(got, i), number(want, i), allowed))
      BOOST_ERROR(name_of(op) << ": element " << i << " is " << number(got, i)
                              << ", not " << number(want, i));
}

/// The rows of a file: `operands` of them, then a row an operation. `first`:
/// the results on the first instruction set.
void check_file(const std::string& file, dtype type, std::int64_t operands,
                std::span<const opcode> operations,
                std::map<opcode, block>& first) {
  const auto data = load(file + std::string(name_of(type)));
  std::vector<operand> from;
  for (std::int64_t i = 0; i < operands; ++i)
    from.push_back(whole(row(data, i)));
  auto number = operands;
  for (auto op : operations) {
    const auto code = single(op, type, *complex_result(op, type));
    const auto got = elementwise(code, from, from[0].data.shape());
    compare(op, got, row(data, number++));
    // all instruction sets give the same bits
    const auto chosen = first.try_emplace(op, got).first->second;
    BOOST_TEST(identical(got, chosen), name_of(op));
  }
}

constexpr reduction reductions[] = {
    reduction::sum,         reduction::mean,
    reduction::prod,        reduction::std_deviation,
    reduction::variance,    reduction::any,
    reduction::all,         reduction::count_nonzero,
    reduction::nansum,      reduction::nanmean,
    reduction::nanprod,     reduction::nan_std_deviation,
    reduction::nan_variance};

program plain(dtype type) {
  return {{{.op = opcode::load, .type = type}}};
}

block reduced(reduction r, const block& x, const std::vector<bool>& axes) {
  const auto from = whole(x);
  shape s;
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    if (!axes[axis])
      s.push_back(x.shape()[axis]);
  return reduce_finish(
      r, reduce_chunk(r, plain(x.type()), {&from, 1}, x.shape(), axes), s,
      result_type(r, x.type()), 0);
}

void check_reductions(const std::string& name,
                      std::span<const reduction> list) {
  const auto x = load("reduce_" + name);
  const auto results = load("reduce_" + name + "_results");
  const double unit = x.type() == dtype::complex64 ? 1e-7 : 1e-15;
  for (std::size_t k = 0; k < list.size(); ++k) {
    const auto want = row(results, static_cast<std::int64_t>(k));
    std::int64_t at = 0;
    for (int bits = 1; bits < 8; ++bits) {
      const auto got = reduced(
          list[k], x, {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0});
      for (std::int64_t i = 0; i < got.size(); ++i, ++at)
        BOOST_TEST(agree(number(got, i), number(want, at), unit),
                   name << ", reduction " << k << ", axes " << bits << ": "
                        << number(got, i) << ", not " << number(want, at));
    }
    BOOST_TEST(at == want.size());
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(complex_numbers)

BOOST_AUTO_TEST_CASE(functions_of_one_number_are_numpys) {
  for (auto type : {dtype::complex128, dtype::complex64}) {
    std::map<opcode, block> first;
    on_each_instruction_set(
        [&] { check_file("complex_unary_", type, 1, of_one, first); });
  }
}

BOOST_AUTO_TEST_CASE(functions_of_two_numbers_are_numpys) {
  for (auto type : {dtype::complex128, dtype::complex64}) {
    std::map<opcode, block> first;
    on_each_instruction_set(
        [&] { check_file("complex_binary_", type, 2, of_two, first); });
  }
}

BOOST_AUTO_TEST_CASE(absolute_values_neither_overflow_nor_vanish) {
  using z = std::complex<double>;
  const auto x = make<z>({5}, {{3e300, 4e300},
                               {3e-300, 4e-300},
                               {5e-324, 0},
                               {-INFINITY, NAN},
                               {1.5e308, 1.5e308}});
  const auto from = whole(x);
  const auto size =
      elementwise(single(opcode::absolute, dtype::complex128, dtype::float64),
                  {&from, 1}, x.shape());
  BOOST_TEST(size.values<double>()[0] == 5e300);
  BOOST_TEST(size.values<double>()[1] == 5e-300);
  BOOST_TEST(size.values<double>()[2] == 5e-324);
  BOOST_TEST(size.values<double>()[3] == INFINITY);
  BOOST_TEST(size.values<double>()[4] == INFINITY);
}

BOOST_AUTO_TEST_CASE(casts_keep_parts_and_nothing_is_true_but_zero) {
  using z = std::complex<double>;
  const auto x = make<z>({4}, {{0, 0}, {0, 2}, {0.1, -0.0}, {NAN, 0}});
  const auto from = whole(x);
  const auto narrow =
      elementwise(single(opcode::cast, dtype::complex128, dtype::complex64),
                  {&from, 1}, {4});
  BOOST_TEST(narrow.values<std::complex<float>>()[2].real() == 0.1f);
  const auto truth = elementwise(
      single(opcode::cast, dtype::complex128, dtype::boolean), {&from, 1}, {4});
  BOOST_TEST(!truth.values<bool>()[0]);
  for (std::size_t i = 1; i < 4; ++i)
    BOOST_TEST(truth.values<bool>()[i]);
  const auto ints = make<std::int16_t>({2}, {-3, 7});
  const auto whole_numbers = whole(ints);
  const auto wide =
      elementwise(single(opcode::cast, dtype::int16, dtype::complex128),
                  {&whole_numbers, 1}, {2});
  BOOST_TEST(wide.values<z>()[0] == z(-3, 0));
  BOOST_CHECK_THROW(
      elementwise(single(opcode::cast, dtype::complex128, dtype::float64),
                  {&from, 1}, {4}),
      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(elements_of_16_bytes_are_moved_as_any_other) {
  using z = std::complex<double>;
  std::vector<z> values;
  for (int i = 0; i < 37 * 41; ++i)
    values.emplace_back(i, -i);
  const auto x = make<z>({37, 41}, values);
  auto turned = whole(x);
  turned.axes.assign({1, 0});
  const auto t = elementwise(plain(dtype::complex128), {&turned, 1}, {41, 37});
  const auto cut = slice(x, {30, 2}, {-3, 5}, {9, 7}, {9, 7});
  for (std::int64_t i = 0; i < 37; ++i)
    for (std::int64_t j = 0; j < 41; ++j)
      BOOST_REQUIRE(t.values<z>()[j * 37 + i] == x.values<z>()[i * 41 + j]);
  for (std::int64_t i = 0; i < 9; ++i)
    for (std::int64_t j = 0; j < 7; ++j)
      BOOST_REQUIRE(cut.values<z>()[i * 7 + j]
                    == x.values<z>()[(30 - 3 * i) * 41 + 2 + 5 * j]);
  const block_part parts[] = {{x, {0, 3}, {37, 38}, {0, 0}},
                              {x, {0, 0}, {37, 3}, {0, 38}}};
  const auto rolled = assemble(dtype::complex128, {37, 41}, parts);
  BOOST_TEST(rolled.values<z>()[41 + 2] == z(46, -46));
  BOOST_TEST(rolled.values<z>()[41 + 38] == z(41, -41));
}

BOOST_AUTO_TEST_CASE(a_constant_has_two_parts_and_a_mask_chooses) {
  using z = std::complex<double>;
  const auto type = dtype::complex128;
  const program code{
      {{.op = opcode::load, .type = type},
       {.op = opcode::constant,
        .type = type,
        .value = bits_of(2),
        .imaginary = bits_of(-3)},
       {.op = opcode::equal, .type = dtype::boolean, .a = 0, .b = 1},
       {.op = opcode::multiply, .type = type, .a = 0, .b = 1},
       {.op = opcode::select, .type = type, .a = 2, .b = 0, .c = 3}}};
  const auto x = make<z>({3}, {{2, -3}, {2, 3}, {0, 1}});
  const auto from = whole(x);
  const auto got = elementwise(code, {&from, 1}, {3});
  BOOST_TEST(got.values<z>()[0] == z(2, -3));
  BOOST_TEST(got.values<z>()[1] == z(13, 0));
  BOOST_TEST(got.values<z>()[2] == z(3, 2));
}

BOOST_AUTO_TEST_CASE(results_are_those_of_numpy_for_all_sets_of_axes) {
  on_each_instruction_set([] {
    check_reductions("complex128", reductions);
    check_reductions("complex64", reductions);
    check_reductions("complex_gaps", std::span(reductions).subspan(8));
  });
}

BOOST_AUTO_TEST_CASE(bits_of_sums_do_not_depend_on_the_instruction_set) {
  const auto re = noise({70, 900}, 3);
  const auto code = program{
      {{.op = opcode::load, .type = dtype::float64},
       {.op = opcode::constant,
        .type = dtype::complex128,
        .value = bits_of(0.3),
        .imaginary = bits_of(0.7)},
       {.op = opcode::cast, .type = dtype::complex128, .a = 0},
       {.op = opcode::multiply, .type = dtype::complex128, .a = 2, .b = 1},
       {.op = opcode::exp, .type = dtype::complex128, .a = 3}}};
  const auto from = whole(re);
  const auto x = elementwise(code, {&from, 1}, re.shape());
  for (auto r : reductions)
    for (const std::vector<bool>& axes :
         {std::vector{true, true}, {true, false}, {false, true}}) {
      choose_instruction_set(instruction_set::baseline);
      const auto want = reduced(r, x, axes);
      on_each_instruction_set(
          [&] { BOOST_TEST(identical(reduced(r, x, axes), want)); });
    }
}

BOOST_AUTO_TEST_CASE(complex_numbers_have_no_least) {
  const auto x = load("reduce_complex128");
  for (auto r : {reduction::min, reduction::nanmax})
    BOOST_CHECK_THROW(reduced(r, x, {true, true, true}), std::invalid_argument);
  const auto from = whole(x);
  BOOST_CHECK_THROW(first_extreme_chunk(
                        reduction::argmin, plain(dtype::complex128), {&from, 1},
                        x.shape(), {true, true, true}, {0, 0, 0}, x.shape()),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(running_results_are_those_of_numpy) {
  constexpr reduction list[] = {reduction::sum, reduction::prod,
                                reduction::nansum, reduction::nanprod};
  for (const std::string name : {"complex128", "complex64", "complex_gaps"}) {
    const auto x = load("reduce_" + name);
    const auto results = load("running_" + name + "_results");
    for (std::int64_t k = 0; k < 4; ++k) {
      const auto want = row(results, k);
      std::int64_t at = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto got = scan(list[k], x, {}, axis);
        for (std::int64_t i = 0; i < got.size(); ++i, ++at)
          BOOST_TEST(agree(number(got, i), number(want, at), 0),
                     name << ", " << k << ": " << number(got, i) << ", not "
                          << number(want, at));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(one_before_a_running_product_is_nothing) {
  using z = std::complex<double>;
  const auto x = make<z>({2}, {{INFINITY, -0.0}, {2, 0}});
  const auto one = make<z>({1}, {{1, 0}});
  BOOST_TEST(identical(scan(reduction::prod, x, one, 0),
                       scan(reduction::prod, x, {}, 0)));
}

BOOST_AUTO_TEST_CASE(matrices_are_multiplied_by_blas) {
  on_each_instruction_set([] {
    using z = std::complex<double>;
    const auto a = make<z>({2, 2}, {{1, 2}, {0, 1}, {3, 0}, {-1, 1}});
    const auto b = make<z>({2, 1}, {{2, -1}, {0, 4}});
    const block left[] = {a, a};
    const block right[] = {b, b};
    const auto c = dot(left, right);
    BOOST_TEST(c.values<z>()[0] == z(0, 6));
    BOOST_TEST(c.values<z>()[1] == z(4, -14));
  });
  using f = std::complex<float>;
  const auto v = make<f>({1, 3}, {{0, 1}, {0, 1}, {2, 0}});
  const auto w = make<f>({3, 1}, {{0, 1}, {1, 0}, {0, 0.5f}});
  const auto c = dot({&v, 1}, {&w, 1});
  BOOST_TEST((c.type() == dtype::complex64));
  BOOST_TEST(c.values<f>()[0] == f(-1, 2));
}

BOOST_AUTO_TEST_SUITE_END()
