// Normal random numbers, made of uniform ones by the method of Box and Muller
// (A note on the generation of random normal deviates, Annals of Mathematical
// Statistics 29, 1958). Element g of the array is
//
//   loc + scale * (sqrt(-2 * log1p(-u)) * cos(2 * pi * v))
//
// where u and v are element g of the streams 1 and 2 of `random_uniform`, in
// float64; float32 is rounded from that. So an element depends on seed and
// place alone, as uniform numbers do. The second number that u and v could give
// (with sin) is not used: it would belong to another element, perhaps of
// another block. |z| stays below 8.6, since 1 - u is no less than 2^-53.

#include "dataflow/array/node.hpp"
#include "dataflow/array/promotion.hpp"
#include "dataflow/array/words.hpp"

#include <numbers>

namespace tern {

namespace {

array standard_normal(const shape& s, std::uint64_t seed,
                      const chunk_spec& cut) {
  const auto u = random_uniform(s, seed, dtype::float64, cut, 1);
  const auto v = random_uniform(s, seed, dtype::float64, cut, 2);
  const auto fall = unary(opcode::log1p, unary(opcode::negative, u));
  const auto radius =
      unary(opcode::sqrt, binary(opcode::multiply, scalar(-2.0), fall));
  const auto turn = unary(
      opcode::cos, binary(opcode::multiply, scalar(2 * std::numbers::pi), v));
  return binary(opcode::multiply, radius, turn);
}

bool is_negative(const value& v) {
  const auto* number = std::get_if<scalar>(&v);
  return number && !is_complex(*number) && as_real(*number) < 0;
}

} // namespace

array random_normal(const value& loc, const value& scale, const shape& s,
                    std::uint64_t seed, dtype type, const chunk_spec& cut) {
  if (!is_floating(type))
    throw expression_error("random.normal: not defined for "
                           + std::string{name_of(type)});
  auto words = shortened("random.normal(" + words_of(loc) + ", "
                         + words_of(scale) + ", " + to_string(s) + ")");
  for (const auto* v : {&loc, &scale})
    if (is_complex(common_type({v, 1})))
      throw expression_error(words + ": not defined for complex numbers");
  if (is_negative(scale))
    throw expression_error(words + ": scale < 0");
  const auto spread =
      binary(opcode::multiply, scale, standard_normal(s, seed, cut));
  const auto moved = binary(opcode::add, loc, spread);
  if (moved.shape() != s)
    throw expression_error(words + ": loc and scale do not broadcast to shape "
                           + to_string(s));
  return moved.astype(type).named(std::move(words));
}

} // namespace tern
