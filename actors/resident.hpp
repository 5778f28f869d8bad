#pragma once

#include "actors/channel.hpp"
#include "actors/migration.hpp"
#include "actors/mobile_message.hpp"
#include "actors/mobility_event.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// The receiver's name for a channel: its sender and the channel's number.
using channel_end = std::pair<actor_id, std::uint64_t>;

/// The protocol state of one actor on the node that runs it. mobility alone
/// touches it; `image` and the constructor from one are what a move carries.
struct resident {
  explicit resident(const actor_id& actor) : id(actor) {}
  /// What arrived with a move.
  resident(const attempt_id& attempt, actor_state& state);

  /// What goes with a move, but for the snapshot.
  actor_state image() const;

  instance_id instance() const noexcept {
    return {id, epoch};
  }

  actor_id id;
  std::string type;
  bool pinned = false;
  std::uint64_t runner = 0;     ///< the shell's name for who runs it here
  std::uint32_t epoch = 1;      ///< of the attempt that installed it
  std::uint32_t last_epoch = 1; ///< given out last
  bool reported = false;        ///< its home has answered
  std::uint32_t report_tries = 0;

  bool busy = false;   ///< a handler runs
  bool frozen = false; ///< no handler starts
  bool ended = false;  ///< no handler starts any more; it has no behavior
  node_id came_from;   ///< frozen until this node has released it; or none
  std::uint32_t installed_tries = 0;
  view_id checked; ///< it has heard of the ends of its peers up to here
  mail current;    ///< of the running handler
  std::deque<mail> mailbox;

  std::map<actor_id, sending_half> sending;
  std::map<channel_end, receiving_half> receiving;
  std::uint64_t next_channel = 1;
  std::vector<channel_end> ack_due; ///< channels with news for their sender
  std::uint32_t handled_since_ack = 0;
  std::uint64_t wake_generation = 0; ///< of the timer that counts

  std::optional<migration_source> move;
  migration_order order; ///< that `move` carries out
  std::deque<migration_order> orders;
  std::deque<finished_order> finished;
  std::uint64_t state_bytes = 0;    ///< at its last move
  buffer snapshot;                  ///< while it moves
  std::vector<routed_message> held; ///< came while frozen
};

} // namespace tern
