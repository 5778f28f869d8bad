#pragma once

#include "dataflow/block/chunks.hpp"
#include "dataflow/block/kernels.hpp"
#include "dataflow/block/program.hpp"
#include "dataflow/graph/resources.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tern {

using layer_id = std::uint32_t;

/// How the blocks of one axis of an input follow from a task's index along
/// one axis of the layer's own grid. Every kind gives an interval of input
/// blocks that moves monotonically with the index, so that both directions
/// (inputs of a task, consumers of a block) are boxes.
///
/// `axis` -1 stands for an axis that the layer does not have, with index 0:
/// `same` gives block `offset`, `group` gives blocks [0, factor). (`overlap`
/// and `window` need an axis.)
struct axis_map {
  enum class kind : std::uint8_t {
    same,    ///< block out + offset
    first,   ///< block 0, whatever the index: a repeated or whole axis
    group,   ///< blocks [out * fan, (out + 1) * fan), cut at the end
    overlap, ///< blocks that hold the elements start + step * [block of out)
    window,  ///< the same with step 1, where they exist: perhaps none
  };
  kind how = kind::same;
  std::int8_t axis = 0;    ///< of the layer's own grid, or -1; not for `first`
  std::int64_t offset = 0; ///< same: offset; overlap, window: start
  std::int64_t factor = 1; ///< group: fan; overlap: step

  friend bool operator==(const axis_map&, const axis_map&) = default;
};

/// An edge between layers: which blocks of `from` a task reads.
struct layer_input {
  layer_id from = 0;
  boost::container::small_vector<axis_map, 4> axes; ///< one an axis of `from`

  friend bool operator==(const layer_input&, const layer_input&) = default;
};

/// What one operand of a blockwise layer is: block of `inputs[input]`, seen
/// through `axes` (as in `operand`), or a source made in the task.
struct layer_operand {
  std::int32_t input = -1; ///< index into layer::inputs; -1: `made`
  boost::container::small_vector<std::int8_t, 4> axes;
  source made;
  /// For a source: for each of its axes the axis of the layer's (element) space
  /// that runs along it, or -1 for index 0; empty: same axes.
  boost::container::small_vector<std::int8_t, 4> made_axes;

  friend bool operator==(const layer_operand&, const layer_operand&) = default;
};

/// Elementwise work over aligned blocks, sources included; transposition and
/// broadcasting are ways to see an operand.
struct op_blockwise {
  program code;
  std::vector<layer_operand> operands;

  friend bool operator==(const op_blockwise&, const op_blockwise&) = default;
};

/// First step of a reduction, with the elementwise work that feeds it. The
/// task at index i reduces the block `space` cuts at i; the layer's own chunks
/// have the same grid with reduced axes of size 1.
struct op_reduce_chunk {
  reduction how = reduction::sum;
  std::vector<bool> axes;
  op_blockwise feed;
  chunks space;

  friend bool operator==(const op_reduce_chunk&,
                         const op_reduce_chunk&) = default;
};

/// Inner node of the reduction's fixed tree.
struct op_reduce_combine {
  reduction how = reduction::sum;

  friend bool operator==(const op_reduce_combine&,
                         const op_reduce_combine&) = default;
};

/// Root of the tree: combines what it gets, then finishes.
struct op_reduce_finish {
  reduction how = reduction::sum;
  double ddof = 0;

  friend bool operator==(const op_reduce_finish&,
                         const op_reduce_finish&) = default;
};

/// Running results along an axis: inputs[0] the blocks, inputs[1], where it is
/// there, what comes before each of them (extent 1 along the axis).
struct op_scan {
  reduction how = reduction::sum; ///< one that `can_scan`
  std::uint8_t axis = 0;

  friend bool operator==(const op_scan&, const op_scan&) = default;
};

/// A basic slice. `start` and `step` in elements of the input, one an axis of
/// the input; `extent` is the number of elements kept along it; `dropped` axes
/// (integer indices) are missing in the result.
struct op_slice {
  shape start;
  shape step;
  shape extent;
  std::vector<bool> dropped;
  std::vector<bool> added; ///< axes of the result: newaxis
  chunks kept;             ///< chunks of the slice before axes are dropped

  friend bool operator==(const op_slice&, const op_slice&) = default;
};

