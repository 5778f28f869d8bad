#include "dataflow/runtime/resource_places.hpp"

#include "dataflow/graph/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tern {

namespace {

// A message about a large cluster stays one that can be read.
constexpr std::size_t most_named = 8;

std::vector<std::uint32_t> slots_for(const resource_counts& needs,
                                     const plan_view& view) {
  std::vector<std::uint32_t> slots;
  for (const auto& place : view.places)
    slots.push_back(std::min(std::max(1u, place.capacity),
                             times_in(needs, place.resources)));
  return slots;
}

bool is_anywhere(const resource_counts& needs, const plan_view& view) {
  return std::ranges::any_of(view.places, [&](const auto& place) {
    return fits(needs, place.resources);
  });
}

std::string offers_of(const plan_view& view,
                      const std::function<std::string(node_id)>& name) {
  std::string text;
  for (std::size_t i = 0; i < std::min(view.places.size(), most_named); ++i) {
    const auto& [node, capacity, resources] = view.places[i];
    text += fmt::format("{}{} has {}", i == 0 ? "" : ", ", name(node),
                        resources.empty() ? "none" : text_of(resources));
  }
  if (view.places.size() > most_named)
    text += fmt::format(", and {} others have not enough either",
                        view.places.size() - most_named);
  return text;
}

} // namespace

resource_places::resource_places(const edge_index& edges,
                                 const plan_view& view) {
  slots_.push_back(slots_for({}, view));
  std::map<resource_counts, std::size_t> known;
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto* needs = needs_of(edges.at(id));
    if (!needs)
      continue;
    kinds_.resize(edges.layers());
    const auto [at, is_new] = known.emplace(*needs, slots_.size());
    kinds_[id] = at->second;
    if (is_new)
      slots_.push_back(is_anywhere(*needs, view) ? slots_for(*needs, view)
                                                 : slots_[0]);
  }
}

result<void> check_resources(const edge_index& edges, const plan_view& view,
                             const std::function<std::string(node_id)>& name) {
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto* needs = needs_of(edges.at(id));
    if (needs && edges.needed(id).size() > 0 && !is_anywhere(*needs, view))
      return fail(failure_kind::refused,
                  fmt::format("{}: needs {}, which no node has: {}",
                              describe(edges, edges.at_rank(id, 0)),
                              text_of(*needs), offers_of(view, name)));
  }
  return {};
}

} // namespace tern
