#pragma once

#include "dataflow/graph/graph.hpp"

#include <functional>
#include <span>
#include <string_view>

namespace tern {

/// A rewrite of a graph that keeps what its roots mean, bit for bit.
struct pass {
  std::string_view name;
  graph (*run)(graph);
};

/// Layers that no root reaches are dropped.
graph cull(graph g);

/// Elementwise layers with one reader are put into it (programs are joined),
/// sources into the elementwise layer or reduction that alone reads them, and
/// elementwise layers into the first step of the reduction they feed. A layer
/// that several read stays, so that nothing is computed twice.
graph fuse(graph g);

/// Sources that are cheap to make again (numbers by counter, constants, a
/// little arithmetic on them) and that several layers read are copied for each
/// elementwise reader, so that nothing is held across a barrier. To be followed
/// by `fuse` and `share`.
graph rematerialise(graph g);

/// Layers that do the same work on the same inputs become one.
graph share(graph g);

/// All passes, in the order in which they run.
std::span<const pass> passes() noexcept;

/// Runs all passes; checks the graph after each (`check`). `watch` sees the
/// graph after each pass (for --explain).
graph optimize(
    graph g,
    const std::function<void(std::string_view, const graph&)>& watch = {});

/// Throws std::logic_error naming pass and layer if `g` is not sound: order,
/// grids, maps in range, dtypes.
void check(const graph& g, std::string_view after);

} // namespace tern
