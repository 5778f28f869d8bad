#include "apps/tern/language/sources.hpp"

#include "apps/tern/language/language_error.hpp"
#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/npy.hpp"

namespace tern::language {
namespace {

/// What all sources of random numbers take.
struct random_call {
  random_call(const arguments& a, context& c);

  shape size;
  std::uint64_t seed;
  dtype type;
  chunk_spec cut;
};

/// Without a seed the number of the call in the program, from 0: the same
/// program gives the same numbers everywhere.
random_call::random_call(const arguments& a, context& c)
  : seed(c.random_calls++), type(a.type("dtype").value_or(dtype::float64)),
    cut(a.cut("chunks", c.default_chunks)) {
  if (!is_floating(type))
    a.refuse("dtype", "float32 or float64");
  if (!a.missing("seed")) {
    if (a.integer("seed") < 0)
      a.refuse("seed", "an integer of at least 0");
    seed = static_cast<std::uint64_t>(a.integer("seed"));
  }
  if (!a.missing("size"))
    size = a.extents("size");
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
  const auto first = a.real_number_at("start");
  const bool to = a.missing("stop");
  const auto step =
      a.missing("step") ? scalar(std::int64_t{1}) : a.real_number_at("step");
  if (as_real(step) == 0)
    a.refuse("step", "a number that is not 0");
  return arange(to ? scalar(std::int64_t{0}) : first,
                to ? first : a.real_number_at("stop"), step, a.type("dtype"),
                a.cut("chunks", c.default_chunks));
}

array spaced(const arguments& a, context& c, dtype type) {
  const auto n = a.missing("num") ? 50 : a.integer("num");
  if (n < 0)
    a.refuse("num", "at least 0");
  return linspace(a.real_number_at("start"), a.real_number_at("stop"), n,
                  a.flag("endpoint", true), type,
                  a.cut("chunks", c.default_chunks));
}

program_value make_linspace(const arguments& a, context& c) {
  return spaced(a, c, a.type("dtype").value_or(dtype::float64));
}

program_value make_eye(const arguments& a, context& c) {
  const auto rows = a.integer("N");
  const auto columns = a.missing("M") ? rows : a.integer("M");
  if (rows < 0 || columns < 0)
    a.refuse("N", "extents of at least 0");
  const auto cut = a.cut("chunks", c.default_chunks);
  if (cut.sizes.size() > 2)
    a.refuse("chunks", "one or two block sizes");
  return eye(rows, columns, a.missing("k") ? 0 : a.integer("k"),
             a.type("dtype").value_or(dtype::float64), cut);
}

program_value make_random(const arguments& a, context& c) {
  const auto made = random_call(a, c);
  return random_uniform(made.size, made.seed, made.type, made.cut);
}

program_value make_random_normal(const arguments& a, context& c) {
  const auto made = random_call(a, c);
  return random_normal(a.missing("loc") ? scalar(0.0) : a.operand("loc"),
                       a.missing("scale") ? scalar(1.0) : a.operand("scale"),
                       made.size, made.seed, made.type, made.cut);
}

program_value make_open_nc(const arguments& a, context& c) {
  return open_nc(a.characters("file"), a.characters("variable"),
                 a.cut("chunks", c.default_chunks));
}

program_value make_open_npy(const arguments& a, context& c) {
  return open_npy(a.characters("file"), a.cut("chunks", c.default_chunks));
}

} // namespace tern::language
