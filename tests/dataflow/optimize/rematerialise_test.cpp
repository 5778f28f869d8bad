#include "dataflow/optimize/optimize.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace tern::test;

namespace {

array random(const shape& s, std::vector<std::int64_t> chunks) {
  return random_uniform(s, 1, dtype::float64, {std::move(chunks)});
}

array mean(const array& x) {
  return x.reduce(reduction::mean, axes{0});
}

/// The layers that others read, after all passes; the bits stay the same.
std::size_t held_layers(const std::vector<array>& roots) {
  auto g = optimize(lower(roots));
  const auto plain = run(lower(roots));
  const auto passed = run(g);
  for (std::size_t i = 0; i < plain.size(); ++i)
    BOOST_TEST((plain[i] == passed[i]), roots[i].expression());
  std::size_t held = 0;
  for (auto& l : g.layers)
    held += std::holds_alternative<op_blockwise>(l.op) ? 1 : 0;
  return held - roots.size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(rematerialisation)

BOOST_AUTO_TEST_CASE(a_cheap_source_is_not_held_across_a_barrier) {
  auto x = random({11, 11}, {2});
  BOOST_TEST(held_layers({x - mean(x)}) == 0u);
  BOOST_TEST(held_layers({(x + x.transpose()) - mean(x)}) == 0u);
  auto y = x * 3 - 1;
  BOOST_TEST(held_layers({y - mean(y)}) == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_dear_to_make_is_held) {
  auto x = random({11, 11}, {2});
  auto dear = x;
  for (int i = 0; i < 5; ++i)
    dear = unary(opcode::sin, dear);
  BOOST_TEST(held_layers({dear - mean(dear)}) == 1u);
}

BOOST_AUTO_TEST_CASE(a_root_is_made_once) {
  auto x = random({11, 11}, {2});
  BOOST_TEST(held_layers({x - mean(x), x}) == 0u);
  BOOST_TEST(optimize(lower(std::vector{x - mean(x), x})).layers.size() == 4u);
}

// Both sides of a product read the same copy, and no other is left over.
BOOST_AUTO_TEST_CASE(copies_that_no_reader_takes_in_are_one_layer) {
  auto x = random({12, 12}, {2});
  auto g = optimize(lower(std::vector{x.dot(x) + x.dot(x.transpose())}));
  std::size_t sources = 0;
  for (auto& l : g.layers)
    sources += l.inputs.empty() ? 1 : 0;
  BOOST_TEST(sources == 2u); // x, and x.T made as it is seen
  BOOST_TEST(held_layers({x.dot(x) + x.dot(x.transpose())}) == 2u);
}

BOOST_AUTO_TEST_CASE(a_repeated_source_is_made_once_an_element) {
  auto row = random({12}, {2});
  auto x = random({12, 12}, {2});
  // each element of the row is read by 12 rows: it is held
  BOOST_TEST(held_layers({(x + row) * row.reduce(reduction::sum, {})}) == 1u);
}

BOOST_AUTO_TEST_CASE(equal_layers_become_one) {
  auto x = random({6, 6}, {2});
  auto g = lower(std::vector{x + 1});
  graph twice = g;
  for (auto l : g.layers) {
    for (auto& in : l.inputs)
      in.from += static_cast<layer_id>(g.layers.size());
    twice.layers.push_back(l);
  }
  twice.roots.push_back(static_cast<layer_id>(twice.layers.size() - 1));
  const auto shared = share(twice);
  BOOST_TEST(shared.layers.size() == g.layers.size());
  BOOST_TEST((shared.roots[0] == shared.roots[1]));
}

BOOST_AUTO_TEST_SUITE_END()
