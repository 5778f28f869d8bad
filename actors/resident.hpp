#pragma once

#include "actors/channel.hpp"
#include "actors/fifo.hpp"
#include "actors/migration.hpp"
#include "actors/mobile_message.hpp"
#include "actors/mobility_event.hpp"
#include "serialization/pooled.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tern {

/// The receiver's name for a channel: its sender and the channel's number.
using channel_end = std::pair<actor_id, std::uint64_t>;

struct channel_end_hash {
  std::size_t operator()(const channel_end& end) const noexcept {
    return std::hash<actor_id>{}(end.first)
           ^ end.second * 0x9e3779b97f4a7c15ull;
  }
};

/// It stays where it is as long as its resident.
using arriving_channel = std::pair<const channel_end, receiving_half>;

/// The protocol state of one actor on the node that runs it. mobility alone
/// touches it; `image` and the constructor from one are what a move carries.
struct resident : pooled {
  explicit resident(const actor_id& actor) : id(actor) {}
  /// What arrived with a move, but for its type.
  resident(const attempt_id& attempt, actor_state& state);

  /// What goes with a move, but for the snapshot.
  actor_state image() const;

  instance_id instance() const noexcept {
    return {id, epoch};
  }

  actor_id id;
  std::string_view type;        ///< a name that the machine keeps
  std::uint64_t runner = 0;     ///< the shell's name for who runs it here
  std::uint32_t epoch = 1;      ///< of the attempt that installed it
  std::uint32_t last_epoch = 1; ///< given out last
  std::uint32_t report_tries = 0;

  bool pinned = false;
  bool reported = false; ///< its home has answered
  bool busy = false;     ///< a handler runs
  bool frozen = false;   ///< no handler starts
  bool resting = false;  ///< no handler starts before it is woken
  bool ended = false;    ///< no handler starts any more; it has no behavior
  node_id came_from;     ///< frozen until this node has released it; or none
  std::uint32_t installed_tries = 0;
  std::uint32_t installed_there = 0; ///< the last attempt that its target has
  std::uint32_t handled_since_ack = 0;
  view_id checked; ///< it has heard of the ends of its peers up to here
  std::uint64_t current = 0; ///< the message whose handler runs; 0: none
  arriving_channel* current_channel = nullptr;
  fifo<mail> mailbox;

  pooled_map<actor_id, sending_half> sending;
  pooled_map<channel_end, receiving_half, channel_end_hash> receiving;
  arriving_channel* last_arrival = nullptr; ///< of the last message; or none
  std::uint64_t next_channel = 1;
  std::size_t kept = 0;                   ///< messages, in all of `sending`
  std::vector<arriving_channel*> ack_due; ///< with news for their sender
  std::uint64_t wake_generation = 0;      ///< of the timer that counts

  std::unique_ptr<migration_source> move; ///< mostly none
  migration_order order;                  ///< that `move` carries out
  fifo<migration_order> orders;
  fifo<finished_order> finished;
  std::uint64_t state_bytes = 0;    ///< at its last move
  buffer snapshot;                  ///< while it moves
  std::vector<routed_message> held; ///< came while frozen
};

/// The channels of a table by the order of their names. Only that is the same
/// in every run; the table's own order depends on how it came about.
template <class Table>
auto in_order(Table& table) {
  std::vector<decltype(&*table.begin())> all;
  all.reserve(table.size());
  for (auto& channel : table)
    all.push_back(&channel);
  std::ranges::sort(
      all, {}, [](auto* c) -> auto& { return c->first; });
  return all;
}

} // namespace tern
