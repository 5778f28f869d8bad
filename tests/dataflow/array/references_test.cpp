// Values, dtypes and shapes against NumPy's; see make_references.py. All
// arrays are in 28 blocks, ragged along both axes.

#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <numbers>
#include <sstream>

using namespace tern;
using namespace tern::test;

namespace {

struct reference {
  std::string type;
  shape extents;
  std::vector<double> values;
};

std::map<std::string, reference> references() {
  std::map<std::string, reference> all;
  std::ifstream file(TERN_TEST_DATA "/references.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string name, field;
    reference r;
    std::getline(fields, name, '\t');
    std::getline(fields, r.type, '\t');
    std::getline(fields, field, '\t');
    for (auto n = std::stoi(field); n > 0; --n) {
      std::getline(fields, field, '\t');
      r.extents.push_back(std::stoll(field));
    }
    while (std::getline(fields, field, '\t'))
      r.values.push_back(std::strtod(field.c_str(), nullptr));
    all[name] = std::move(r);
  }
  return all;
}

/// The arrays of the script, by its names.
struct inputs {
  array row =
      arange(std::int64_t{0}, std::int64_t{13}, std::int64_t{1}, {}, {{2}});
  array column =
      at(arange(std::int64_t{0}, std::int64_t{11}, std::int64_t{1}, {}, {{3}}),
         {whole, newaxis});
  array x = column * 0.5 - row * 0.37;
  array i = column * 7 - row * 5;
  array f = x.astype(dtype::float32);
  array b = equal(i % 3, 0);
  array y = where(greater(x, 2), std::numeric_limits<double>::quiet_NaN(), x);
  array v = row * 0.25 + 1.0;
  array w =
      arange(std::int64_t{0}, std::int64_t{11}, std::int64_t{1}, {}, {{3}})
      - 4.5;
  array pos = unary(opcode::absolute, x) + 0.125;
};

array abs(const array& a) {
  return unary(opcode::absolute, a);
}

using cases = std::map<std::string, array>;

/// Those whose every operation is exact or correctly rounded.
cases exact_cases(const inputs& in) {
  auto& [row, column, x, i, f, b, y, v, w, pos] = in;
  auto w_column = at(w, {whole, newaxis});
  auto int64 = [](std::int64_t n) {
    return scalar{n};
  };
  return {
      {"x", x},
      {"i", i},
      {"f", f},
      {"b", b},
      {"y", y},
      {"x+i", x + i},
      {"f+i", f + i},
      {"f+1", f + 1},
      {"f+1.5", f + 1.5},
      {"i+1.5", i + 1.5},
      {"b+i", b + i},
      {"b+b", b + b},
      {"b*b", b * b},
      {"b+1", b + 1},
      {"i-v", i - v},
      {"i/4", i / 4},
      {"i/i2", i / (i * i + 1)},
      {"b/b", b / (b | true)},
      {"i//4", floordiv(i, 4)},
      {"i%4", i % 4},
      {"i//-3", floordiv(i, -3)},
      {"i%-3", i % -3},
      {"x//0.3", floordiv(x, 0.3)},
      {"x%0.3", x % 0.3},
      {"x%-0.3", x % -0.3},
      {"i**2", pow(i, 2)},
      {"i**3", pow(i, 3)},
      {"x**2", pow(x, 2)},
      {"pos**0.5", pow(pos, 0.5)},
      {"2**i", pow(2, i % 7)},
      {"-x", -x},
      {"-i", -i},
      {"abs x", abs(x)},
      {"abs i", abs(i)},
      {"sign", unary(opcode::sign, x)},
      {"x<i", less(x, i)},
      {"i==2", equal(i, 2)},
      {"y!=y", binary(opcode::not_equal, y, y)},
      {"x>=0.5", binary(opcode::greater_equal, x, 0.5)},
      {"b&b", b & greater(i, 0)},
      {"b|", b | greater(i, 0)},
      {"b^", b ^ greater(i, 0)},
      {"~b", ~b},
      {"~i", ~i},
      {"i&6", i & 6},
      {"i^3", i ^ 3},
      {"minimum", binary(opcode::minimum, x, v)},
      {"maximum", binary(opcode::maximum, i, 3)},
      {"minimum nan", binary(opcode::minimum, y, 0.5)},
      {"where", where(b, x, i)},
      {"where scalars", where(b, 1, 0)},
      {"sqrt", unary(opcode::sqrt, pos)},
      {"sqrt i", unary(opcode::sqrt, i * i)},
      {"floor", unary(opcode::floor, x)},
      {"ceil", unary(opcode::ceil, x)},
      {"rint", unary(opcode::rint, x)},
      {"isnan", unary(opcode::isnan, y)},
      {"isfinite i", unary(opcode::isfinite, i)},
      {"square", unary(opcode::square, x)},
      {"x.astype(int)", x.astype(dtype::int64)},
      {"i.astype(bool)", i.astype(dtype::boolean)},
      {"x.astype(f)", x.astype(dtype::float32)},
      {"b.astype(x)", b.astype(dtype::float64)},
      {"w+v", w_column + v},
      {"x*w", x * w_column},
      {"x.T", x.transpose()},
      {"x.T+", x.transpose() * 2 + w},
      {"newaxis", at(at(x, {whole, newaxis}) - v, {one(3)})},
      {"x[3]", at(x, {one(3)})},
      {"x[-1]", at(x, {one(-1)})},
      {"x[:, 4]", at(x, {whole, one(4)})},
      {"x[2, -3]", at(x, {one(2), one(-3)})},
      {"x[1:9]", at(x, {cut(1, 9)})},
      {"x[::2, ::3]", at(x, {cut({}, {}, 2), cut({}, {}, 3)})},
      {"x[::-1]", at(x, {cut({}, {}, -1)})},
      {"x[8:2:-2, ::-1]", at(x, {cut(8, 2, -2), cut({}, {}, -1)})},
      {"x[..., 1]", at(x, {dots, one(1)})},
      {"x[5:2]", at(x, {cut(5, 2)})},
      {"x[None, 2, ..., None]", at(x, {newaxis, one(2), dots, newaxis})},
      {"x[-4:, :-4]", at(x, {cut(-4), cut({}, -4)})},
      {"x[::7, ::9]", at(x, {cut({}, {}, 7), cut({}, {}, 9)})},
      {"x[100:]", at(x, {cut(100)})},
      {"x[:100]", at(x, {cut({}, 100)})},
      {"x[::-100]", at(x, {cut({}, {}, -100)})},
      {"x[2:9][1:4]", at(at(x, {cut(2, 9)}), {cut(1, 4)})},
      {"sum i", i.reduce(reduction::sum, {})},
      {"sum b", b.reduce(reduction::sum, axes{0})},
      {"sum ()", x.reduce(reduction::sum, axes{})},
      {"min", x.reduce(reduction::min, {})},
      {"min 0", x.reduce(reduction::min, axes{0})},
      {"max i", i.reduce(reduction::max, axes{1})},
      {"max y", y.reduce(reduction::max, axes{1})},
      {"min b", b.reduce(reduction::min, axes{1})},
      {"nanmin", y.reduce(reduction::nanmin, {})},
      {"nanmax", y.reduce(reduction::nanmax, axes{0})},
      {"any", b.reduce(reduction::any, axes{0})},
      {"all", b.reduce(reduction::all, {})},
      {"all x", x.reduce(reduction::all, axes{1})},
      {"count_nonzero", (i % 3).reduce(reduction::count_nonzero, axes{0})},
      {"sum empty", at(x, {cut(5, 2)}).reduce(reduction::sum, axes{0})},
      {"sum empty 1", at(x, {cut(5, 2)}).reduce(reduction::sum, axes{1})},
      {"dot i", i.dot(i.transpose())},
      {"dot b", b.dot(b.transpose())},
      {"arange 2 30 3", arange(int64(2), int64(30), int64(3), {}, {{2}})},
      {"arange -", arange(int64(7), int64(-20), int64(-2), {}, {{3}})},
      {"arange f", arange(0.1, int64(4), 0.3, {}, {{3}})},
      {"arange 1e0", arange(int64(0), int64(1), 0.1, {}, {{3}})},
      {"arange none", arange(int64(3), int64(3), int64(1))},
      {"arange up-", arange(int64(0), int64(5), int64(-1))},
      {"full", full({5, 4}, 2.5, {}, {{2, 3}})},
      {"ones", ones({3, 4}, dtype::int64, {{2}})},
      {"zeros", zeros({0, 4})},
  };
}

/// Sums in another order than NumPy's, and functions that are right to a few
/// units in the last place.
cases rounded_cases(const inputs& in) {
  auto& [row, column, x, i, f, b, y, v, w, pos] = in;
  auto int64 = [](std::int64_t n) {
    return scalar{n};
  };
  return {
      {"x**3", pow(x, 3)},
      {"pos**1.7", pow(pos, 1.7)},
      {"arctan2", binary(opcode::arctan2, x, v)},
      {"exp", unary(opcode::exp, x)},
      {"log", unary(opcode::log, pos)},
      {"sin", unary(opcode::sin, x)},
      {"tanh", unary(opcode::tanh, x)},
      {"expm1", unary(opcode::expm1, x)},
      {"log1p", unary(opcode::log1p, pos)},
      {"exp f", unary(opcode::exp, f)},
      {"sum", x.reduce(reduction::sum, {})},
      {"sum 0", x.reduce(reduction::sum, axes{0})},
      {"sum 1", x.reduce(reduction::sum, axes{1})},
      {"sum -1 keep", x.reduce(reduction::sum, axes{-1}, true)},
      {"sum f", f.reduce(reduction::sum, axes{1})},
      {"sum (0,1) keep", x.reduce(reduction::sum, axes{0, 1}, true)},
      {"mean", x.reduce(reduction::mean, {})},
      {"mean 0", x.reduce(reduction::mean, axes{0})},
      {"mean i", i.reduce(reduction::mean, axes{1})},
      {"mean y", y.reduce(reduction::mean, axes{0})},
      {"nanmean", y.reduce(reduction::nanmean, axes{0})},
      {"nansum", y.reduce(reduction::nansum, axes{1})},
      {"std", x.reduce(reduction::std_deviation, {})},
      {"std 0 ddof", x.reduce(reduction::std_deviation, axes{0}, false, 1)},
      {"var i", i.reduce(reduction::variance, axes{1})},
      {"prod", (pos / 2).reduce(reduction::prod, axes{1})},
      {"dot", x.dot(x.transpose())},
      {"dot v", x.dot(v)},
      {"w.dot", w.dot(x)},
      {"v.v", v.dot(v)},
      {"dot f", f.dot(f.transpose())},
      {"dot f i", f.dot(i.transpose())},
      {"arange f32", arange(int64(0), int64(3), 0.1, dtype::float32, {{4}})},
  };
}

/// The distance in units of `scale`; equal NaNs and infinities are 0 apart.
double distance(double a, double b, double scale) {
  if (a == b || (std::isnan(a) && std::isnan(b)))
    return 0;
  return std::abs(a - b) / scale;
}

void compare(const std::string& name, const array& a, const reference& r,
             double units) {
  BOOST_TEST_CONTEXT(name << " = " << a.expression()) {
    auto got = compute(a);
    BOOST_TEST(name_of(a.type()) == r.type);
    BOOST_TEST(a.shape() == r.extents, boost::test_tools::per_element());
    BOOST_REQUIRE(got.size() == r.values.size());
    auto epsilon = a.type() == dtype::float32
                       ? double{std::numeric_limits<float>::epsilon()}
                       : std::numeric_limits<double>::epsilon();
    // cancellation: what counts is the largest term, not the small result
    double largest = 1;
    for (auto value : r.values)
      if (std::isfinite(value))
        largest = std::max(largest, std::abs(value));
    double worst = 0;
    for (std::size_t i = 0; i < r.values.size(); ++i)
      worst = std::max(worst, distance(got[i], r.values[i], epsilon * largest));
    BOOST_TEST(worst <= units);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(references_of_numpy)

BOOST_AUTO_TEST_CASE(exact_operations_give_the_same_bits) {
  auto all = references();
  BOOST_REQUIRE(!all.empty());
  for (auto& [name, a] : exact_cases(inputs{})) {
    BOOST_REQUIRE_MESSAGE(all.count(name), name);
    compare(name, a, all[name], 0);
  }
}

BOOST_AUTO_TEST_CASE(rounded_operations_are_within_a_few_roundings) {
  // 143 terms at most: sums in any order are 143 roundings of half a unit
  // apart at worst, and about the square root of that in fact
  auto all = references();
  for (auto& [name, a] : rounded_cases(inputs{})) {
    BOOST_REQUIRE_MESSAGE(all.count(name), name);
    compare(name, a, all[name], 16);
  }
}

BOOST_AUTO_TEST_CASE(the_expression_of_the_slide_is_right) {
  inputs in;
  auto all = references();
  auto square = [&](std::int64_t size) {
    // cut alike along both axes, as x + x.T needs
    auto rows = arange(std::int64_t{0}, std::int64_t{11}, std::int64_t{1}, {},
                       {{size}});
    return at(rows, {whole, newaxis}) * 0.5 - rows * 0.37;
  };
  for (auto size : {1, 2, 3, 11}) {
    auto x = square(size);
    auto a = ((x + x.transpose()) - x.reduce(reduction::mean, axes{0}))
                 .reduce(reduction::std_deviation, {});
    compare("slide", a, all["slide"], 16);
    compare("x+x.T", x + x.transpose(), all["x+x.T"], 0);
  }
}

BOOST_AUTO_TEST_CASE(every_reference_is_used) {
  auto all = references();
  inputs in;
  auto exact = exact_cases(in);
  auto rounded = rounded_cases(in);
  for (auto& [name, r] : all)
    BOOST_TEST((exact.count(name) || rounded.count(name) || name == "slide"
                || name == "x+x.T"),
               name);
}

BOOST_AUTO_TEST_SUITE_END()
