#include "dataflow/runtime/analysis/provenance.hpp"

#include <map>

namespace tern {

std::vector<origin> provenance_of(const edge_index& edges,
                                  const block_key& task,
                                  const provenance_limits& limits) {
  std::vector<origin> all{{task, {}, 0}};
  std::map<block_key, std::size_t> places{{task, 0}};
  std::size_t end_of_level = 1;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (at == end_of_level) {
      ++depth;
      end_of_level = all.size();
    }
    const auto from = all[at].task;
    edges.each_input(from, [&](std::uint32_t slot, const block_key& input) {
      const auto known = places.find(input);
      const bool fits =
          slot < limits.inputs
          && (known != places.end()
              || (depth < limits.depth && all.size() < limits.blocks));
      if (!fits) {
        ++all[at].left_out;
        return;
      }
      const auto place = known != places.end() ? known->second : all.size();
      all[at].inputs.push_back(place);
      if (known != places.end())
        return;
      places[input] = place;
      all.push_back({input, {}, 0});
    });
  }
  return all;
}

} // namespace tern
