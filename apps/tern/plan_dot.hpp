#pragma once

#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tern {

// Plans as drawings, in the language DOT of Graphviz.

/// More tasks, or edges between them, are no picture any more.
inline constexpr std::int64_t most_drawn_tasks = 1000;
inline constexpr std::int64_t most_drawn_edges = 10'000;
inline constexpr std::size_t most_drawn_layers = 2000;

/// A box a layer: what it does, the user's words, dtype, shape and chunks of
/// its array, tasks, bytes; results with a double border. Fails with `refused`
/// beyond `most_drawn_layers`.
result<std::string> layers_dot(const edge_index& plan, std::string_view title);

/// A box a task, those of a layer together. Fails with `refused`, naming the
/// limit, beyond `most_drawn_tasks` and `most_drawn_edges`.
result<std::string> tasks_dot(const edge_index& plan, std::string_view title);

/// `text` as a string of DOT, its quotes included.
std::string dot_string(std::string_view text);

/// Bytes of all blocks of the layer that somebody needs; of very many, about.
std::uint64_t bytes_of_layer(const edge_index& plan, layer_id id);

} // namespace tern
