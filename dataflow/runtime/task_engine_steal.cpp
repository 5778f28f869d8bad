// The part of the engine that gives work to idle nodes: ready tasks, and
// sources whose turn has not come, which are the bulk of the work in a plan
// that waits for memory. Both go from the far end of the static order, so that
// what runs here and what runs there stay apart.

#include "dataflow/runtime/steal_terms.hpp"
#include "dataflow/runtime/task_effects.hpp"
#include "dataflow/runtime/task_engine.hpp"

namespace tern {

namespace {

// Sources of one layer cost much the same: after so many in a row that are not
// worth it, the rest will not be either.
constexpr unsigned patience = 32;

} // namespace

// Bytes that cross the network if `r` runs on `thief`: its inputs, unless they
// are there, and its block, which its readers expect here.
std::uint64_t task_engine::bytes_to_move(task_record& r,
                                         node_index thief) const {
  const auto key = r.key();
  std::uint64_t bytes =
      edges_->consumers(key) > 0 ? edges_->block_bytes(key) : 0;
  std::lock_guard guard{r.lock};
  for (std::uint32_t i = 0; r.inputs && i < r.state.slots(); ++i)
    if (r.inputs[i].holder != thief)
      bytes += r.inputs[i].data.bytes();
  return bytes;
}

bool task_engine::is_stealable(task_record& r) const {
  std::lock_guard guard{r.lock};
  return r.state.may_be_stolen();
}

// What cannot run here goes whatever it costs.
bool task_engine::steal(task_record& r, node_index thief, steal_terms& terms) {
  const auto layer = r.key().layer;
  const auto* needs = needs_of(edges_->at(layer));
  if (needs && !fits(*needs, terms.resources))
    return false;
  const bool must_go = needs && !fits(*needs, how_.resources);
  const auto work = world_.mean_time(layer);
  const auto moved = bytes_to_move(r, thief);
  const auto needed = moved + edges_->block_bytes(r.key());
  if (needed > terms.room)
    return false;
  bool goes = false;
  apply(r, [&] {
    goes = r.state.may_be_stolen()
           && (must_go
               || move_pays(work, terms.link.transfer_ns(moved),
                            r.state.steals()));
    if (!goes)
      return effect::none;
    const auto e = r.state.steal(thief);
    note(r, task_event::steal, thief, e);
    return e;
  });
  if (goes) {
    terms.take(work, needed);
    counters_.steals.fetch_add(1, std::memory_order_relaxed);
  }
  return goes;
}

bool task_engine::is_willing(node_index thief) const {
  return thief != no_node && thief != me_ && !nodes_.has_declined(thief)
         && !nodes_.is_suspected(thief);
}

std::vector<task_record*>
task_engine::give_ready(const std::vector<task_record*>& ready,
                        steal_terms& terms) {
  std::vector<task_record*> kept;
  const auto thief = nodes_.number_of(terms.thief);
  const bool willing = is_willing(thief);
  for (auto* r : ready)
    if (!willing || terms.satisfied() || !steal(*r, thief, terms))
      kept.push_back(r);
  return kept;
}

std::vector<task_record*>
task_engine::give(const std::vector<task_record*>& ready, steal_terms& terms) {
  auto kept = give_ready(ready, terms);
  const auto thief = nodes_.number_of(terms.thief);
  if (is_willing(thief))
    give_sources(thief, terms);
  return kept;
}

void task_engine::give_sources(node_index thief, steal_terms& terms) {
  const auto& sources = region_.sources();
  auto end = source_end_.load(std::memory_order_relaxed);
  const auto turn = next_source_.load(std::memory_order_relaxed);
  bool unbroken = true; // all behind `at` are gone
  unsigned in_vain = 0;
  for (auto at = end; at > turn && !terms.satisfied() && in_vain < patience;) {
    --at;
    if (steal(*sources[at], thief, terms)) {
      in_vain = 0;
    } else if (is_stealable(*sources[at])) {
      ++in_vain;
      unbroken = false;
    }
    if (unbroken)
      end = at;
  }
  source_end_.store(end, std::memory_order_relaxed);
}

std::size_t task_engine::sources_left() const noexcept {
  const auto turn = next_source_.load(std::memory_order_relaxed);
  const auto end = source_end_.load(std::memory_order_relaxed);
  return end > turn ? end - turn : 0;
}

} // namespace tern
