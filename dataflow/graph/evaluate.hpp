#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <functional>
#include <span>
#include <stdexcept>
#include <string>

namespace tern {

/// What a task cannot do by arithmetic alone; given by whoever runs it.
struct task_hooks {
  /// The hyperslab of `count` elements from `start`.
  std::function<block(const op_read_nc& what, dtype type, const shape& start,
                      const shape& count)>
      read_nc;
  /// The same of an array of `extents`.
  std::function<block(const op_read_npy& what, dtype type, const shape& extents,
                      const shape& start, const shape& count)>
      read_npy;
  /// A registered function; `result` is the shape of the block it must make.
  std::function<block(const op_call& what, const block_key& task, dtype type,
                      const shape& result, std::span<const block> inputs)>
      call;
  /// Whether what a call gives is of use to nobody any more: it is not run
  /// again then.
  std::function<bool()> abandoned;
};

/// Thrown inside a task where the kind of the failure is known.
class task_error : public std::runtime_error {
public:
  explicit task_error(failure f) : std::runtime_error(f.what), kind_(f.kind) {}
  failure_kind kind() const noexcept {
    return kind_;
  }

private:
  failure_kind kind_;
};

/// Computes the block of one task from its inputs, in the order of its slots:
/// blocks, or the parts that the task reads of them (read_part.hpp).
/// A pure function of these and the layer (but for the hooks). Any thread.
/// Throws what a kernel or hook throws, and `std::invalid_argument` for
/// inputs that are not what the graph says (dtype, shape).
block run_task(const edge_index& edges, const block_key& task,
               std::span<const block> inputs, const task_hooks& hooks = {});

/// The same with failures as values; `what` begins with `describe`. A call that
/// fails is run again as often as it says, and its failure tells how often that
/// was.
result<block> try_task(const edge_index& edges, const block_key& task,
                       std::span<const block> inputs,
                       const task_hooks& hooks = {});

/// For people: the layer's expression and the block's index.
std::string describe(const edge_index& edges, const block_key& task);

/// The shape of the block that the task makes, leading parts included.
shape shape_of(const edge_index& edges, const block_key& task);

} // namespace tern
