// Operators, functions, methods and slices build what their words say: each is
// computed on ragged blocks and compared element by element with C++'s own
// arithmetic, or with the same array built from opcodes.

#include <boost/test/unit_test.hpp>
#include <tern/tern.hpp>

#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace {

using tern::array;
using tern::every;
using tern::slice;

// 7 x 9 in blocks of 2 x 2: 20 blocks, ragged ones at both ends.
array sample(std::uint64_t seed) {
  return tern::random_uniform({7, 9}, seed, tern::dtype::float64, {{2}});
}

tern::ndarray computed(const array& a) {
  tern::session s{{.scheduler = tern::scheduler::synchronous}};
  return s.compute(a);
}

template <class T = double>
std::vector<T> values(const array& a) {
  const auto whole = computed(a);
  const auto all = whole.values<T>();
  return {all.begin(), all.end()};
}

void check_binary(const array& made,
                  const std::function<double(double, double)>& f) {
  const auto x = values(sample(1));
  const auto y = values(sample(2));
  const auto z = values(made);
  BOOST_TEST_REQUIRE(z.size() == x.size());
  for (std::size_t i = 0; i < z.size(); ++i)
    BOOST_TEST(z[i] == f(x[i], y[i]));
}

void check_truth(const array& made,
                 const std::function<bool(double, double)>& f) {
  const auto x = values(sample(1));
  const auto y = values(sample(2));
  const auto whole = computed(made);
  const auto z = whole.values<bool>();
  for (std::size_t i = 0; i < z.size(); ++i)
    BOOST_TEST(z[i] == f(x[i], y[i]));
}

