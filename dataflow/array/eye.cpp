// Rows and columns as arange; one where they are equal.

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

namespace tern {

namespace {

/// Sizes for one axis of what is asked for two or more.
chunk_spec along(const chunk_spec& cut, std::size_t axis) {
  if (cut.sizes.size() < 2)
    return cut;
  return {{cut.sizes[axis]}};
}

} // namespace

array eye(std::int64_t rows, std::int64_t columns, std::int64_t diagonal,
          dtype type, const chunk_spec& cut) {
  auto words = "eye(" + std::to_string(rows) + ", " + std::to_string(columns)
               + (diagonal == 0 ? "" : ", " + std::to_string(diagonal)) + ")";
  std::int64_t elements = 0;
  if (rows < 0 || columns < 0
      || __builtin_mul_overflow(rows, columns, &elements))
    throw expression_error(words + ": no extents of an array");
  if (cut.sizes.size() > 2)
    throw expression_error(words + ": chunks=" + words_of(cut.sizes)
                           + " has more than two block sizes");
  const scalar zero = std::int64_t{0};
  const scalar one = std::int64_t{1};
  const auto i = arange(zero, rows, one, dtype::int64, along(cut, 0));
  const auto j = arange(zero, columns, one, dtype::int64, along(cut, 1));
  return binary(opcode::equal,
                binary(opcode::add, expand_dims(i, 1), scalar(diagonal)), j)
      .astype(type)
      .named(std::move(words));
}

} // namespace tern
