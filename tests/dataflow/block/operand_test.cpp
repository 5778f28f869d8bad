// How operands are seen: transposed, repeated, made. Each result is compared
// with one that indexes element by element; sizes are ragged against tiles of
// 512 and patches of 16 x 32.

#include "dataflow/block/chunks.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace tern;
using namespace tern::test;

namespace {

/// The operand's element for index `at` of the result.
template <class T>
T element(const operand& o, const shape& at) {
  const auto& has = o.data.shape();
  shape own(has.size(), 0);
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    const int a = o.axes.empty() ? static_cast<int>(axis) : o.axes[axis];
    if (a >= 0 && a < static_cast<int>(has.size()) && has[a] != 1)
      own[a] = at[axis];
  }
  return o.data.values<T>()[linear_of(has, own)];
}

program sum_of(std::size_t operands, dtype type) {
  program p;
  for (std::uint16_t i = 0; i < operands; ++i)
    p.steps.push_back({.op = opcode::load, .type = type, .a = i});
  std::uint16_t last = 0;
  for (std::uint16_t i = 1; i < operands; ++i) {
    p.steps.push_back({.op = opcode::add, .type = type, .a = last, .b = i});
    last = static_cast<std::uint16_t>(p.steps.size() - 1);
  }
  return p;
}

template <class T>
void check_sum(const std::vector<operand>& operands, const shape& s) {
  const block got =
      elementwise(sum_of(operands.size(), dtype_of<T>), operands, s);
  BOOST_REQUIRE((got.shape() == s));
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const auto at = index_of(s, i);
    T want = element<T>(operands[0], at);
    for (std::size_t k = 1; k < operands.size(); ++k)
      want += element<T>(operands[k], at);
    wrong += got.values<T>()[i] != want;
  }
  BOOST_TEST(wrong == 0, "shape " << to_string(s));
}

operand seen(const block& b, std::initializer_list<int> axes) {
  auto o = whole(b);
  for (int axis : axes)
    o.axes.insert(o.axes.end(), static_cast<std::int8_t>(axis));
  return o;
}

source uniform(const shape& extents, dtype type, std::uint64_t seed) {
  return {source_kind::random_uniform, type, 0, 0, seed, extents};
}