void check_same(const array& a, const array& b) {
  BOOST_TEST(a.expression() == b.expression());
  BOOST_TEST(tern::to_string(a.shape()) == tern::to_string(b.shape()));
  const auto x = computed(a);
  const auto y = computed(b);
  const auto left = x.data().payload();
  const auto right = y.data().payload();
  BOOST_TEST(std::equal(left.begin(), left.end(), right.begin(), right.end()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(array_words)

BOOST_AUTO_TEST_CASE(arithmetic_is_that_of_the_elements) {
  const auto x = sample(1);
  const auto y = sample(2);
  check_binary(x + y, std::plus<>());
  check_binary(x - y, std::minus<>());
  check_binary(x * y, std::multiplies<>());
  check_binary(x / y, std::divides<>());
  check_binary(x % y, [](double a, double b) { return std::fmod(a, b); });
  check_binary(-x + y, [](double a, double b) { return -a + b; });
}

BOOST_AUTO_TEST_CASE(numbers_may_stand_on_either_side) {
  const auto x = sample(1);
  check_binary(2 * x, [](double a, double) { return 2 * a; });
  check_binary(x * 2, [](double a, double) { return 2 * a; });
  check_binary(1.5 - x, [](double a, double) { return 1.5 - a; });
  check_binary(x - 1.5f, [](double a, double) { return a - 1.5; });
  check_binary(1 / x, [](double a, double) { return 1 / a; });
  BOOST_TEST((x > 0.5).expression() == "(" + x.expression() + " > 0.5)");
}

BOOST_AUTO_TEST_CASE(comparisons_give_truth_values) {
  const auto x = sample(1);
  const auto y = sample(2);
  check_truth(x < y, std::less<>());
  check_truth(x <= y, std::less_equal<>());
  check_truth(x > y, std::greater<>());
  check_truth(x >= y, std::greater_equal<>());
  check_truth(x == y, std::equal_to<>());
  check_truth(x != y, std::not_equal_to<>());
  check_truth((x > 0.3) & (y < 0.6),
              [](double a, double b) { return a > 0.3 && b < 0.6; });
  check_truth((x > 0.3) | (y < 0.6),
              [](double a, double b) { return a > 0.3 || b < 0.6; });
  check_truth((x > 0.3) ^ (y < 0.6),
              [](double a, double b) { return (a > 0.3) != (b < 0.6); });
  check_truth(~(x > 0.3), [](double a, double) { return !(a > 0.3); });
}

BOOST_AUTO_TEST_CASE(functions_are_their_operations) {
  using tern::opcode;
  const auto x = sample(1);
  const struct {
    array made;
    opcode op;
  } cases[] = {
      {tern::absolute(x), opcode::absolute},
      {tern::arccos(x), opcode::arccos},
      {tern::arcsin(x), opcode::arcsin},
      {tern::arctan(x), opcode::arctan},
      {tern::ceil(x), opcode::ceil},
      {tern::cos(x), opcode::cos},
      {tern::cosh(x), opcode::cosh},
      {tern::exp(x), opcode::exp},
      {tern::expm1(x), opcode::expm1},
      {tern::floor(x), opcode::floor},
      {tern::isfinite(x), opcode::isfinite},
      {tern::isnan(x), opcode::isnan},
      {tern::log(x), opcode::log},
      {tern::log10(x), opcode::log10},
      {tern::log1p(x), opcode::log1p},
      {tern::log2(x), opcode::log2},
      {tern::negative(x), opcode::negative},
      {tern::rint(x), opcode::rint},
      {tern::sign(x), opcode::sign},
      {tern::sin(x), opcode::sin},
      {tern::sinh(x), opcode::sinh},
      {tern::sqrt(x), opcode::sqrt},
      {tern::square(x), opcode::square},
      {tern::tan(x), opcode::tan},
      {tern::tanh(x), opcode::tanh},
      {tern::arcsinh(x), opcode::arcsinh},
      {tern::arccosh(x), opcode::arccosh},
      {tern::arctanh(x), opcode::arctanh},
      {tern::cbrt(x), opcode::cbrt},
      {tern::exp2(x), opcode::exp2},
      {tern::trunc(x), opcode::trunc},
      {tern::reciprocal(x), opcode::reciprocal},
      {tern::signbit(x), opcode::signbit},
  };
  for (const auto& c : cases)
    check_same(c.made, tern::unary(c.op, x));
  check_binary(tern::maximum(x, sample(2)),
               [](double a, double b) { return std::max(a, b); });
  check_binary(tern::minimum(x, 0.5),
               [](double a, double) { return std::min(a, 0.5); });
  check_same(tern::power(x, 3), tern::binary(opcode::power, x, 3));
  check_same(tern::arctan2(x, 0.5), tern::binary(opcode::arctan2, x, 0.5));
  check_same(tern::copysign(x, 0.5), tern::binary(opcode::copysign, x, 0.5));
  check_same(tern::fmax(x, 0.5), tern::binary(opcode::fmax, x, 0.5));
  check_same(tern::fmin(x, 0.5), tern::binary(opcode::fmin, x, 0.5));
  check_same(tern::fmod(x, 0.5), tern::binary(opcode::fmod, x, 0.5));
  check_same(tern::heaviside(x, 0.5), tern::binary(opcode::heaviside, x, 0.5));
  check_same(tern::hypot(x, 0.5), tern::binary(opcode::hypot, x, 0.5));
  check_same(tern::logaddexp(x, 0.5), tern::binary(opcode::logaddexp, x, 0.5));
  check_same(tern::logaddexp2(x, 0.5),
             tern::binary(opcode::logaddexp2, x, 0.5));
  check_same(tern::nextafter(x, 0.5), tern::binary(opcode::nextafter, x, 0.5));
  const auto whole = tern::arange(0, 12, 1);
  check_same(tern::left_shift(whole, 2),
             tern::binary(opcode::left_shift, whole, 2));
  check_same(tern::right_shift(whole, 1),
             tern::binary(opcode::right_shift, whole, 1));
  check_same(tern::floor_divide(x, 0.25),
             tern::binary(opcode::floor_divide, x, 0.25));
  check_binary(tern::where(x > 0.5, x, 0.0),
               [](double a, double) { return a > 0.5 ? a : 0.0; });
}

BOOST_AUTO_TEST_CASE(methods_are_their_reductions) {
  using tern::reduction;
  const auto x = sample(1);
  const std::vector<std::int64_t> both{0, 1};
  const std::vector<std::int64_t> last{-1};
  check_same(x.sum(), x.reduce(reduction::sum, {}));
  check_same(x.sum({0, 1}), x.reduce(reduction::sum, both));
  check_same(x.sum(-1, true), x.reduce(reduction::sum, last, true));
  check_same(x.mean(-1), x.reduce(reduction::mean, last));
  check_same(x.std(-1, false, 1),
             x.reduce(reduction::std_deviation, last, false, 1));
  check_same(x.var(-1), x.reduce(reduction::variance, last));
  check_same(x.min(-1), x.reduce(reduction::min, last));
  check_same(x.max(-1), x.reduce(reduction::max, last));
  check_same(x.prod(-1), x.reduce(reduction::prod, last));
  check_same(x.nansum(-1), x.reduce(reduction::nansum, last));
  check_same(x.nanmean(-1), x.reduce(reduction::nanmean, last));
  check_same(x.nanmin(-1), x.reduce(reduction::nanmin, last));
  check_same(x.nanmax(-1), x.reduce(reduction::nanmax, last));
  check_same(x.any(-1), x.reduce(reduction::any, last));
  check_same(x.all(-1), x.reduce(reduction::all, last));
  check_same(x.count_nonzero(-1), x.reduce(reduction::count_nonzero, last));
  check_same(x.T(), x.transpose());
}

BOOST_AUTO_TEST_CASE(slices_pick_the_elements_they_name) {
  const auto x = sample(1);
  const auto whole = computed(x);
  auto at = [&](std::int64_t i, std::int64_t j) {
    return whole.at<double>({i, j});
  };
  const auto row = computed(x(3, every));
  BOOST_TEST(tern::to_string(row.shape()) == "(9,)");
  for (std::int64_t j = 0; j < 9; ++j)
    BOOST_TEST(row.at<double>({j}) == at(3, j));
  const auto part = computed(x(slice(1, 6, 2), slice({}, {}, -1)));
  BOOST_TEST(tern::to_string(part.shape()) == "(3, 9)");
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 9; ++j)
      BOOST_TEST(part.at<double>({i, j}) == at(1 + 2 * i, 8 - j));
  const auto column = computed(x(tern::ellipsis, -1, tern::newaxis));
  BOOST_TEST(tern::to_string(column.shape()) == "(7, 1)");
  for (std::int64_t i = 0; i < 7; ++i)
    BOOST_TEST(column.at<double>({i, 0}) == at(i, 8));
}

BOOST_AUTO_TEST_CASE(a_mistake_is_found_where_it_is_written) {
  const auto x = sample(1);
  BOOST_CHECK_THROW(x + tern::ones({4}), tern::expression_error);
  BOOST_CHECK_THROW(x(0, 0, 0), tern::expression_error);
  BOOST_CHECK_THROW(x.sum(2), tern::expression_error);
}

BOOST_AUTO_TEST_CASE(complex_numbers_are_scalars_and_elements) {
  using namespace std::complex_literals;
  using z = std::complex<double>;
  const auto x = values(sample(1));
  const auto y = values(sample(2));
  const auto made = sample(1) + 2i * sample(2);
  BOOST_TEST((made.type() == tern::dtype::complex128));
  const auto squares = values<z>(made * made / (0.5f + 1if));
  const auto sizes = values(tern::absolute(made.conj()));
  const auto parts = values(made.real() - made.imag());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const z w(x[i], 2 * y[i]);
    BOOST_TEST(std::abs(squares[i] - w * w / z(0.5, 1)) < 1e-14);
    BOOST_TEST(std::abs(sizes[i] - std::abs(w)) < 1e-14);
    BOOST_TEST(parts[i] == x[i] - 2 * y[i]);
  }
  const auto sum = computed(made.sum()).item<z>();
  BOOST_TEST(std::abs(sum
                      - z(computed(sample(1).sum()).item<double>(),
                          2 * computed(sample(2).sum()).item<double>()))
             < 1e-12);
  BOOST_CHECK_THROW(computed(made).values<double>(), tern::expression_error);
  // an unsigned number is no scalar, and so no complex one either
  static_assert(!std::convertible_to<std::uint64_t, tern::value>);
}

BOOST_AUTO_TEST_SUITE_END()
