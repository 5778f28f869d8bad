#pragma once

#include "dataflow/graph/block_set.hpp"
#include "dataflow/graph/layer.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace tern {

/// Layers in topological order (inputs before consumers) and the layers whose
/// blocks somebody wants.
struct graph {
  std::vector<layer> layers;
  std::vector<layer_id> roots;
};

/// Layers a graph and blocks a layer are below these (keys fit one word).
inline constexpr std::size_t max_layers = std::size_t{1} << 20;
inline constexpr std::int64_t max_blocks = std::int64_t{1} << 40;

/// A block by name inside a graph.
struct block_key {
  layer_id layer = 0;
  std::int64_t index = 0; ///< row-major in the layer's whole grid

  friend auto operator<=>(const block_key&, const block_key&) = default;
};

/// A reader of a block.
struct consumer {
  block_key task;
  std::uint32_t slot = 0;

  friend auto operator<=>(const consumer&, const consumer&) = default;
};

/// A graph with both directions of its edges, restricted to the blocks that
/// its roots need. Immutable after construction; any thread may ask. Copies
/// share the graph.
///
/// Slots of a task are numbered input by input, row-major inside an input's
/// box. A block's consumers come in the order: layer, input, index, slot; the
/// position of a consumer in it is its `ordinal`.
class edge_index {
public:
  /// `needed` is worked out from the roots backwards (block-level cull).
  /// Throws `std::invalid_argument` for a graph that is not sound (see
  /// validate.hpp).
  explicit edge_index(graph g);

  const graph& source() const noexcept {
    return *graph_;
  }
  const layer& at(layer_id id) const noexcept {
    return graph_->layers[id];
  }
  std::size_t layers() const noexcept {
    return graph_->layers.size();
  }
  const block_set& needed(layer_id id) const noexcept {
    return needed_[id];
  }
  const shape& grid_of(layer_id id) const noexcept {
    return nodes_[id].grid;
  }
  /// Tasks of all layers together.
  std::int64_t tasks() const noexcept {
    return tasks_;
  }
  bool is_root(layer_id id) const noexcept {
    return nodes_[id].root;
  }
  /// Position of a needed block among the layer's needed blocks, and back.
  std::int64_t rank(const block_key& block) const noexcept;
  block_key at_rank(layer_id id, std::int64_t rank) const;
  bool is_needed(const block_key& block) const noexcept;

  std::uint32_t slots(const block_key& task) const;
  /// Consumers inside the graph (the session's interest in a root not counted).
  std::uint32_t consumers(const block_key& block) const;

  /// f(slot, producer), by slot.
  void each_input(const block_key& task,
                  const std::function<void(std::uint32_t, block_key)>& f) const;
  /// f(ordinal, consumer), by ordinal.
  void each_consumer(
      const block_key& block,
      const std::function<void(std::uint32_t, const consumer&)>& f) const;

  /// The same without `std::function`, for the hot paths (defined in
  /// edges.hpp). Neither allocates.
  template <class F>
  void for_each_input(const block_key& task, F&& f) const;
  template <class F>
  void for_each_consumer(const block_key& block, F&& f) const;

  /// Bytes of the block that the task makes.
  std::size_t block_bytes(const block_key& task) const;

private:
  /// An index, one number an axis, on the stack and not initialised.
  struct place {
    std::array<std::int64_t, max_axes> v;
  };
  /// A box of blocks: first, last (not included) an axis.
  struct box {
    std::array<block_interval, max_axes> v;
  };
  /// An input, ready to be walked.
  struct input_walk {
    layer_id from;
    bool single;       ///< one block, whatever the task
    std::int64_t base; ///< its first slot; -1 if that depends on the task
    std::vector<axis_walk> axes;

    std::int64_t only(const place& task) const noexcept;
    std::int64_t span(const place& task, box& b) const noexcept;
  };
  struct reader {
    layer_id layer;
    std::uint32_t input;
  };
  struct node {
    shape grid;
    bool root = false;
    bool whole = true; ///< all blocks are needed
    const explicit_edges* edges = nullptr;
    std::vector<input_walk> inputs;
    std::vector<reader> readers; ///< by layer, input
  };

  void compile();
  void cull();
  void need_inputs(layer_id id);
  static void split(const shape& grid, std::int64_t index, place& at) noexcept;
  /// The tasks of `r` that read the block: a box; false if there are none.
  bool readers_of(const place& block, const reader& r, box& b) const noexcept;
  std::uint32_t slot_of(const input_walk& in, const node& to, const place& task,
                        const place& block) const noexcept;

  std::shared_ptr<const graph> graph_;
  std::vector<block_set> needed_;
  std::vector<node> nodes_;
  std::int64_t tasks_ = 0;
};

} // namespace tern
