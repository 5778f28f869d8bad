#include "dataflow/runtime/region.hpp"

#include "dataflow/graph/order.hpp"

#include <algorithm>

namespace tern {

void region::expand(const edge_index& edges, const placement& where,
                    node_index me, const remaining_work* rest,
                    const maker& make) {
  using part = remaining_work::part;
  const auto part_of = [&](const block_key& key) {
    return rest ? rest->of(key) : part::runs;
  };
  const auto priorities = depth_first_order(edges, [&](const block_key& key) {
    return part_of(key) == part::runs && where.owner(key) == me;
  });
  tables_.resize(edges.layers());
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto& needed = edges.needed(id);
    auto& t = tables_[id];
    auto [first, last] = where.range(id, me);
    t.whole = needed.size() == element_count(edges.grid_of(id));
    t.first = first;
    t.records.resize(static_cast<std::size_t>(last - first));
    for (auto rank = first; rank < last; ++rank) {
      const auto key = edges.at_rank(id, rank);
      const auto what = part_of(key);
      if (what == part::none || where.owner(key) != me)
        continue;
      const auto slots = edges.slots(key);
      const auto readers = edges.consumers(key) + (edges.is_root(id) ? 1 : 0);
      auto& r = make(key, slots, readers,
                     priorities[id][static_cast<std::size_t>(rank)]);
      t.records[static_cast<std::size_t>(rank - first)] = &r;
      owned_ += what == part::kept ? 0 : 1;
      if (slots == 0 && what == part::runs)
        sources_.push_back(&r);
    }
  }
  std::sort(sources_.begin(), sources_.end(),
            [](const task_record* a, const task_record* b) {
              return a->priority < b->priority;
            });
}

task_record* region::find(const edge_index& edges, std::uint64_t low) const {
  const auto key = unpack(low);
  if (key.layer < tables_.size()) { // a guest has none
    const auto& t = tables_[key.layer];
    auto rank = key.index;
    if (!t.whole) {
      if (!edges.is_needed(key))
        return nullptr;
      rank = edges.rank(key);
    }
    const auto at = rank - t.first;
    if (at >= 0 && at < static_cast<std::int64_t>(t.records.size())
        && t.records[static_cast<std::size_t>(at)])
      return t.records[static_cast<std::size_t>(at)];
  }
  std::lock_guard guard{mutex_};
  const auto found = lent_.find(low);
  return found == lent_.end() ? nullptr : found->second;
}

void region::lend(task_record& r) {
  std::lock_guard guard{mutex_};
  lent_[r.low] = &r;
}

void region::each(const std::function<void(task_record&)>& f) const {
  for (const auto& t : tables_)
    for (auto* r : t.records)
      if (r)
        f(*r);
  std::vector<task_record*> lent;
  {
    std::lock_guard guard{mutex_};
    for (const auto& [low, r] : lent_)
      lent.push_back(r);
  }
  for (auto* r : lent)
    f(*r);
}

} // namespace tern
