#include "dataflow/array/node.hpp"
#include "dataflow/array/promotion.hpp"
#include "dataflow/array/words.hpp"

#include <bit>
#include <cmath>

namespace tern {

namespace {

/// A layer whose tasks make their block themselves.
array from_source(source made, chunks cut, std::string expression) {
  op_blockwise op;
  op.code.steps.push_back({opcode::load, made.type, 0, 0, 0, 0});
  auto type = made.type;
  layer_operand o;
  o.made = std::move(made);
  op.operands.push_back(std::move(o));
  return array{
      make_node(std::move(op), type, std::move(cut), std::move(expression))};
}

std::string typed(std::string_view function, const shape& s, dtype type) {
  auto words = std::string{function} + "(" + to_string(s);
  if (type != dtype::float64)
    words += ", dtype=" + std::string{name_of(type)};
  return words + ")";
}

std::int64_t as_int(const scalar& s) {
  return static_cast<std::int64_t>(bits_of(s, dtype::int64).value);
}

bool all_whole(std::initializer_list<scalar> numbers) {
  for (auto& s : numbers)
    if (std::holds_alternative<double>(s))
      return false;
  return true;
}

[[noreturn]] void too_long(const std::string& words) {
  throw expression_error(words + ": too many elements");
}

/// ceil((stop - start) / step), at least 0.
std::int64_t whole_count(std::int64_t start, std::int64_t stop,
                         std::int64_t step, const std::string& words) {
  std::int64_t length = 0;
  if (__builtin_sub_overflow(stop, start, &length)
      || step == std::numeric_limits<std::int64_t>::min())
    too_long(words);
  if ((length > 0) != (step > 0) || length == 0)
    return 0;
  // length and step have one sign, and |length| >= 1
  return step > 0 ? (length - 1) / step + 1 : (length + 1) / step + 1;
}

std::int64_t count_of(double start, double stop, double step,
                      const std::string& words) {
  auto n = std::ceil((stop - start) / step);
  if (std::isnan(n) || n >= 0x1p62)
    too_long(words);
  return n > 0 ? static_cast<std::int64_t>(n) : 0;
}

} // namespace

array full(const shape& s, scalar fill, std::optional<dtype> type,
           const chunk_spec& cut) {
  source made;
  made.kind = source_kind::full;
  made.type = type.value_or(type_of(fill));
  const auto bits = bits_of(fill, made.type);
  made.value = bits.value;
  made.imaginary = bits.imaginary;
  made.extents = s;
  auto t = made.type;
  return from_source(std::move(made), cut_shape(s, t, cut),
                     "full(" + to_string(s) + ", " + words_of(fill) + ")");
}

array zeros(const shape& s, dtype type, const chunk_spec& cut) {
  return full(s, std::int64_t{0}, type, cut).named(typed("zeros", s, type));
}

array ones(const shape& s, dtype type, const chunk_spec& cut) {
  return full(s, std::int64_t{1}, type, cut).named(typed("ones", s, type));
}

array arange(scalar start, scalar stop, scalar step, std::optional<dtype> type,
             const chunk_spec& cut) {
  auto words = "arange(" + words_of(start) + ", " + words_of(stop) + ", "
               + words_of(step) + ")";
  const scalar given[] = {start, stop, step};
  refuse_complex("arange", given);
  auto whole = all_whole({start, stop, step});
  if (as_real(step) == 0)
    throw expression_error(words + ": the step cannot be zero");
  source made;
  made.kind = source_kind::arange;
  made.type = type.value_or(whole ? dtype::int64 : dtype::float64);
  if (made.type == dtype::boolean || is_complex(made.type))
    throw expression_error(words + ": not defined for "
                           + std::string{name_of(made.type)});
  auto count =
      whole ? whole_count(as_int(start), as_int(stop), as_int(step), words)
            : count_of(as_real(start), as_real(stop), as_real(step), words);
  made.extents = {count};
  made.value = bits_of(start, made.type).value;
  // NumPy's increment is the difference of the first two elements as they are
  // stored, which for floats may not be `step`
  if (is_integer(made.type) && whole) {
    made.delta = bits_of(step, dtype::int64).value;
  } else if (is_integer(made.type)) {
    auto second = bits_of(as_real(start) + as_real(step), dtype::int64).value;
    made.delta = second - made.value;
  } else if (made.type == dtype::float32) {
    auto first = static_cast<float>(as_real(start));
    auto second = static_cast<float>(as_real(start) + as_real(step));
    made.delta =
        std::bit_cast<std::uint64_t>(static_cast<double>(second - first));
  } else {
    auto second = as_real(start) + as_real(step);
    made.delta = std::bit_cast<std::uint64_t>(second - as_real(start));
  }
  auto t = made.type;
  return from_source(std::move(made), cut_shape({count}, t, cut),
                     std::move(words));
}

array random_uniform(const shape& s, std::uint64_t seed, dtype type,
                     const chunk_spec& cut, std::uint64_t stream) {
  if (!is_floating(type))
    throw expression_error("random: not defined for "
                           + std::string{name_of(type)});
  source made;
  made.kind = source_kind::random_uniform;
  made.type = type;
  made.value = stream;
  made.seed = seed;
  made.extents = s;
  return from_source(std::move(made), cut_shape(s, type, cut),
                     typed("random", s, type));
}

array from_layer(operation op, dtype type, chunks cut, std::string expression,
                 std::vector<std::string> dimensions) {
  check_cut("from_layer", cut);
  array a{
      make_node(std::move(op), type, std::move(cut), std::move(expression))};
  return dimensions.empty() ? a : a.with_dimensions(std::move(dimensions));
}

} // namespace tern
