#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/print.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "tests/apps/runners.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>

using namespace tern;

namespace {

double number_in(const nlohmann::json& j) {
  if (j == "nan")
    return std::nan("");
  if (j.is_string())
    return j == "inf" ? INFINITY : -INFINITY;
  return j.get<double>();
}

block block_of(const nlohmann::json& reference) {
  const auto extents = reference["shape"].get<std::vector<std::int64_t>>();
  block_builder out(*dtype_named(reference["dtype"].get<std::string>()),
                    {extents.begin(), extents.end()});
  const auto& values = reference["values"];
  const auto fill = [&]<class T>(std::span<T> to) {
    for (std::size_t i = 0; i < to.size(); ++i)
      if constexpr (is_complex_type<T>)
        to[i] = T({number_in(values[i][0]), number_in(values[i][1])});
      else if constexpr (std::is_floating_point_v<T>)
        to[i] = static_cast<T>(number_in(values[i]));
      else
        to[i] = values[i].template get<T>();
  };
  const auto type = *dtype_named(reference["dtype"].get<std::string>());
  dispatch(type, [&]<class T>(T) { fill(out.values<T>()); });
  return out.finish();
}

template <class T>
block row_of(std::initializer_list<T> values) {
  block_builder out(dtype_of<T>, {static_cast<std::int64_t>(values.size())});
  std::copy(values.begin(), values.end(), out.values<T>().begin());
  return out.finish();
}

} // namespace

BOOST_AUTO_TEST_SUITE(printing)

BOOST_AUTO_TEST_CASE(arrays_look_as_numpy_prints_them) {
  std::ifstream file(TERN_SOURCE_DIR "/tests/apps/references/print.json");
  BOOST_REQUIRE(file);
  for (const auto& reference : nlohmann::json::parse(file))
    BOOST_TEST_CONTEXT(reference["dtype"] << " " << reference["shape"])
  BOOST_TEST(to_text(block_of(reference))
             == reference["text"].get<std::string>());
}

BOOST_AUTO_TEST_CASE(json_is_nested_lists_with_the_shortest_digits) {
  BOOST_TEST(to_json(row_of({0.1, 1.0, -2.5, 1e100, 1e-7}))
             == "[0.1, 1.0, -2.5, 1e+100, 1e-07]");
  BOOST_TEST(to_json(row_of({0.1f, 16777216.0f})) == "[0.1, 16777216.0]");
  BOOST_TEST(to_json(row_of<std::int64_t>({1, -9223372036854775807}))
             == "[1, -9223372036854775807]");
  BOOST_TEST(to_json(row_of({true, false})) == "[true, false]");
  BOOST_TEST(to_json(block::of(2.5)) == "2.5");
}

BOOST_AUTO_TEST_CASE(complex_numbers_are_lists_of_two_in_json) {
  using z = std::complex<double>;
  BOOST_TEST(to_json(row_of({z(0.1, -2), z(0, 1e100)}))
             == "[[0.1, -2.0], [0.0, 1e+100]]");
  BOOST_TEST(to_json(row_of({std::complex<float>(0.1f, 16777216.0f)}))
             == "[[0.1, 16777216.0]]");
  BOOST_TEST(to_json(row_of({z(NAN, -INFINITY)})) == "[[NaN, -Infinity]]");
  BOOST_TEST(to_json(program_value(scalar(z(1, 2))), {}) == "[1.0, 2.0]");
  BOOST_TEST(to_text(program_value(scalar(z(1, -2))), {}) == "(1-2j)");
}

BOOST_AUTO_TEST_CASE(json_writes_nan_and_infinity_as_python_does) {
  BOOST_TEST(to_json(row_of<double>({NAN, INFINITY, -INFINITY}))
             == "[NaN, Infinity, -Infinity]");
  BOOST_TEST(to_json(program_value(scalar(double(NAN))), {}) == "NaN");
}

