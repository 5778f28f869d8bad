#include "dataflow/optimize/optimize.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace tern::test;

namespace {

array random(const shape& s, std::vector<std::int64_t> chunks,
             std::uint64_t seed = 1) {
  return random_uniform(s, seed, dtype::float64, {std::move(chunks)});
}

/// An array that is no source: one without its first block along each axis.
array sliced(const shape& s, std::vector<std::int64_t> chunks,
             std::uint64_t seed = 1) {
  auto longer = s;
  std::vector<index_item> items;
  for (std::size_t i = 0; i < s.size(); ++i) {
    auto first = chunks[chunks.size() == 1 ? 0 : i];
    longer[i] += first;
    items.push_back(cut(first));
  }
  return random(longer, std::move(chunks), seed)[items];
}

graph lowered(const std::vector<array>& roots) {
  return lower(roots);
}

std::size_t layers_of(const std::vector<array>& roots) {
  return optimize(lowered(roots)).layers.size();
}

/// Both ways give the same bits.
void check_meaning(const std::vector<array>& roots) {
  auto plain = run(lowered(roots));
  auto fused = run(optimize(lowered(roots)));
  BOOST_REQUIRE(plain.size() == fused.size());
  for (std::size_t i = 0; i < plain.size(); ++i)
    BOOST_TEST((plain[i] == fused[i]), roots[i].expression());
}

} // namespace

BOOST_AUTO_TEST_SUITE(fusion)

BOOST_AUTO_TEST_CASE(elementwise_work_on_a_source_becomes_one_layer) {
  auto x = random({11, 13}, {3, 2});
  auto a = unary(opcode::sqrt, (x + 1) * x.transpose().transpose());
  BOOST_TEST(layers_of({(x + 1) * 2}) == 1);
  check_meaning({a});
}

BOOST_AUTO_TEST_CASE(a_reduction_makes_its_source_itself) {
  auto x = random({11, 13}, {3, 3});
  auto total = (x * 2 - 1).reduce(reduction::sum, {});
  auto g = optimize(lowered({total}));
  // 20 blocks: chunk, one level of the tree, finish
  BOOST_TEST(g.layers.size() == 3);
  BOOST_TEST(edge_index{g}.tasks() == 20 + 2 + 1);
  BOOST_TEST(g.layers[0].inputs.empty());
  check_meaning({total});
}

BOOST_AUTO_TEST_CASE(the_slide_is_fused_to_four_layers) {
  auto x = random({8, 8}, {2});
  auto slide = ((x + x.transpose()) - x.reduce(reduction::mean, axes{0}))
                   .reduce(reduction::std_deviation, {});
  auto g = optimize(lowered({slide}));
  // partial means, mean, partial deviations with + and - in them, result; x is
  // made where it is read
  BOOST_TEST(g.layers.size() == 4);
  BOOST_TEST(edge_index{g}.tasks() == 16 + 4 + 16 + 1);
  check_meaning({slide});
}

BOOST_AUTO_TEST_CASE(what_several_read_is_computed_once) {
  auto x = sliced({6, 6}, {2});
  auto shared = unary(opcode::exp, x);
  auto a = shared + shared.transpose();
  auto g = optimize(lowered({a}));
  // source, slice, exp, sum: the sum reads exp by two inputs
  BOOST_TEST(g.layers.size() == 4);
  BOOST_TEST(g.layers.back().inputs.size() == 2);
  check_meaning({a});
  // seen the same way twice is one input, and exp goes into its reader
  auto b = (shared + 1) * (shared - 1);
  BOOST_TEST(layers_of({b}) == 3);
  BOOST_TEST(optimize(lowered({b})).layers.back().inputs.size() == 1);
  check_meaning({b});
}

BOOST_AUTO_TEST_CASE(roots_stay) {
  auto x = sliced({6, 6}, {2});
  auto a = x + 1;
  auto b = a * 2;
  BOOST_TEST(layers_of({b}) == 3);
  BOOST_TEST(layers_of({b, a}) == 4);
  check_meaning({b, a});
  // the same root twice
  check_meaning({b, b});
}

