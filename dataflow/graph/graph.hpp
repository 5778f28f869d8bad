#pragma once

#include "dataflow/graph/layer.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tern {

/// Layers in topological order (inputs before consumers) and the layers whose
/// blocks somebody wants.
struct graph {
  std::vector<layer> layers;
  std::vector<layer_id> roots;
};

/// A set of blocks of a grid: per axis a sorted list of disjoint intervals
/// [first, last); the set is their product. Value type.
class block_set {
public:
  struct interval {
    std::int64_t first;
    std::int64_t last;
    friend bool operator==(const interval&, const interval&) = default;
  };
  using axis = boost::container::small_vector<interval, 2>;

  block_set() = default;
  static block_set all(const shape& grid);

  bool contains(const shape& index) const noexcept;
  /// Number of blocks.
  std::int64_t size() const noexcept;
  bool empty() const noexcept {
    return size() == 0;
  }
  /// Row-major position of a member among the members, and back.
  std::int64_t rank(const shape& index) const noexcept;
  shape at(std::int64_t rank) const;
  /// The smallest product that holds both.
  void merge(const block_set& other);

  boost::container::small_vector<axis, 4> axes;

  friend bool operator==(const block_set&, const block_set&) = default;
};

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
/// its roots need. Immutable after construction; any thread may ask.
///
/// Slots of a task are numbered input by input, row-major inside an input's
/// box. A block's consumers come in the order: layer, input, index, slot; the
/// position of a consumer in it is its `ordinal`.
class edge_index {
public:
  /// `needed` is worked out from the roots backwards (block-level cull).
  explicit edge_index(graph g);

  const graph& source() const noexcept {
    return graph_;
  }
  const layer& at(layer_id id) const noexcept {
    return graph_.layers[id];
  }
  std::size_t layers() const noexcept {
    return graph_.layers.size();
  }
  const block_set& needed(layer_id id) const noexcept {
    return needed_[id];
  }
  const shape& grid_of(layer_id id) const noexcept {
    return grids_[id];
  }
  /// Tasks of all layers together.
  std::int64_t tasks() const noexcept {
    return tasks_;
  }
  bool is_root(layer_id id) const noexcept {
    return root_[id];
  }

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

  /// Bytes of the block that the task makes.
  std::size_t block_bytes(const block_key& task) const;

private:
  struct edge {
    layer_id to;
    std::uint32_t input;
  };
  graph graph_;
  std::vector<block_set> needed_;
  std::vector<shape> grids_;
  std::vector<bool> root_;
  std::vector<std::vector<edge>> out_edges_; ///< by producer layer
  std::int64_t tasks_ = 0;
};

} // namespace tern