BOOST_AUTO_TEST_CASE(json_lists_nest_by_axes) {
  block_builder out(dtype::int64, {2, 0, 3});
  BOOST_TEST(to_json(out.finish()) == "[[], []]");
  block_builder cube(dtype::int64, {2, 1, 2});
  for (std::size_t i = 0; i < 4; ++i)
    cube.values<std::int64_t>()[i] = static_cast<std::int64_t>(i);
  BOOST_TEST(to_json(cube.finish()) == "[[[0, 1]], [[2, 3]]]");
}

BOOST_AUTO_TEST_CASE(json_leaves_out_more_than_a_million_elements) {
  block_builder most(dtype::boolean, {1'000'000});
  std::fill_n(most.values<bool>().begin(), 1'000'000, true);
  BOOST_TEST(to_json(most.finish()).size() > 4'000'000u);
  block_builder more(dtype::boolean, {1'000'001});
  std::fill_n(more.values<bool>().begin(), 1'000'001, true);
  BOOST_TEST(to_json(more.finish()) == "null");
}

BOOST_AUTO_TEST_CASE(every_double_reads_back_the_same) {
  std::uint64_t bits = 88172645463325252u; // xorshift
  for (int i = 0; i < 10'000; ++i) {
    bits ^= bits << 13;
    bits ^= bits >> 7;
    bits ^= bits << 17;
    double x = 0;
    std::memcpy(&x, &bits, sizeof(x));
    if (!std::isfinite(x))
      continue;
    BOOST_REQUIRE(nlohmann::json::parse(to_json(block::of(x))).get<double>()
                  == x);
  }
}

BOOST_AUTO_TEST_CASE(tuples_take_the_results_in_order) {
  const auto v = evaluate("x = ones(3); x.sum(), 'a', (x.mean(), 2), None, "
                          "float32, [True]");
  BOOST_TEST(arrays_in(v).size() == 2u);
  const block results[] = {block::of(3.0), block::of(1.0)};
  BOOST_TEST(to_json(v, results)
             == "[3.0, \"a\", [1.0, 2], null, \"float32\", [true]]");
  BOOST_TEST(to_text(v, results)
             == "(3.0, 'a', (1.0, 2), None, float32, [True])");
  BOOST_TEST(to_text(evaluate("'two words'"), {}) == "two words");
  BOOST_TEST(to_json(evaluate("'\"\\\\\xff'"), {}).front() == '"');
}

BOOST_AUTO_TEST_CASE(only_what_is_shown_has_to_be_computed) {
  const auto x = std::get<array>(evaluate("x = random.random((40, 7, 90), "
                                          "chunks=(2, 3, 4)); x * 1e3 - 7"));
  const auto shown = shown_part(x);
  BOOST_TEST((shown.shape() == shape{6, 6, 6}));
  const auto& run = tern::testing::runners().front().run;
  BOOST_TEST(to_text(run(shown).value(), x.shape()) == to_text(run(x).value()));
  const auto small = std::get<array>(evaluate("ones((10, 100))"));
  BOOST_TEST((shown_part(small).root() == small.root()));
}

// 100 x 100 blocks; six corners of three blocks of the sums, and two columns of
// blocks for the means.
BOOST_AUTO_TEST_CASE(a_large_slide_is_printed_from_its_corners) {
  const auto whole = std::get<array>(
      evaluate("X = dask.array.random((100000, 100000), chunks=(1000, 1000))\n"
               "(X + X.T) - X.mean(axis=0)"));
  const auto shown = shown_part(whole);
  const auto tasks = edge_index{optimize(lower({&shown, 1}))}.tasks();
  BOOST_TEST(edge_index{optimize(lower({&whole, 1}))}.tasks() > 20'000);
  BOOST_TEST(tasks > 200);
  BOOST_TEST(tasks < 300);
}

BOOST_AUTO_TEST_SUITE_END()
