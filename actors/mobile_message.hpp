#pragma once

#include "actors/actor_id.hpp"
#include "actors/channel.hpp"
#include "actors/envelope.hpp"
#include "actors/view.hpp"
#include "serialization/buffer.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tern {

/// Something for an actor, wherever it is: a numbered message, an ack, or the
/// order to move. All three are routed alike (mobility.hpp).
struct routed_message {
  /// `actor_message`, `channel_ack` or `order_migration`.
  message_kind kind = message_kind::actor_message;
  /// `sequence`: the message's number, or the last number handled.
  /// `epoch`: of the location that the last router believed in; 0: none.
  envelope head;
  node_id origin;                 ///< where `head.from` was when it sent
  std::uint32_t origin_epoch = 0; ///< and since which attempt
  std::uint64_t number = 0;       ///< of the channel, or of the order
  node_id target;                 ///< of an order
  buffer payload;                 ///< of a message
  bool last_words = false;        ///< of a sender that has ended
};

/// An attempt to move `actor`; the pair is never used again.
struct attempt_id {
  actor_id actor;
  std::uint32_t epoch = 0;

  friend auto operator<=>(const attempt_id&, const attempt_id&) = default;
};

/// Source to target: make room.
struct migrate_prepare {
  attempt_id attempt;
  std::string type;
  std::uint64_t bytes = 0; ///< what the state was at its last move, or 0
  view_id view;            ///< of the source
};

/// Target to source. `refusal` is empty, or says why not.
struct migrate_prepared {
  attempt_id attempt;
  std::string refusal;
};

/// A message in an actor's mailbox.
struct mail {
  enum class kind : std::uint8_t {
    message,  ///< for `receive`
    writable, ///< the channel to `from` has room again
    woken,    ///< the time that a handler asked for has passed
    arrived,  ///< it runs on another node now
    down,     ///< `from` has ended; `channel`: so many messages to it are lost
    ended,    ///< for the machine alone: a handler said `stop`
  };
  kind what = kind::message;
  actor_id from;
  std::uint64_t channel = 0;
  std::uint64_t sequence = 0;
  std::uint64_t cause = 0;
  std::uint64_t number = 0; ///< in the trace; 0: it did not leave the node
  buffer payload;
};

/// How an order to move ended.
struct migration_outcome {
  bool moved = false;
  node_id node;            ///< where the actor is
  std::uint32_t epoch = 0; ///< since which attempt
  std::string why;         ///< empty when it moved

  friend bool operator==(const migration_outcome&,
                         const migration_outcome&) = default;
};

/// An order to move an actor, named by who gave it and his number.
struct migration_order {
  node_id asker;
  std::uint64_t number = 0;
  node_id target;

  bool same(const migration_order& other) const noexcept {
    return asker == other.asker && number == other.number;
  }
};

struct finished_order {
  migration_order order;
  migration_outcome outcome;
};

/// Everything that makes an actor: what its behavior saved, and the state of
/// all protocols it takes part in. Whoever has this can go on.
struct actor_state {
  struct outgoing {
    actor_id receiver;
    sending_half::image half;
  };
  struct arriving {
    actor_id sender;
    receiving_half::image half;
  };

  std::string type;
  buffer snapshot;
  std::vector<mail> mailbox;
  std::vector<outgoing> sending;
  std::vector<arriving> receiving;
  std::uint64_t next_channel = 1;
  std::vector<migration_order> orders;  ///< that wait for this one
  std::vector<finished_order> finished; ///< the last ones, for re-asks
  /// Up to this view it has heard of the ends of those to whom it sends.
  view_id checked;
};

/// Source to target, once, after the freeze.
struct migrate_state {
  attempt_id attempt;
  actor_state state;
  view_id view; ///< of the source; the target takes it in no other
};

/// Target to source: it is here. The source shall free it.
struct migrate_installed {
  attempt_id attempt;
};

/// Source to target: it is free here, so it may run there.
struct migrate_released {
  attempt_id attempt;
};

/// Source to target: unless it runs, it shall not.
struct migrate_abort {
  attempt_id attempt;
};

/// Target to source: this attempt will never be installed.
struct migrate_aborted {
  attempt_id attempt;
  std::string why;
};

/// To a home: it runs on `node`; or to a sender's node: better go there.
struct location_update {
  actor_id actor;
  node_id node;
  std::uint32_t epoch = 0;
  bool ended = false; ///< it is nowhere, and will be nowhere
  view_id view; ///< of who says so; a home of another view gives no answer
};

struct location_query {
  actor_id actor;
};

/// From a home, to a query or an update: what it knows now. From anyone, to
/// the origin of a message he dropped: what he knows, and which one. Without a
/// node: not known, and what was believed up to `epoch` is wrong.
struct location_answer {
  actor_id actor;
  node_id node;
  std::uint32_t epoch = 0;
  actor_id dropped_from;             ///< sender of the message; none: no drop
  std::uint64_t dropped_channel = 0; ///< its channel
  std::uint64_t dropped_order = 0;   ///< or the order's number
  bool ended = false;                ///< the actor has ended
  std::uint64_t handled = 0; ///< by an ended one: the last of that channel
};

/// To the one who gave the order.
struct order_answer {
  std::uint64_t number = 0;
  migration_outcome outcome;
};

/// An actor that a node has, running or frozen, since attempt `epoch`.
struct census_entry {
  actor_id actor;
  std::uint32_t epoch = 0;

  friend bool operator==(const census_entry&, const census_entry&) = default;
};

/// To each home of a new view: all that this node has of its actors.
struct census_report {
  view_id view;
  std::uint64_t births = 0; ///< actors that were ever born on this node
  std::vector<census_entry> here;
  std::vector<actor_id> ended; ///< here, the last ones
};

/// From a home: the report was taken.
struct census_taken {
  view_id view;
};

/// To a home: are these anywhere?
struct census_query {
  view_id view;
  std::uint64_t number = 0; ///< comes back with the answer
  std::vector<actor_id> actors;
};

/// From a home that has all reports: these of them are nowhere.
struct census_answer {
  view_id view;
  std::uint64_t number = 0;
  std::vector<actor_id> lost;
};

/// What nodes say to each other about actors that move.
using mobile_message =
    std::variant<routed_message, migrate_prepare, migrate_prepared,
                 migrate_state, migrate_installed, migrate_abort,
                 migrate_aborted, location_update, location_query,
                 location_answer, order_answer, migrate_released, census_report,
                 census_taken, census_query, census_answer>;

} // namespace tern
