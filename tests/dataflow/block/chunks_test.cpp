#include "dataflow/block/chunks.hpp"
#include "dataflow/block/dtype.hpp"
#include "dataflow/block/program.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>

using namespace tern;

BOOST_AUTO_TEST_SUITE(shapes_and_chunks)

BOOST_AUTO_TEST_CASE(regular_chunks_end_with_a_ragged_one) {
  const auto c = axis_chunks::regular(10, 4);
  BOOST_TEST(c.count() == 3);
  BOOST_TEST(c.extent() == 10);
  BOOST_TEST(c.size(0) == 4);
  BOOST_TEST(c.size(2) == 2);
  BOOST_TEST(c.start(2) == 8);
  BOOST_TEST(c.start(3) == 10);
  BOOST_TEST(c.largest() == 4);
  BOOST_TEST(c.runs().size() == 2u);
}

BOOST_AUTO_TEST_CASE(many_equal_chunks_take_one_run) {
  const auto c = axis_chunks::regular(1'000'000'000, 1000);
  BOOST_TEST(c.count() == 1'000'000);
  BOOST_TEST(c.runs().size() == 1u);
  BOOST_TEST(c.block_of(999'999'999) == 999'999);
}

BOOST_AUTO_TEST_CASE(an_empty_axis_has_one_empty_chunk) {
  for (const auto& c :
       {axis_chunks::regular(0, 4), axis_chunks::from_sizes({})}) {
    BOOST_TEST(c.count() == 1);
    BOOST_TEST(c.extent() == 0);
    BOOST_TEST(c.size(0) == 0);
  }
}

BOOST_AUTO_TEST_CASE(positions_and_blocks_agree_for_any_sizes) {
  const std::array<std::int64_t, 7> sizes{3, 3, 0, 1, 5, 5, 2};
  const auto c = axis_chunks::from_sizes(sizes);
  BOOST_TEST(c.extent() == 19);
  std::int64_t position = 0;
  for (std::int64_t block = 0; block < c.count(); ++block) {
    BOOST_TEST(c.size(block) == sizes[block]);
    BOOST_TEST(c.start(block) == position);
    for (std::int64_t i = 0; i < sizes[block]; ++i, ++position)
      BOOST_TEST(c.block_of(position) == block);
  }
}

BOOST_AUTO_TEST_CASE(sizes_that_cut_nothing_are_refused) {
  BOOST_CHECK_THROW(axis_chunks::regular(5, 0), std::invalid_argument);
  BOOST_CHECK_THROW(axis_chunks::regular(-1, 2), std::invalid_argument);
  BOOST_CHECK_THROW(axis_chunks().append(1, -2), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(grids_extents_and_block_shapes_follow_from_chunks) {
  const chunks c{axis_chunks::regular(5, 2), axis_chunks::ones(3)};
  BOOST_TEST((extents(c) == shape{5, 3}));
  BOOST_TEST((grid(c) == shape{3, 3}));
  BOOST_TEST((block_shape(c, {2, 1}) == shape{1, 1}));
}

BOOST_AUTO_TEST_CASE(linear_numbers_are_row_major) {
  const shape g{2, 3, 4};
  std::int64_t n = 0;
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      for (std::int64_t k = 0; k < 4; ++k, ++n) {
        BOOST_TEST(linear_of(g, {i, j, k}) == n);
        BOOST_TEST((index_of(g, n) == shape{i, j, k}));
      }
  BOOST_TEST(linear_of({}, {}) == 0);
  BOOST_TEST(index_of({}, 0).empty());
}

BOOST_AUTO_TEST_CASE(shapes_print_as_tuples) {
  BOOST_TEST(to_string(shape{}) == "()");
  BOOST_TEST(to_string(shape{3}) == "(3,)");
  BOOST_TEST(to_string(shape{3, 4}) == "(3, 4)");
  BOOST_TEST(element_count(shape{3, 0, 2}) == 0);
  BOOST_TEST(element_count(shape{}) == 1);
}

BOOST_AUTO_TEST_CASE(dtypes_promote_as_in_numpy) {
  using enum dtype;
  const auto all = {boolean, int64, float32, float64, complex128};
  for (auto type : all) {
    BOOST_TEST((promote(type, type) == type));
    BOOST_TEST((promote(boolean, type) == type));
    BOOST_TEST((promote(type, complex128) == complex128));
    BOOST_TEST((dtype_named(name_of(type)) == type));
  }
  BOOST_TEST((promote(int64, float32) == float64));
  BOOST_TEST((dtype_named("float") == float64));
  BOOST_TEST((dtype_named("int") == int64));
  BOOST_TEST((promote(int64, float64) == float64));
  BOOST_TEST((promote(float64, complex64) == complex128));
  BOOST_TEST((promote(float32, complex64) == complex64));
  BOOST_TEST((dtype_named("complex") == complex128));
  BOOST_TEST(!dtype_named("complex256"));
  BOOST_TEST(size_of(complex64) == 8u);
  BOOST_TEST(size_of(complex128) == 16u);
}

BOOST_AUTO_TEST_CASE(every_operation_has_a_name_of_its_own_and_an_arity) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(last_opcode); ++i) {
    const auto op = static_cast<opcode>(i);
    BOOST_TEST(names.insert(name_of(op)).second, name_of(op));
    BOOST_TEST(arity(op) <= 3);
  }
  BOOST_TEST(name_of(opcode::isfinite) == "isfinite");
  BOOST_TEST(name_of(opcode::right_shift) == "right_shift");
  BOOST_TEST(name_of(opcode::signbit) == "signbit");
  BOOST_TEST(name_of(last_opcode) == "imag");
  BOOST_TEST(name_of(opcode::arctan2) == "arctan2");
  BOOST_TEST(name_of(opcode::select) == "where");
  BOOST_TEST(arity(opcode::select) == 3);
  BOOST_TEST(arity(opcode::add) == 2);
  BOOST_TEST(arity(opcode::sin) == 1);
  BOOST_TEST(arity(opcode::load) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