/// The box of `s` elements that begins at `start`.
block part(const block& b, const shape& start, const shape& s) {
  return slice(b, start, shape(s.size(), 1), s, s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(operands)

BOOST_AUTO_TEST_CASE(a_matrix_and_its_transpose_add_up) {
  for (auto n : {1, 2, 7, 16, 33, 100, 257}) {
    const auto x = noise({n, n}, 1);
    check_sum<double>({whole(x), seen(x, {1, 0})}, {n, n});
    const auto y = noise({n, n}, 2, dtype::float32);
    check_sum<float>({whole(y), seen(y, {1, 0})}, {n, n});
  }
}

BOOST_AUTO_TEST_CASE(long_and_flat_matrices_are_transposed) {
  for (auto [n, m] : {std::pair{3, 1000},
                      {1000, 3},
                      {1, 700},
                      {600, 1},
                      {47, 129},
                      {513, 17}}) {
    const auto x = noise({m, n}, 3);
    check_sum<double>({seen(x, {1, 0})}, {n, m});
    const auto y = noise({n, m}, 4);
    check_sum<double>({whole(y), seen(x, {1, 0}), whole(y)}, {n, m});
  }
}

BOOST_AUTO_TEST_CASE(booleans_are_transposed) {
  const auto x = noise({41, 67}, 1);
  const auto half = whole(block::of(0.5));
  const operand from[] = {whole(x), half};
  const auto b = elementwise(
      single(opcode::less, dtype::float64, dtype::boolean), from, {41, 67});
  const auto t = seen(b, {1, 0});
  const auto got =
      elementwise(single(opcode::bit_not, dtype::boolean, dtype::boolean),
                  {&t, 1}, {67, 41});
  for (std::int64_t i = 0; i < 67; ++i)
    for (std::int64_t j = 0; j < 41; ++j)
      BOOST_REQUIRE(got.values<bool>()[i * 41 + j]
                    != b.values<bool>()[j * 67 + i]);
}

BOOST_AUTO_TEST_CASE(all_permutations_of_three_axes_are_right) {
  const shape s{9, 35, 21};
  std::array<int, 3> order{0, 1, 2};
  do {
    shape own(3);
    for (std::size_t axis = 0; axis < 3; ++axis)
      own[order[axis]] = s[axis];
    const auto x = noise(own, 5);
    const auto y = noise(s, 6);
    const auto o = seen(x, {order[0], order[1], order[2]});
    check_sum<double>({o}, s);
    check_sum<double>({whole(y), o}, s);
  } while (std::next_permutation(order.begin(), order.end()));
}

BOOST_AUTO_TEST_CASE(rows_columns_and_scalars_are_repeated) {
  for (auto [n, m] : {std::pair{5, 700}, {700, 5}, {60, 61}, {1, 1}}) {
    const auto x = noise({n, m}, 1);
    const auto row = noise({m}, 2);
    const auto column = noise({n, 1}, 3);
    const auto wide = noise({1, m}, 4);
    check_sum<double>({whole(x), seen(row, {-1, 0}), whole(column), whole(wide),
                       whole(block::of(0.25))},
                      {n, m});
    check_sum<double>({seen(row, {-1, 0}), whole(column)}, {n, m});
    check_sum<double>({whole(column)}, {n, m});
  }
}

BOOST_AUTO_TEST_CASE(a_row_is_repeated_along_a_transposed_matrix) {
  const auto x = noise({40, 130}, 1);
  const auto row = noise({40}, 2);
  check_sum<double>({seen(x, {1, 0}), seen(row, {-1, 0})}, {130, 40});
}

BOOST_AUTO_TEST_CASE(bits_do_not_depend_on_how_a_block_is_cut) {
  const auto f8 = dtype::float64;
  const program code{{{.op = opcode::load, .type = f8, .a = 0},
                      {.op = opcode::load, .type = f8, .a = 1},
                      {.op = opcode::sin, .type = f8, .a = 0},
                      {.op = opcode::log, .type = f8, .a = 1},
                      {.op = opcode::tanh, .type = f8, .a = 0},
                      {.op = opcode::multiply, .type = f8, .a = 2, .b = 3},
                      {.op = opcode::add, .type = f8, .a = 4, .b = 5}}};
  const shape s{50, 41};
  const auto x = noise(s, 1);
  const auto y = noise({41, 50}, 2);
  const operand both[] = {whole(x), seen(y, {1, 0})};
  const auto all = elementwise(code, both, s);
  for (const shape& piece : {shape{1, 1}, {7, 3}, {50, 5}, {3, 41}, {16, 32}})
    for (std::int64_t i = 0; i < s[0]; i += piece[0])
      for (std::int64_t j = 0; j < s[1]; j += piece[1]) {
        const shape n{std::min(piece[0], s[0] - i),
                      std::min(piece[1], s[1] - j)};
        const operand cut[] = {whole(part(x, {i, j}, n)),
                               seen(part(y, {j, i}, {n[1], n[0]}), {1, 0})};
        BOOST_REQUIRE(
            identical(elementwise(code, cut, n), part(all, {i, j}, n)));
      }
}

BOOST_AUTO_TEST_CASE(sources_are_made_in_place_of_operands) {
  const shape all{90, 70};
  for (auto type : {dtype::float64, dtype::float32}) {
    const auto made = uniform(all, type, 11);
    const auto x = noise(all, 11, type);
    for (const shape& start : {shape{0, 0}, {3, 5}, {11, 1}}) {
      const shape s{79, 65};
      const operand from{
          .data = {}, .axes = {}, .made = &made, .origin = start};
      BOOST_TEST(identical(elementwise(sum_of(1, type), {&from, 1}, s),
                           part(x, start, s)));
      BOOST_TEST(identical(make_source(made, start, s), part(x, start, s)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_source_is_seen_transposed_and_repeated) {
  const shape all{64, 90};
  const auto made = uniform(all, dtype::float64, 5);
  const auto x = noise(all, 5);
  operand across{.data = {}, .axes = {}, .made = &made, .origin = {7, 3}};
  across.axes.assign({1, 0});
  const shape s{80, 50};
  const auto direct = whole(part(x, {7, 3}, {50, 80}));
  auto turned = direct;
  turned.axes.assign({1, 0});
  const auto y = noise(s, 6);
  const operand made_pair[] = {whole(y), across};
  const operand held_pair[] = {whole(y), turned};
  const auto code = sum_of(2, dtype::float64);
  BOOST_TEST(identical(elementwise(code, made_pair, s),
                       elementwise(code, held_pair, s)));
  // one row of it, along the other axis of the result
  operand row{.data = {}, .axes = {}, .made = &made, .origin = {9, 2}};
  row.axes.assign({-1, 1});
  const auto got = elementwise(sum_of(1, dtype::float64), {&row, 1}, {4, 30});
  for (std::int64_t i = 0; i < 4; ++i)
    for (std::int64_t j = 0; j < 30; ++j)
      BOOST_TEST(got.values<double>()[i * 30 + j]
                 == x.values<double>()[9 * 90 + 2 + j]);
}

BOOST_AUTO_TEST_CASE(empty_results_need_no_elements) {
  const auto x = make<double>({0, 4}, {});
  const auto from = whole(x);
  const auto got = elementwise(
      single(opcode::sin, dtype::float64, dtype::float64), {&from, 1}, {0, 4});
  BOOST_TEST((got.shape() == shape{0, 4}));
  BOOST_TEST(got.size() == 0);
}

BOOST_AUTO_TEST_CASE(operands_that_do_not_fit_are_refused_with_their_shapes) {
  const auto x = noise({3, 4}, 1);
  auto refused = [](const operand& o, const shape& s) {
    BOOST_CHECK_EXCEPTION(
        elementwise(sum_of(1, dtype::float64), {&o, 1}, s),
        std::invalid_argument, [&](const std::invalid_argument& e) {
          return std::string(e.what()).find(to_string(s)) != std::string::npos;
        });
  };
  refused(whole(x), {4, 3});
  refused(whole(x), {3, 4, 1});
  refused(seen(x, {0, -1}), {3, 4});
  refused(seen(x, {0, 5}), {3, 4});
  const auto made = uniform({3, 4}, dtype::float64, 1);
  refused({.data = {}, .axes = {}, .made = &made, .origin = {0, 2}}, {3, 3});
}

BOOST_AUTO_TEST_SUITE_END()