BOOST_AUTO_TEST_CASE(repeated_operands_are_not_computed_again_and_again) {
  auto x = sliced({6, 8}, {2, 3});
  auto v = sliced({8}, {3}, 2);
  auto costly = x * unary(opcode::exp, v);
  auto g = optimize(lowered({costly}));
  BOOST_TEST(g.layers.size() == 6); // 2 sources, 2 slices, exp, product
  check_meaning({costly});
  // a view of a repeated operand costs nothing
  auto column = sliced({6}, {2}, 3);
  auto cheap = x * at(column, {whole, newaxis});
  BOOST_TEST(layers_of({cheap}) == 5); // 2 sources, 2 slices, product
  check_meaning({cheap});
}

BOOST_AUTO_TEST_CASE(constants_are_made_by_every_reader) {
  auto x = sliced({6, 8}, {2, 3});
  auto a = x + ones({8}, dtype::float64, {{3}}) * 1;
  BOOST_TEST(layers_of({x + ones({8})}) == 3);
  check_meaning({x + ones({8}), a});
}

BOOST_AUTO_TEST_CASE(random_numbers_are_not_made_again_for_each_row) {
  auto x = sliced({6, 8}, {2, 3});
  auto a = x + random({8}, {3});
  BOOST_TEST(layers_of({a}) == 4);
  check_meaning({a});
}

BOOST_AUTO_TEST_CASE(transposed_sources_are_made_transposed) {
  auto x = sliced({7, 5}, {2, 3});
  auto a = x * random({5, 7}, {3, 2}).transpose();
  auto g = optimize(lowered({a}));
  BOOST_TEST(g.layers.size() == 3);
  BOOST_TEST(g.layers.back().inputs.size() == 1);
  check_meaning({a});
  auto ramp =
      arange(std::int64_t{0}, std::int64_t{7}, std::int64_t{1}, {}, {{2}});
  check_meaning({(at(ramp, {whole, newaxis}) * x.transpose().transpose())});
  check_meaning({ramp - x.transpose()});
  check_meaning({(ramp - x.transpose()).reduce(reduction::sum, axes{0})});
}

BOOST_AUTO_TEST_CASE(views_of_views_are_composed) {
  auto x = sliced({3, 4, 5}, {2, 3, 2});
  std::vector<std::int64_t> turn{1, 2, 0};
  auto a = x.transpose(turn).transpose(turn)
           - x.transpose(turn).transpose(std::vector<std::int64_t>{1, 2, 0});
  check_meaning({a});
  check_meaning({at(x, {newaxis, dots}).transpose() * 2});
  check_meaning({at(x.transpose(turn) + 1, {dots, newaxis}).transpose() + 0.5});
}

BOOST_AUTO_TEST_CASE(programs_do_not_grow_without_bound) {
  auto x = sliced({4}, {2});
  for (int i = 0; i < 200; ++i)
    x = unary(opcode::sin, x) + i;
  auto g = optimize(lowered({x}));
  BOOST_TEST(g.layers.size() > 3);
  for (auto& l : g.layers)
    if (auto* op = std::get_if<op_blockwise>(&l.op))
      BOOST_TEST(op->code.steps.size() <= 64);
  check_meaning({x});
}

BOOST_AUTO_TEST_CASE(operands_do_not_grow_without_bound) {
  auto sum = sliced({4}, {2}, 0);
  for (std::uint64_t seed = 1; seed < 40; ++seed)
    sum = sum + sliced({4}, {2}, seed);
  auto g = optimize(lowered({sum}));
  for (auto& l : g.layers)
    if (auto* op = std::get_if<op_blockwise>(&l.op))
      BOOST_TEST(op->operands.size() <= 16);
  check_meaning({sum});
}

BOOST_AUTO_TEST_CASE(long_chains_are_fused_in_linear_time) {
  auto x = sliced({2}, {2});
  for (int i = 0; i < 50'000; ++i)
    x = -x;
  BOOST_TEST(layers_of({x}) < 2000);
}

BOOST_AUTO_TEST_SUITE_END()
