#include "apps/tern/language/sources.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/scalar_math.hpp"
#include "dataflow/io/netcdf.hpp"

#include <cmath>

namespace tern::language {
namespace {

/// Sizes for one axis of what is asked for two or more.
chunk_spec along(const chunk_spec& cut, std::size_t axis) {
  if (cut.sizes.size() < 2)
    return cut;
  return {{cut.sizes[axis]}};
}

} // namespace

program_value make_zeros(const arguments& a, context& c) {
  return zeros(a.extents("shape"), a.type("dtype").value_or(dtype::float64),
               a.cut("chunks", c.default_chunks));
}

program_value make_ones(const arguments& a, context& c) {
  return ones(a.extents("shape"), a.type("dtype").value_or(dtype::float64),
              a.cut("chunks", c.default_chunks));
}

program_value make_full(const arguments& a, context& c) {
  return full(a.extents("shape"), a.number_at("fill_value"), a.type("dtype"),
              a.cut("chunks", c.default_chunks));
}

program_value make_arange(const arguments& a, context& c) {
  const auto first = a.number_at("start");
  const bool to = a.missing("stop");
  const auto step =
      a.missing("step") ? scalar(std::int64_t{1}) : a.number_at("step");
  if (as_double(step) == 0)
    a.refuse("step", "a number that is not 0");
  return arange(to ? scalar(std::int64_t{0}) : first,
                to ? first : a.number_at("stop"), step, a.type("dtype"),
                a.cut("chunks", c.default_chunks));
}

/// start + i * step, the last one exactly `stop`, as NumPy has it.
program_value make_linspace(const arguments& a, context& c) {
  const auto first = as_double(a.number_at("start"));
  const auto last = as_double(a.number_at("stop"));
  const auto n = a.missing("num") ? 50 : a.integer("num");
  const bool closed = a.flag("endpoint", true);
  if (n < 0)
    a.refuse("num", "at least 0");
  const auto i = arange(std::int64_t{0}, n, std::int64_t{1}, dtype::float64,
                        a.cut("chunks", c.default_chunks));
  const auto parts = closed ? n - 1 : n;
  const double step =
      parts > 0 ? (last - first) / static_cast<double>(parts) : last - first;
  auto result = binary(opcode::add, binary(opcode::multiply, i, scalar(step)),
                       scalar(first));
  if (closed && n > 1)
    result = where(binary(opcode::equal, i, scalar(static_cast<double>(n - 1))),
                   scalar(last), result);
  return result.astype(a.type("dtype").value_or(dtype::float64));
}

/// Rows and columns as arange; one where they are equal.
program_value make_eye(const arguments& a, context& c) {
  const auto rows = a.integer("N");
  const auto columns = a.missing("M") ? rows : a.integer("M");
  const auto diagonal = a.missing("k") ? 0 : a.integer("k");
  if (rows < 0 || columns < 0)
    a.refuse("N", "extents of at least 0");
  std::int64_t elements = 0;
  if (__builtin_mul_overflow(rows, columns, &elements))
    a.refuse("N", "extents whose product fits");
  const auto cut = a.cut("chunks", c.default_chunks);
  if (cut.sizes.size() > 2)
    a.refuse("chunks", "one or two block sizes");
  const scalar zero = std::int64_t{0};
  const scalar one = std::int64_t{1};
  const auto i = arange(zero, rows, one, dtype::int64, along(cut, 0));
  const auto j = arange(zero, columns, one, dtype::int64, along(cut, 1));
  const std::vector<index_item> as_column{index_slice{}, index_newaxis{}};
  return binary(opcode::equal,
                binary(opcode::add, i[as_column], scalar(diagonal)), j)
      .astype(a.type("dtype").value_or(dtype::float64));
}

/// Without a seed the number of the call in the program, from 0: the same
/// program gives the same numbers everywhere.
program_value make_random(const arguments& a, context& c) {
  const auto call = c.random_calls++;
  const auto type = a.type("dtype").value_or(dtype::float64);
  if (!is_floating(type))
    a.refuse("dtype", "float32 or float64");
  const auto seed =
      a.missing("seed") ? static_cast<std::int64_t>(call) : a.integer("seed");
  if (seed < 0)
    a.refuse("seed", "an integer of at least 0");
  return random_uniform(a.missing("size") ? shape{} : a.extents("size"),
                        static_cast<std::uint64_t>(seed), type,
                        a.cut("chunks", c.default_chunks));
}

program_value make_open_nc(const arguments& a, context& c) {
  return open_nc(a.characters("file"), a.characters("variable"),
                 a.cut("chunks", c.default_chunks));
}

} // namespace tern::language
