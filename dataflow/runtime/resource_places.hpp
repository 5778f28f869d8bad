#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/view.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tern {

/// Which places of a view have what the tasks of a plan need: layers of one
/// kind need the same. Kind 0 needs nothing.
class resource_places {
public:
  resource_places(const edge_index& edges, const plan_view& view);

  std::size_t kinds() const noexcept {
    return slots_.size();
  }
  std::size_t kind_of(layer_id layer) const noexcept {
    return kinds_.empty() ? 0 : kinds_[layer];
  }
  /// By place: so many tasks of the kind it runs at once, by its threads and
  /// its resources. Where no place runs any, all count as those of kind 0, for
  /// somebody has to have the tasks until a node comes that can run them.
  const std::vector<std::uint32_t>& slots(std::size_t kind) const {
    return slots_[kind];
  }

private:
  std::vector<std::size_t> kinds_; ///< by layer; empty: all are of kind 0
  std::vector<std::vector<std::uint32_t>> slots_;
};

/// Whether some place of the view has what each task needs. Fails with
/// `refused`, naming the first that nobody can run, what it needs and what the
/// nodes have. `name`: of a node.
result<void> check_resources(const edge_index& edges, const plan_view& view,
                             const std::function<std::string(node_id)>& name);

} // namespace tern
