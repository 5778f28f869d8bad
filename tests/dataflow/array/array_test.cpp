#include "dataflow/array/functions.hpp"
#include "dataflow/array/node.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <complex>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

array counted(const shape& s, std::vector<std::int64_t> sizes) {
  return random_uniform(s, 1, dtype::float64, {std::move(sizes)});
}

template <class F>
std::string mistake(F&& f) {
  try {
    f();
  } catch (const expression_error& e) {
    return e.what();
  }
  return "no mistake";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(arrays)

BOOST_AUTO_TEST_CASE(nothing_is_computed_while_an_expression_is_built) {
  // 80 GB, and 8 EB that could never be made
  auto x = random_uniform({100'000, 100'000}, 1);
  auto mean = (x + x.transpose()).reduce(reduction::mean, {});
  BOOST_TEST(mean.ndim() == 0);
  BOOST_TEST(x.cut()[0].largest() == x.cut()[1].largest());
}

BOOST_AUTO_TEST_CASE(expressions_are_written_as_in_python) {
  auto x = counted({4, 4}, {2}).named("x");
  auto y = counted({4}, {2}).named("y");
  BOOST_TEST((x + x.transpose()).expression() == "(x + x.T)");
  BOOST_TEST((x - 1.5).expression() == "(x - 1.5)");
  BOOST_TEST((2 * x).expression() == "(2 * x)");
  BOOST_TEST(x.reduce(reduction::mean, axes{0}).expression()
             == "x.mean(axis=0)");
  BOOST_TEST(
      x.reduce(reduction::std_deviation, axes{0, 1}, true, 1).expression()
      == "x.std(axis=(0, 1), keepdims=True, ddof=1.0)");
  BOOST_TEST(x.reduce(reduction::nanmean, {}).expression() == "nanmean(x)");
  BOOST_TEST(at(x, {cut(1, {}, 2), newaxis, one(-1)}).expression()
             == "x[1::2, newaxis, -1]");
  BOOST_TEST(unary(opcode::sqrt, -x).expression() == "sqrt(-x)");
  BOOST_TEST(where(greater(x, 0), x, true).expression()
             == "where((x > 0), x, True)");
  BOOST_TEST(x.dot(y).expression() == "x.dot(y)");
  BOOST_TEST(x.astype(dtype::int64).expression() == "x.astype(int64)");
}

BOOST_AUTO_TEST_CASE(long_expressions_end_in_an_ellipsis) {
  auto x = counted({4}, {2}).named("some_quantity");
  for (int i = 0; i < 40; ++i)
    x = x + 1;
  BOOST_TEST(x.expression().size() == 200);
  BOOST_TEST(x.expression().substr(197) == "...");
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_broadcast_are_named) {
  auto a = counted({3, 4}, {2});
  auto b = counted({5}, {2});
  BOOST_TEST(mistake([&] { a + b; })
             == "add: shapes (3, 4) and (5,) do not broadcast");
  BOOST_TEST(mistake([&] { where(a, b, 1.0); })
             == "where: shapes (3, 4) and (5,) do not broadcast");
}

BOOST_AUTO_TEST_CASE(operations_without_a_meaning_are_named) {
  auto x = counted({4}, {2}).named("x");
  auto b = greater(x, 0);
  auto i = ones({4}, dtype::int64);
  BOOST_TEST(mistake([&] { x& x; }) == "bitwise_and: not defined for float64");
  BOOST_TEST(mistake([&] { b - b; }) == "subtract: not defined for bool");
  BOOST_TEST(mistake([&] { -b; }) == "negative: not defined for bool");
  BOOST_TEST(contains(mistake([&] { pow(i, -1); }),
                      "integers to negative integer powers"));
  BOOST_TEST((pow(x, -1).type() == dtype::float64));
  BOOST_TEST(contains(mistake([&] { random_uniform({3}, 1, dtype::int64); }),
                      "int64"));
}

BOOST_AUTO_TEST_CASE(bad_axes_are_named) {
  auto x = counted({3, 4}, {2});
  BOOST_TEST(mistake([&] { x.reduce(reduction::sum, axes{2}); })
             == "sum: axis 2 is out of bounds for an array of shape (3, 4)");
  BOOST_TEST(contains(mistake([&] {
                        x.reduce(reduction::sum, axes{1, -1});
                      }),
                      "twice"));
  axes wrong{0, 0};
  BOOST_TEST(contains(mistake([&] { x.transpose(wrong); }), "(0, 0)"));
  axes less{0};
  BOOST_TEST(contains(mistake([&] { x.transpose(less); }), "(0,)"));
}

BOOST_AUTO_TEST_CASE(bad_slices_are_named) {
  auto x = counted({3, 4}, {2});
  BOOST_TEST(mistake([&] { at(x, {one(3)}); })
             == "slice: index 3 is out of bounds for axis 0 with size 3");
  BOOST_TEST(contains(mistake([&] { at(x, {one(0), one(-5)}); }), "axis 1"));
  BOOST_TEST(contains(mistake([&] {
                        at(x, {one(0), one(0), one(0)});
                      }),
                      "3 indices"));
  BOOST_TEST(contains(mistake([&] { at(x, {dots, dots}); }), "ellipsis"));
  BOOST_TEST(contains(mistake([&] { at(x, {cut({}, {}, 0)}); }), "step"));
}

BOOST_AUTO_TEST_CASE(extremes_of_slices_do_not_overflow) {
  constexpr auto low = std::numeric_limits<std::int64_t>::min();
  constexpr auto high = std::numeric_limits<std::int64_t>::max();
  auto x = counted({7}, {2});
  BOOST_TEST(at(x, {cut(low, high, high)}).shape()[0] == 1);
  BOOST_TEST(at(x, {cut(high, low, low)}).shape()[0] == 1);
  BOOST_TEST(at(x, {cut(low, high, 1)}).shape()[0] == 7);
  BOOST_TEST(at(x, {cut(high, low, -1)}).shape()[0] == 7);
  BOOST_TEST(contains(mistake([&] { at(x, {one(low)}); }), "out of bounds"));
}

BOOST_AUTO_TEST_CASE(minima_of_nothing_are_refused) {
  auto x = zeros({0, 4});
  BOOST_TEST(contains(mistake([&] { x.reduce(reduction::min, {}); }),
                      "min: an array of shape (0, 4)"));
  BOOST_TEST(x.reduce(reduction::max, axes{1}).shape()[0] == 0);
  auto mean = compute(x.reduce(reduction::mean, axes{0}));
  BOOST_TEST(mean.size() == 4);
  BOOST_TEST(std::isnan(mean[0]));
}

BOOST_AUTO_TEST_CASE(too_large_arrays_are_refused) {
  constexpr std::int64_t huge = std::int64_t{1} << 40;
  BOOST_TEST(contains(mistake([&] { zeros({huge, huge}); }), "too large"));
  BOOST_TEST(contains(mistake([&] { zeros({-1}); }), "negative"));
  BOOST_TEST(contains(mistake([&] { zeros(shape(33, 1)); }), "33 axes"));
  auto column = at(zeros({huge}), {whole, newaxis});
  BOOST_TEST(contains(mistake([&] { column + zeros({huge}); }), "add:"));
  BOOST_TEST(contains(mistake([&] { zeros({huge}, dtype::float64, {{1}}); }),
                      "blocks"));
  BOOST_TEST(contains(mistake([&] {
                        arange(std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max(),
                               std::int64_t{1});
                      }),
                      "too many elements"));
  BOOST_TEST(contains(mistake([&] {
                        arange(0.0, std::numeric_limits<double>::infinity(),
                               1.0);
                      }),
                      "too many elements"));
}

BOOST_AUTO_TEST_CASE(bad_chunks_are_refused) {
  BOOST_TEST(contains(mistake([&] { counted({4}, {0}); }), "chunks=(0,)"));
  BOOST_TEST(contains(mistake([&] { counted({4}, {-2}); }), "chunks=(-2,)"));
  BOOST_TEST(contains(mistake([&] {
                        counted({4}, {1, 2});
                      }),
                      "chunks=(1, 2) does not fit"));
}

BOOST_AUTO_TEST_CASE(chunks_are_as_asked) {
  auto x = zeros({10, 7}, dtype::float64, {{4, -1}});
  BOOST_TEST((grid(x.cut()) == shape{3, 1}));
  BOOST_TEST(x.cut()[0].size(2) == 2);
  BOOST_TEST(
      (grid(zeros({10, 7}, dtype::float64, {{5}}).cut()) == shape{2, 2}));
}

BOOST_AUTO_TEST_CASE(automatic_chunks_are_squares_of_a_few_megabytes) {
  auto cut = cut_shape({20'000, 20'000}, dtype::float64, {});
  BOOST_TEST((cut[0] == cut[1]));
  auto bytes = cut[0].largest() * cut[1].largest() * 8;
  BOOST_TEST(bytes <= 8 << 20);
  BOOST_TEST(bytes >= 4 << 20);
  // a small array is one block, one of 8 MB several, thin axes stay whole
  BOOST_TEST((grid(cut_shape({100, 100}, dtype::float64, {})) == shape{1, 1}));
  auto few = grid(cut_shape({1000, 1000}, dtype::float64, {}));
  BOOST_TEST(element_count(few) >= 4);
  BOOST_TEST((grid(cut_shape({10'000'000, 3}, dtype::float64, {}))[1] == 1));
  BOOST_TEST((grid(cut_shape({0, 5}, dtype::float64, {})) == shape{1, 1}));
}

BOOST_AUTO_TEST_CASE(operands_with_fewer_blocks_are_cut_like_the_others) {
  auto source = counted({6, 6}, {2, 3}).named("x");
  auto x = (source + 1).named("x"); // no source any more
  auto sum = x + x.transpose();
  BOOST_TEST((grid(sum.cut()) == shape{3, 3}));
  // row 1, column 2
  BOOST_TEST(compute(sum)[8] == compute(x)[8] + compute(x)[13]);
  BOOST_TEST((grid(x.dot(x).cut()) == shape{3, 2}));
}

BOOST_AUTO_TEST_CASE(sources_are_cut_like_their_partner) {
  auto x = (counted({6, 9}, {2, 4}) + 1);
  auto sum = x + arange(std::int64_t{0}, std::int64_t{9}, std::int64_t{1});
  BOOST_TEST((sum.cut() == x.cut()));
  auto got = compute(sum);
  auto plain = compute(x);
  for (std::size_t i = 0; i < got.size(); ++i)
    BOOST_TEST(got[i] == plain[i] + static_cast<double>(i % 9));
}

BOOST_AUTO_TEST_CASE(random_numbers_do_not_depend_on_chunks) {
  auto a = compute(random_uniform({11, 13}, 7, dtype::float64, {{3, 2}}));
  auto b = compute(random_uniform({11, 13}, 7, dtype::float64, {{-1}}));
  BOOST_TEST((a == b));
  BOOST_TEST((a != compute(random_uniform({11, 13}, 8))));
}

BOOST_AUTO_TEST_CASE(dimension_names_follow_their_axes) {
  auto x = counted({4, 6}, {2}).with_dimensions({"time", "lat"});
  using names = std::vector<std::string>;
  BOOST_TEST((x.transpose().dimensions() == names{"lat", "time"}));
  BOOST_TEST((x.reduce(reduction::mean, axes{0}).dimensions() == names{"lat"}));
  BOOST_TEST((at(x, {one(0)}).dimensions() == names{"lat"}));
  BOOST_TEST((at(x, {cut(1, 3)}).dimensions() == names{"time", "lat"}));
  BOOST_TEST((x + 1).dimensions().size() == 2);
  BOOST_TEST(contains(mistake([&] { x.with_dimensions({"one"}); }), "1 names"));
}

BOOST_AUTO_TEST_CASE(scalars_alone_make_an_array_without_axes) {
  auto two = binary(opcode::add, std::int64_t{1}, std::int64_t{1});
  BOOST_TEST(two.ndim() == 0);
  BOOST_TEST((two.type() == dtype::int64));
  BOOST_TEST(compute(two)[0] == 2);
}

BOOST_AUTO_TEST_CASE(reductions_combine_at_most_16_blocks_at_once) {
  for (auto size : {1, 2, 7, 500}) {
    auto x = counted({500, 37}, {size, 5});
    for (auto& over : {std::optional<axes>{}, std::optional{axes{0}},
                       std::optional{axes{1}}}) {
      auto total = x.reduce(reduction::sum, over);
      edge_index edges{lower({&total, 1})};
      std::uint32_t most = 0;
      for (layer_id id = 0; id < edges.layers(); ++id)
        for (std::int64_t r = 0; r < edges.needed(id).size(); ++r)
          most = std::max(most, edges.slots(edges.at_rank(id, r)));
      BOOST_TEST(most <= 16);
      auto got = compute(total);
      auto all = compute(x).values();
      std::vector<double> sums(got.size());
      for (std::size_t i = 0; i < all.size(); ++i)
        sums[!over ? 0 : over->front() == 0 ? i % 37 : i / 37] += all[i];
      for (std::size_t i = 0; i < sums.size(); ++i)
        BOOST_TEST(std::abs(got[i] - sums[i]) < 1e-9);
    }
  }
}

BOOST_AUTO_TEST_CASE(products_with_many_inner_blocks_are_summed_in_a_tree) {
  // 40 inner blocks: 3 groups
  auto a = counted({7, 80}, {3, 2}) + 0.5;
  auto b = counted({80, 5}, {2, 2}) - 0.5;
  auto got = compute(a.dot(b));
  auto left = compute(a), right = compute(b);
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < 5; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 80; ++k)
        sum += left[i * 80 + k] * right[k * 5 + j];
      BOOST_TEST(std::abs(got[i * 5 + j] - sum) < 1e-12);
    }
  auto v = at(a, {one(0)});
  BOOST_TEST(v.dot(b).shape() == shape{5}, boost::test_tools::per_element());
  BOOST_TEST(std::abs(compute(v.dot(b))[1] - got[1]) < 1e-12);
  BOOST_TEST(contains(mistake([&] { a.dot(a); }), "80 and 7"));
}

