// Location is soft. Each actor has a home, a node that any other computes from
// the actor's id and the view alone; who installs an actor tells its home,
// and repeats it until the home has answered. Everything else is a cache:
//
//   send:     own cache, else home
//   home:     forwards, and tells the sender's node where it sent it
//   old place: forwards (it remembers where the actor went), and tells
//   nobody knows, or two hops were made: dropped, and the sender's node told
//
// Every entry is a true fact of the past, "installed at node by attempt
// epoch"; the one with the higher epoch is the younger fact, so it wins, and
// the order in which news arrive does not matter. Following younger and
// younger facts ends; following an old one ends at the hop bound.
#include "actors/directory.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

std::uint64_t weight(const actor_id& actor, node_id node) {
  auto x = std::hash<actor_id>{}(actor) ^ (node.value * 0x9fb21c651e98df25ull);
  x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ull;
  x = (x ^ (x >> 29)) * 0x9e3779b97f4a7c15ull;
  return x ^ (x >> 32);
}

} // namespace

node_id home_of(const actor_id& actor, std::span<const node_id> view) {
  if (actor.kind() == actor_kind::service)
    return {actor.high};
  node_id best;
  std::uint64_t best_weight = 0;
  for (const auto node : view) {
    const auto w = weight(actor, node);
    if (!best || w > best_weight || (w == best_weight && node > best)) {
      best = node;
      best_weight = w;
    }
  }
  return best;
}

void directory::set_view(std::vector<node_id> view, bool keep_claims) {
  std::sort(view.begin(), view.end());
  view_ = std::move(view);
  if (!keep_claims)
    std::erase_if(entries_, [this](auto& entry) {
      return !in_view(entry.second.node) || home(entry.first) == self_;
    });
  order_.clear(); // homes moved, and only what is not home's is evicted
  for (auto& [actor, where] : entries_)
    if (home(actor) != self_)
      order_.push_back(actor);
}

bool directory::in_view(node_id node) const noexcept {
  return std::binary_search(view_.begin(), view_.end(), node);
}

bool directory::learn(const actor_id& actor, const location& where) {
  if (actor.kind() == actor_kind::service || !where.node)
    return false;
  const auto [entry, is_new] = entries_.try_emplace(actor, where);
  if (is_new) {
    if (home(actor) != self_)
      order_.push_back(actor);
    evict();
    return true;
  }
  if (where.epoch <= entry->second.epoch)
    return false;
  entry->second = where;
  return true;
}

void directory::forget(const actor_id& actor, std::uint32_t epoch) {
  const auto entry = entries_.find(actor);
  if (entry != entries_.end() && entry->second.epoch <= epoch
      && home(actor) != self_)
    entries_.erase(entry); // its place in order_ is skipped by evict
}

std::optional<location> directory::find(const actor_id& actor) const {
  if (actor.kind() == actor_kind::service)
    return location{{actor.high}, 0};
  const auto entry = entries_.find(actor);
  if (entry == entries_.end())
    return std::nullopt;
  return entry->second;
}

void directory::evict() {
  while (order_.size() > cache_limit_) {
    entries_.erase(order_.front()); // may be gone already: `forget`
    order_.pop_front();
  }
}

} // namespace tern
