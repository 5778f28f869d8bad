#include "dataflow/optimize/join_program.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

namespace {

step load(std::uint16_t operand) {
  return {opcode::load, dtype::float64, operand, 0, 0, 0};
}
step binary(opcode op, std::uint16_t a, std::uint16_t b) {
  return {op, dtype::float64, a, b, 0, 0};
}
step unary(opcode op, std::uint16_t a) {
  return {op, dtype::float64, a, 0, 0, 0};
}

using names = std::vector<std::uint16_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(joined_programs)

BOOST_AUTO_TEST_CASE(an_operand_is_computed_in_place) {
  program inner{{load(0), unary(opcode::exp, 0)}};
  program outer{{load(0), load(1), binary(opcode::subtract, 0, 1)}};
  auto joined = join(inner, names{5}, outer, names{3, 0}, 1, 64);
  BOOST_REQUIRE(joined);
  program expected{{load(5), unary(opcode::exp, 0), load(3),
                    binary(opcode::subtract, 2, 1)}};
  BOOST_TEST((*joined == expected));
}

BOOST_AUTO_TEST_CASE(equal_steps_are_kept_once) {
  program inner{{load(0), unary(opcode::exp, 0)}};
  program outer{
      {load(0), load(1), unary(opcode::exp, 0), binary(opcode::add, 2, 1)}};
  // both see operand 0 of the result
  auto joined = join(inner, names{0}, outer, names{0, 9}, 1, 64);
  BOOST_REQUIRE(joined);
  program expected{{load(0), unary(opcode::exp, 0), binary(opcode::add, 1, 1)}};
  BOOST_TEST((*joined == expected));
}

BOOST_AUTO_TEST_CASE(the_result_is_the_last_step) {
  program inner{{load(0), unary(opcode::exp, 0)}};
  program outer{{load(0)}};
  auto joined = join(inner, names{0}, outer, names{0}, 0, 64);
  BOOST_REQUIRE(joined);
  BOOST_TEST((*joined == inner));
  // a result that was there before the last step
  program odd{{load(0), unary(opcode::exp, 0), load(0)}};
  joined = join(odd, names{0}, outer, names{0}, 0, 64);
  BOOST_REQUIRE(joined);
  BOOST_TEST((joined->steps.back() == load(0)));
}

BOOST_AUTO_TEST_CASE(too_long_programs_are_not_joined) {
  program inner{{load(0)}};
  for (std::uint16_t i = 0; i < 9; ++i)
    inner.steps.push_back(unary(opcode::exp, i));
  program outer{{load(0), unary(opcode::sin, 0)}};
  BOOST_TEST(!join(inner, names{0}, outer, names{0}, 0, 10));
  BOOST_TEST(join(inner, names{0}, outer, names{0}, 0, 11).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
