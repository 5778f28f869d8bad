#pragma once

#include "actors/actor_id.hpp"
#include "serialization/pooled.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace tern {

/// Where an actor was installed, and by which attempt. Epochs of one actor are
/// never used twice, so two locations with equal epochs are equal.
struct location {
  node_id node;
  std::uint32_t epoch = 0;

  friend bool operator==(const location&, const location&) = default;
};

/// The home of an actor: the node of `view` with the highest hash of {actor,
/// node} (Thaler and Ravishankar, "Using name-based mappings to increase hit
/// rates", 1998). A node that comes or goes moves only its own share. A
/// service's home is its node. An empty view gives no node.
node_id home_of(const actor_id& actor, std::span<const node_id> view);

/// What one node believes about the places of actors: entries it keeps as
/// their home, and a bounded cache of what it heard. Soft state: a wrong entry
/// costs a detour, never a message.
///
/// Not for what runs on this node: mobility knows that, and asks here only
/// about the others.
class directory {
public:
  explicit directory(node_id self, std::size_t cache_limit = 65'536)
    : self_(self), cache_limit_(cache_limit) {}

  /// Forgets who was on nodes that are gone, and, unless `keep_claims`,
  /// everything of which this node is the home now: reports bring it anew.
  void set_view(std::vector<node_id> view, bool keep_claims = false);
  const std::vector<node_id>& view() const noexcept {
    return view_;
  }
  bool in_view(node_id node) const noexcept;

  node_id home(const actor_id& actor) const {
    return home_of(actor, view_);
  }

  /// Takes over a location if its epoch is higher than what is known.
  bool learn(const actor_id& actor, const location& where);

  /// Somebody found that what was known up to `epoch` is not so. Entries of
  /// which this node is the home stay: they follow reports alone.
  void forget(const actor_id& actor, std::uint32_t epoch);

  /// Forgets the actor whatever is known of it.
  void drop(const actor_id& actor) {
    entries_.erase(actor);
  }

  std::optional<location> find(const actor_id& actor) const;

  std::size_t size() const noexcept {
    return entries_.size();
  }

private:
  void evict();

  node_id self_;
  std::size_t cache_limit_;
  std::vector<node_id> view_;
  pooled_map<actor_id, location> entries_;
  std::deque<actor_id> order_; // of learning what is not home's
};

} // namespace tern
