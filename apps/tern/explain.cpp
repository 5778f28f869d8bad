#include "apps/tern/explain.hpp"

#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"

#include <fmt/format.h>

#include <string>

namespace tern {

namespace {

/// How many layers and tasks, and a line for each layer.
std::string layers_of(const graph& g) {
  const edge_index edges{g};
  auto text =
      fmt::format("{} layers, {} tasks\n", edges.layers(), edges.tasks());
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto& l = edges.at(id);
    std::string inputs;
    for (const auto& in : l.inputs)
      inputs += fmt::format(" {}", in.from);
    text += fmt::format("  {:3}{} {:24} {:8} blocks {:12} tasks {:8} from{:8} "
                        "{}\n",
                        id, edges.is_root(id) ? '*' : ' ', kernel_of(l),
                        name_of(l.type), to_string(edges.grid_of(id)),
                        edges.needed(id).size(), inputs.empty() ? " -" : inputs,
                        l.expression);
  }
  return text;
}

} // namespace

void explain(std::ostream& out, std::span<const array> arrays) {
  if (arrays.empty())
    return;
  auto g = lower(arrays);
  auto before = layers_of(g);
  out << "lowered: " << before;
  optimize(std::move(g), [&](std::string_view pass, const graph& after) {
    auto text = layers_of(after);
    out << "after " << pass << ": "
        << (text == before ? "nothing changed\n" : text);
    before = std::move(text);
  });
}

void explain(std::ostream& out, const plan_projection& plan) {
  constexpr auto row = "  {:>6} {:>12} {:>14} {:>18}\n";
  out << "plan:\n"
      << fmt::format(row, "node", "tasks", "memory", "from other nodes");
  node_need all;
  std::size_t number = 0;
  for (const auto& n : plan.need.nodes) {
    out << fmt::format(row, number++, n.tasks, size_text(n.peak),
                       size_text(n.fetched));
    all.tasks += n.tasks;
    all.peak += n.peak;
    all.fetched += n.fetched;
  }
  if (number > 1)
    out << fmt::format(row, "all", all.tasks, size_text(all.peak),
                       size_text(all.fetched));
  out << fmt::format("  smallest --memory: {}, without a disk {}\n",
                     size_text(plan.smallest_memory),
                     size_text(plan.smallest_without_disk));
}

} // namespace tern