/// Blocks put together from parts of blocks: rechunking, concatenation. All
/// axes of all inputs are seen through `window`; element p of the result is
/// element `offset` + p of the one input that has it.
struct op_assemble {
  friend bool operator==(const op_assemble&, const op_assemble&) = default;
};

/// Elements picked along an axis: element i of the result is element `at[i]` of
/// the blocks that its task reads along the axis, counted from the first of
/// them. Along the other axes the blocks are those of the input.
struct op_take {
  std::uint8_t axis = 0;
  std::vector<std::uint32_t> at; ///< one an element of the result's axis

  friend bool operator==(const op_take&, const op_take&) = default;
};

/// The same elements in another shape: each block is one block of the input,
/// with the same elements in the same row-major order.
struct op_reshape {
  friend bool operator==(const op_reshape&, const op_reshape&) = default;
};

/// Partial matrix product: task (i, j, g) multiplies group g of the inner
/// blocks: inputs[0] row blocks, inputs[1] column blocks; out (i, j, g).
/// Without the axis g there is one group. An input with one axis counts as
/// (1, k) on the left and as (k, 1) on the right, and `out` lacks that axis.
/// Where both have more than two axes, those before the last two are a batch:
/// they come first in `out`, and blocks of an input that has extent 1 there are
/// used for all.
struct op_dot {
  friend bool operator==(const op_dot&, const op_dot&) = default;
};

/// A hyperslab of a variable of a NetCDF file.
struct op_read_nc {
  std::string path;
  std::string variable;
  double scale = 1;
  double offset = 0;
  bool unpack = false;         ///< apply scale and offset
  std::vector<double> missing; ///< values that become NaN

  friend bool operator==(const op_read_nc&, const op_read_nc&) = default;
};

/// A box of the array in an .npy file.
struct op_read_npy {
  std::string path;

  friend bool operator==(const op_read_npy&, const op_read_npy&) = default;
};

/// A call is run again at most so often: a function that always throws would
/// have a compute thread for itself for ever.
inline constexpr std::uint32_t most_retries = 100;

/// A registered function over whole blocks: `name` in the kernel registry. Its
/// blocks are what the layer says; or, if it is `opaque`, of whatever dtype and
/// shape the function gives, and only calls may read them.
struct op_call {
  std::string name;
  std::vector<std::byte> arguments;
  bool opaque = false;
  std::uint32_t retries = 0;   ///< where the function throws
  std::int32_t priority = 0;   ///< see order.hpp
  resource_counts resources{}; ///< of its node, while a task runs

  friend bool operator==(const op_call&, const op_call&) = default;
};

using operation =
    std::variant<op_blockwise, op_reduce_chunk, op_reduce_combine,
                 op_reduce_finish, op_slice, op_dot, op_read_nc, op_call,
                 op_assemble, op_reshape, op_read_npy, op_scan, op_take>;

/// Edges of a graph that is not regular: predecessors of each task, in
/// compressed rows. All tasks of the layer are in one axis of the grid and
/// depend on tasks of the same layer with smaller numbers.
struct explicit_edges {
  std::vector<std::uint64_t> offsets; ///< n + 1
  std::vector<std::uint32_t> predecessors;
  // the other direction, derived: consumers and the slot they read it in
  std::vector<std::uint64_t> consumer_offsets;
  std::vector<std::uint32_t> consumers;
  std::vector<std::uint32_t> consumer_slots;

  /// Fills the derived part from the first two.
  void index();
};

/// Many tasks of one kind, said in a few hundred bytes: an operation over a
/// grid of blocks and the maps that give each task its inputs.
struct layer {
  operation op;
  dtype type = dtype::float64;
  chunks out; ///< of the array this layer gives
  std::vector<layer_input> inputs;
  std::string expression;                      ///< the user's words, for errors
  std::shared_ptr<const explicit_edges> edges; ///< instead of inputs

  /// Leading axis that blocks carry beside the chunks: the components of a
  /// partial result; 0 for ordinary arrays.
  std::size_t parts = 0;
};

/// Whether nothing is known of the layer's blocks before they are made.
inline bool is_opaque(const layer& l) noexcept {
  const auto* call = std::get_if<op_call>(&l.op);
  return call && call->opaque;
}

/// What its tasks need of their node while they run; null: nothing.
inline const resource_counts* needs_of(const layer& l) noexcept {
  const auto* call = std::get_if<op_call>(&l.op);
  return call && !call->resources.empty() ? &call->resources : nullptr;
}

} // namespace tern
