#pragma once

#include "actors/actor_id.hpp"

#include <cstdint>

namespace tern {

/// What a message on the link is. Each layer owns a range of numbers; the
/// receiver drops (and counts) numbers that nobody registered.
enum class message_kind : std::uint16_t {
  // 1..99: the actors layer
  actor_message = 1,
  channel_ack,
  migrate_prepare,
  migrate_prepared,
  migrate_state,
  migrate_installed,
  migrate_abort,
  migrate_aborted,
  location_update,
  location_query,
  location_answer,
  trace_request,
  trace_reply,
  order_migration,
  order_answer,
  view_message,
  migrate_released,
  census_report,
  census_taken,
  census_query,
  census_answer,
  balance_report,
  suspicion, ///< between the nodes themselves, for no handler
  wait_query,
  wait_answer,

  // 100..199: dataflow
  plan_submit = 100,
  plan_accepted,
  plan_forget,
  have,
  want,
  release,
  erred,
  pull,
  block_data,
  lend,
  installed,
  refused,
  location,
  finished,
  progress_request,
  progress_reply,
  monitor,
  down,
  order_move,
  order_moved,
  inspect,
  inspected,
  released,
  plan_lent,
  steal_ask,
  steal_answer,
  plan_census,
  plan_query,
  plan_copy,

  // 200..299: free for applications
  application = 200,
};

/// What every message between tern actors carries, whatever its body: the one
/// place that gives location, order, trace and replay.
struct envelope {
  actor_id to;
  actor_id from;
  std::uint64_t sequence = 0; ///< number in its channel; 0: no channel
  std::uint32_t epoch = 0;  ///< of the receiver's location, as the sender knew
  std::uint32_t hops = 0;   ///< how often it was forwarded
  std::uint64_t cause = 0;  ///< trace number of the message that caused it
  std::uint64_t number = 0; ///< trace number of this message; set by `send`

  friend bool operator==(const envelope&, const envelope&) = default;
};

} // namespace tern