BOOST_AUTO_TEST_CASE(equal_subexpressions_are_one_layer) {
  auto x = counted({6, 6}, {2});
  auto again = counted({6, 6}, {2}).named("other words");
  auto sum = (x + x.transpose()) * (again + again.transpose());
  std::vector<array> both{sum, x + x.transpose()};
  auto g = lower(both);
  BOOST_TEST(g.layers.size() == 4); // x, x.T, +, *
  BOOST_TEST(g.roots.size() == 2);
  BOOST_TEST(g.roots[0] == 3);
  BOOST_TEST(g.roots[1] == 2);
  // another seed is another array
  BOOST_TEST(
      (lower(std::vector{x + random_uniform({6, 6}, 2, dtype::float64, {{2}})})
           .layers.size()
       == 3));
}

BOOST_AUTO_TEST_CASE(a_long_chain_of_operations_is_lowered_and_freed) {
  auto x = zeros({2});
  for (int i = 0; i < 200'000; ++i)
    x = -x;
  auto g = lower({&x, 1});
  BOOST_TEST(g.layers.size() == 200'001);
}

// numpy.promote_types of all pairs, in the order of `types`.
BOOST_AUTO_TEST_CASE(dtypes_are_promoted_as_numpy_promotes_them) {
  const std::vector<std::string> types = {
      "bool",    "int8",      "int16",     "int32",  "int64",
      "uint8",   "uint16",    "uint32",    "uint64", "float32",
      "float64", "complex64", "complex128"};
  const std::vector<std::vector<std::string>> expected = {
      {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32",
       "uint64", "float32", "float64", "complex64", "complex128"},
      {"int8", "int8", "int16", "int32", "int64", "int16", "int32", "int64",
       "float64", "float32", "float64", "complex64", "complex128"},
      {"int16", "int16", "int16", "int32", "int64", "int16", "int32", "int64",
       "float64", "float32", "float64", "complex64", "complex128"},
      {"int32", "int32", "int32", "int32", "int64", "int32", "int32", "int64",
       "float64", "float64", "float64", "complex128", "complex128"},
      {"int64", "int64", "int64", "int64", "int64", "int64", "int64", "int64",
       "float64", "float64", "float64", "complex128", "complex128"},
      {"uint8", "int16", "int16", "int32", "int64", "uint8", "uint16", "uint32",
       "uint64", "float32", "float64", "complex64", "complex128"},
      {"uint16", "int32", "int32", "int32", "int64", "uint16", "uint16",
       "uint32", "uint64", "float32", "float64", "complex64", "complex128"},
      {"uint32", "int64", "int64", "int64", "int64", "uint32", "uint32",
       "uint32", "uint64", "float64", "float64", "complex128", "complex128"},
      {"uint64", "float64", "float64", "float64", "float64", "uint64", "uint64",
       "uint64", "uint64", "float64", "float64", "complex128", "complex128"},
      {"float32", "float32", "float32", "float64", "float64", "float32",
       "float32", "float64", "float64", "float32", "float64", "complex64",
       "complex128"},
      {"float64", "float64", "float64", "float64", "float64", "float64",
       "float64", "float64", "float64", "float64", "float64", "complex128",
       "complex128"},
      {"complex64", "complex64", "complex64", "complex128", "complex128",
       "complex64", "complex64", "complex128", "complex128", "complex64",
       "complex128", "complex64", "complex128"},
      {"complex128", "complex128", "complex128", "complex128", "complex128",
       "complex128", "complex128", "complex128", "complex128", "complex128",
       "complex128", "complex128", "complex128"}};
  for (std::size_t i = 0; i < types.size(); ++i)
    for (std::size_t k = 0; k < types.size(); ++k)
      BOOST_TEST(
          name_of(promote(*dtype_named(types[i]), *dtype_named(types[k])))
              == expected[i][k],
          types[i] << " and " << types[k]);
}

BOOST_AUTO_TEST_CASE(a_complex_number_makes_arrays_complex) {
  using namespace std::complex_literals;
  const auto is = [](const array& a, std::string_view name) {
    BOOST_TEST(name_of(a.type()) == name, a.expression());
  };
  is(zeros({3}, dtype::float32) + 1i, "complex64");
  is(zeros({3}, dtype::float64) + 1i, "complex128");
  is(1i * zeros({3}, dtype::int8), "complex128");
  is(zeros({3}, dtype::boolean) + 1i, "complex128");
  const auto narrow = zeros({3}, dtype::complex64);
  is(narrow + 2i, "complex64");
  is(narrow + 2.5, "complex64");
  is(narrow + 2, "complex64");
  is(narrow + 1if, "complex64");
  is(narrow + zeros({3}), "complex128");
  is(full({2}, 1i), "complex128");
  is(narrow.real(), "float32");
  is(zeros({3}, dtype::int8).imag(), "int8");
  is(absolute(narrow), "float32");
  is(angle(narrow), "float32");
  is(narrow.std(), "float32");
  is(narrow.mean(), "complex64");
  is(narrow.sum(), "complex64");
}

BOOST_AUTO_TEST_CASE(what_complex_numbers_lack_is_named_with_the_dtype) {
  const auto z = zeros({3}, dtype::complex64).named("z");
  const auto lacks = [&](auto f, std::string_view name) {
    BOOST_TEST(mistake(f) == std::string(name) + ": not defined for complex64");
  };
  lacks([&] { less(z, z); }, "less");
  lacks([&] { z % 2; }, "remainder");
  lacks([&] { floordiv(z, 2); }, "floor_divide");
  lacks([&] { z& z; }, "bitwise_and");
  lacks([&] { floor(z); }, "floor");
  lacks([&] { sign(z); }, "sign");
  lacks([&] { minimum(z, 1); }, "minimum");
  lacks([&] { arctan2(z, z); }, "arctan2");
  lacks([&] { z.max(); }, "max");
  lacks([&] { z.nanmin(); }, "nanmin");
  lacks([&] { z.argmin(); }, "argmin");
  lacks([&] { random_uniform({3}, 1, dtype::complex64); }, "random");
  BOOST_TEST(mistake([&] { z.astype(dtype::float64); })
             == "astype: complex64 to float64 would lose the imaginary part; "
                "take real(z)");
  const scalar one_and_two_i = std::complex(1.0, 2.0);
  BOOST_TEST(mistake([&] { full({2}, one_and_two_i, dtype::float64); })
             == "the complex number (1+2j) is no float64");
  BOOST_TEST(mistake([&] { arange(one_and_two_i, 3, 1); })
             == "arange: not defined for the number (1+2j)");
  BOOST_TEST(mistake([&] { arange(0, 3, 1, dtype::complex64); })
             == "arange(0, 3, 1): not defined for complex64");
}

BOOST_AUTO_TEST_CASE(a_number_that_its_dtype_cannot_hold_is_named) {
  auto x = zeros({6}, dtype::uint8);
  BOOST_TEST(mistake([&] { x + 300; })
             == "the number 300 is out of bounds for uint8");
  BOOST_TEST(mistake([&] { x - -1; })
             == "the number -1 is out of bounds for uint8");
  BOOST_TEST(mistake([&] { full({2}, std::int64_t{40000}, dtype::int16); })
             == "the number 40000 is out of bounds for int16");
  BOOST_TEST(((x + 255).type() == dtype::uint8));
  BOOST_TEST(((x + 0.5).type() == dtype::float64));
}

BOOST_AUTO_TEST_SUITE_END()
