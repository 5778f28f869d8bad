#pragma once

#include "dataflow/graph/layer.hpp"

#include <optional>

namespace tern {

/// What a reader of `inner` sees of one of its operands when it does the work
/// itself: the operand, and for one that arrives the input it comes by
/// (`operand.input` is to be filled in).
struct composed_operand {
  layer_operand operand;
  std::optional<layer_input> input;
};

/// Composes `inner_operand` of the blockwise layer `inner` with the way in
/// which its reader sees the block of `inner`: the maps of `by` and the axes
/// of `seen`, over blocks of `space`. Nothing where that cannot be said
/// exactly.
std::optional<composed_operand>
compose(const layer& inner, const layer_operand& inner_operand,
        const layer_input& by, const layer_operand& seen, const chunks& space);

/// True if the reader looks at some element of `inner` more than once, because
/// the operand is repeated along an axis.
bool repeats(const layer& inner, const layer_operand& seen,
             const chunks& space);

} // namespace tern
