#pragma once

#include "actors/directory.hpp"
#include "actors/mobile_message.hpp"
#include "actors/view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tern {

/// A timer that `mobility` asked for; it comes back as it went out.
struct mobility_timer {
  enum class kind : std::uint8_t {
    channel,     ///< `number`: of the sending half `peer`
    source,      ///< of a move's source
    arrival,     ///< of a move's target; `number`: the attempt
    report,      ///< tell home again
    order,       ///< ask again; `number`: of the order
    order_nudge, ///< the same, for it was dropped
    query,       ///< ask again; `number`: of the query
    wake,        ///< a handler asked for it
    installed,   ///< say INSTALLED again; `number`: the attempt
    census,      ///< say again what was not answered; `number`: of the view
  };
  kind what = kind::channel;
  actor_id actor;
  actor_id peer;
  std::uint64_t number = 0;
  std::uint64_t generation = 0;
};

/// An actor as this node runs it. It may come back later, as another instance.
struct instance_id {
  actor_id actor;
  std::uint32_t epoch = 0; ///< of the attempt that installed it

  friend auto operator<=>(const instance_id&, const instance_id&) = default;
};

/// A message that a handler sent.
struct outgoing_message {
  actor_id to;
  std::uint64_t cause = 0;
  buffer payload;
};

/// What happens to a node, as `mobility` sees it.
namespace mobility_event {

/// The nodes have agreed on this. Before the first one the node is alone; after
/// one without it, it hears nobody any more.
struct view {
  tern::view agreed;
};
/// This node is about to leave: it takes no actors from others any more.
struct leaving {};
struct register_type {
  std::string name;
};
/// A new actor, already made by the shell. A pinned one never moves.
struct spawned {
  actor_id actor;
  std::string type;
  bool pinned = false;
  std::uint64_t runner = 0; ///< the shell's name for who runs its handlers
};
/// A message by a pinned actor, outside of any handler.
struct posted {
  actor_id from;
  outgoing_message message;
};
/// Its handlers for the last `run` ended.
struct handled {
  instance_id instance;
  std::vector<outgoing_message> sent;
  std::vector<actor_id> refused; ///< receivers to which it found no room
  /// Wake it after so long; what was asked for before counts no more.
  std::optional<duration> wake = {};
  bool stop = false;           ///< this was its last handler
  bool rest = false;           ///< none runs before it is woken, but `arrived`
  std::vector<mail> more = {}; ///< as `run` had it
  std::size_t ran = 0;         ///< handlers for `more`; the rest is given back

  /// For the next handler, in the same memory.
  void clear() {
    sent.clear();
    refused.clear();
    wake.reset();
    stop = false;
    rest = false;
    more.clear();
    ran = 0;
  }
};
/// What `save` asked for, or why there is none.
struct saved {
  instance_id instance;
  std::uint32_t attempt = 0;
  buffer snapshot;
  std::string why;
};
/// What `restore` asked for; `why` says what went wrong, or nothing.
struct restored {
  attempt_id attempt;
  std::string why;
  std::uint64_t runner = 0; ///< as in `spawned`
};
/// Somebody on this node wants `actor` to be at `target`.
struct ordered {
  actor_id actor;
  node_id target;
  std::uint64_t number = 0; ///< never used before on this node
};
/// Somebody on this node wants to know where `actor` is.
struct asked {
  actor_id actor;
  std::uint64_t number = 0; ///< never used before on this node
};
struct received {
  node_id from;
  mobile_message message;
};
struct timed_out {
  mobility_timer timer;
};

} // namespace mobility_event

using mobility_input =
    std::variant<mobility_event::view, mobility_event::leaving,
                 mobility_event::register_type, mobility_event::spawned,
                 mobility_event::posted, mobility_event::handled,
                 mobility_event::saved, mobility_event::restored,
                 mobility_event::ordered, mobility_event::asked,
                 mobility_event::received, mobility_event::timed_out>;

/// What the shell shall do about it, in this order.
namespace instruction {

struct transmit {
  node_id to;
  mobile_message message;
};
/// Run the handler for this, then for as many of `more` as seems good, one
/// after the other, and say `handled`. One `run` at a time per actor.
struct run {
  instance_id instance;
  mail what;
  std::uint64_t runner = 0;    ///< as the shell named it
  std::vector<mail> more = {}; ///< messages that came behind it
  /// So many messages the handlers may send, whoever gets them: there is room.
  std::size_t free = 0;
};
/// Frozen: take a snapshot, then say `saved`.
struct save {
  instance_id instance;
  std::uint32_t attempt = 0;
};
/// Make an actor of this, then say `restored`.
struct restore {
  attempt_id attempt;
  std::string type;
  buffer snapshot;
  node_id source;
};
/// It is done here: it runs elsewhere, or was never installed.
struct discard {
  instance_id instance;
};
/// The source has let go of it: its handlers run from now on.
struct resumed {
  instance_id instance;
};
struct arm {
  mobility_timer timer;
  duration delay{};
};
struct order_done {
  std::uint64_t number = 0;
  migration_outcome outcome;
};
/// The answer to `asked`; no node: not known to its home.
struct located {
  std::uint64_t number = 0;
  location where;
};

} // namespace instruction

using mobility_output =
    std::variant<instruction::transmit, instruction::run, instruction::save,
                 instruction::restore, instruction::discard, instruction::arm,
                 instruction::order_done, instruction::located,
                 instruction::resumed>;
using mobility_outputs = std::vector<mobility_output>;

} // namespace tern
