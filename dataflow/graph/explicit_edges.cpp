#include "dataflow/graph/layer.hpp"

namespace tern {

// A counting sort by producer; rows are visited in order, so that the
// consumers of a block come by task and slot.
void explicit_edges::index() {
  auto n = offsets.empty() ? 0 : offsets.size() - 1;
  consumer_offsets.assign(n + 1, 0);
  for (auto p : predecessors)
    ++consumer_offsets[p + 1];
  for (std::size_t i = 0; i < n; ++i)
    consumer_offsets[i + 1] += consumer_offsets[i];
  consumers.resize(predecessors.size());
  consumer_slots.resize(predecessors.size());
  auto next = consumer_offsets;
  for (std::size_t task = 0; task < n; ++task)
    for (auto i = offsets[task]; i < offsets[task + 1]; ++i) {
      auto place = next[predecessors[i]]++;
      consumers[place] = static_cast<std::uint32_t>(task);
      consumer_slots[place] = static_cast<std::uint32_t>(i - offsets[task]);
    }
}

} // namespace tern
