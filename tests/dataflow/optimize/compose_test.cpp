// Views and maps put together by hand: expressions give few of them.

#include "dataflow/optimize/compose.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

namespace {

using kind = axis_map::kind;

axis_map same(std::int8_t axis, std::int64_t offset = 0) {
  return {kind::same, axis, offset, 1};
}

layer_operand seen_as(std::initializer_list<int> axes) {
  layer_operand o;
  o.input = 0;
  for (auto a : axes)
    o.axes.push_back(static_cast<std::int8_t>(a));
  return o;
}

layer_input by(std::initializer_list<axis_map> maps) {
  layer_input in;
  in.from = 7;
  in.axes.assign(maps.begin(), maps.end());
  return in;
}

/// Blocks of 2 along each axis.
chunks cut(std::initializer_list<std::int64_t> extents) {
  chunks c;
  for (auto n : extents)
    c.push_back(axis_chunks::regular(n, 2));
  return c;
}

/// A blockwise layer that reads layer 3.
layer reading(chunks out, std::initializer_list<axis_map> maps) {
  layer l;
  l.out = std::move(out);
  l.inputs.push_back(by(maps));
  l.inputs[0].from = 3;
  return l;
}

layer_operand ramp() {
  layer_operand o;
  o.made.kind = source_kind::arange;
  o.made.extents = {6};
  o.made_axes.push_back(0);
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(composition)

BOOST_AUTO_TEST_CASE(offsets_are_added) {
  auto inner = reading(cut({4, 4}), {same(0, 3), same(1)});
  auto c = compose(inner, seen_as({0, 1}), by({same(1, 2), same(0)}),
                   seen_as({1, 0}), cut({4, 4}));
  BOOST_REQUIRE(c && c->input);
  BOOST_TEST(c->input->from == 3);
  BOOST_TEST((c->input->axes[0] == same(1, 5)));
  BOOST_TEST((c->input->axes[1] == same(0)));
}

BOOST_AUTO_TEST_CASE(constant_blocks_stay_constant) {
  auto inner = reading(cut({4, 1, 4}), {same(0), same(-1, 4), same(2, 1)});
  auto c = compose(inner, seen_as({0, -1, 2}),
                   by({same(-1, 1), {kind::first, 0, 0, 1}, same(0)}),
                   seen_as({2}), cut({4}));
  BOOST_REQUIRE(c && c->input);
  BOOST_TEST((c->input->axes[0] == same(-1, 1)));
  BOOST_TEST((c->input->axes[1] == same(-1, 4)));
  BOOST_TEST((c->input->axes[2] == same(0, 1)));
}

BOOST_AUTO_TEST_CASE(permutations_are_composed) {
  auto inner = reading(cut({2, 4, 6}), {same(1), same(2), same(0)});
  // axis i of the inner result is axis (2, 0, 1)[i] of its operand
  auto c = compose(inner, seen_as({2, 0, 1}), by({same(2), same(0), same(1)}),
                   seen_as({1, 2, 0}), cut({4, 6, 2}));
  BOOST_REQUIRE(c && c->input);
  BOOST_TEST((c->operand.axes == seen_as({0, 1, 2}).axes));
  BOOST_TEST((c->input->axes[0] == same(0)));
  BOOST_TEST((c->input->axes[1] == same(1)));
  BOOST_TEST((c->input->axes[2] == same(2)));
}

BOOST_AUTO_TEST_CASE(several_blocks_cannot_be_seen_as_one) {
  auto inner = reading(cut({4}), {same(0)});
  axis_map group{kind::group, 0, 0, 2};
  BOOST_TEST(
      !compose(inner, seen_as({0}), by({group}), seen_as({0}), cut({4})));
  inner.inputs[0].axes[0] = group;
  BOOST_TEST(
      !compose(inner, seen_as({0}), by({same(0)}), seen_as({0}), cut({4})));
}

BOOST_AUTO_TEST_CASE(a_source_needs_the_same_elements_at_the_same_places) {
  layer inner;
  inner.out = cut({6});
  auto c = compose(inner, ramp(), by({same(1)}), seen_as({-1, 0}), cut({4, 6}));
  BOOST_REQUIRE(c);
  BOOST_TEST(!c->input);
  BOOST_TEST(c->operand.made_axes[0] == 1);
  // another block, other blocks, an axis that is not seen
  BOOST_TEST(!compose(inner, ramp(), by({same(0, 1)}), seen_as({0}), cut({4})));
  BOOST_TEST(!compose(inner, ramp(), by({same(0)}), seen_as({0}),
                      {axis_chunks::regular(6, 3)}));
  BOOST_TEST(
      !compose(inner, ramp(), by({same(1)}), seen_as({0, -1}), cut({6, 6})));
  BOOST_TEST(!compose(inner, ramp(), by({{kind::first, 0, 0, 1}}), seen_as({0}),
                      cut({2})));
}

BOOST_AUTO_TEST_CASE(a_source_of_one_element_is_made_anywhere) {
  layer inner;
  inner.out = cut({1});
  auto one = ramp();
  one.made.extents = {1};
  auto c =
      compose(inner, one, by({{kind::first, 0, 0, 1}}), seen_as({0}), cut({6}));
  BOOST_REQUIRE(c);
  BOOST_TEST(c->operand.made_axes[0] == -1);
}

BOOST_AUTO_TEST_CASE(constants_need_nothing) {
  layer inner;
  inner.out = cut({6});
  auto full = ramp();
  full.made.kind = source_kind::full;
  auto c = compose(inner, full, by({same(0, 2)}), seen_as({0}), cut({2}));
  BOOST_REQUIRE(c);
  BOOST_TEST(c->operand.made_axes[0] == -1);
}

BOOST_AUTO_TEST_CASE(repetition_is_seen) {
  layer inner;
  inner.out = cut({6, 1});
  BOOST_TEST(!repeats(inner, seen_as({0, 1}), cut({6, 1})));
  BOOST_TEST(repeats(inner, seen_as({0, 1}), cut({6, 2})));
  BOOST_TEST(repeats(inner, seen_as({-1, 0}), cut({3, 6})));
  BOOST_TEST(!repeats(inner, seen_as({-1, 0}), cut({1, 6})));
}

BOOST_AUTO_TEST_SUITE_END()
