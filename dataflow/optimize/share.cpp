#include "dataflow/graph/same_work.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <numeric>
#include <unordered_map>

namespace tern {

graph share(graph g) {
  std::vector<layer_id> number(g.layers.size());
  std::iota(number.begin(), number.end(), layer_id{0});
  std::unordered_multimap<std::size_t, layer_id> known;
  for (layer_id id = 0; id < g.layers.size(); ++id) {
    auto& l = g.layers[id];
    for (auto& in : l.inputs)
      in.from = number[in.from];
    const auto hash = hash_of_work(l);
    auto [at, end] = known.equal_range(hash);
    while (at != end && !same_work(g.layers[at->second], l))
      ++at;
    if (at == end)
      known.emplace(hash, id);
    else
      number[id] = at->second;
  }
  for (auto& root : g.roots)
    root = number[root];
  return cull(std::move(g));
}

} // namespace tern
