#pragma once

#include "actors/actor_id.hpp"
#include "actors/envelope.hpp"
#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"
#include "serialization/pooled.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace tern {

struct wait_report;

/// What a handler may do. Valid during the call only.
class actor_context {
public:
  virtual const actor_id& self() const = 0;
  /// Where it runs at the moment.
  virtual node_id node() const = 0;
  /// Which of its stays that is: it grows with each move.
  virtual std::uint32_t epoch() const = 0;

  /// How many messages to `to` would be taken now.
  virtual std::size_t room(const actor_id& to) = 0;

  /// Sends when the handler has ended, if `to` has room for it in its window:
  /// exactly once and in order, wherever the two go meanwhile. Otherwise sends
  /// nothing, returns false, and `writable(to)` is called once there is room.
  virtual bool send(const actor_id& to, buffer payload) = 0;
  bool send(const actor_id& to, std::span<const std::byte> payload) {
    return send(to, buffer::copy_compact(payload));
  }

  /// Calls `woken` after so long, once: what was asked for before counts no
  /// more, and neither does it after a move (`arrived` is the place to ask
  /// again).
  virtual void wake_after(std::chrono::nanoseconds delay) = 0;

  /// The same, and until then no handler runs but `arrived` (which may say so
  /// again): what comes meanwhile waits in the mailbox, and keeps its place.
  virtual void rest(std::chrono::nanoseconds delay) = 0;

  /// This handler is the last. What it sends still arrives.
  virtual void stop() = 0;

protected:
  ~actor_context() = default;
};

/// What a stateful actor does, and what of it travels when it moves.
///
/// Its handlers run one at a time, on the node's workers; they may compute, and
/// must not block. An exception that leaves a handler is counted by the host;
/// the message counts as handled, and what was sent until then goes out.
class mobile_behavior : public pooled {
public:
  virtual ~mobile_behavior() = default;

  /// A message. `head.from` is who sent it.
  virtual void receive(actor_context& context, const envelope& head,
                       std::span<const std::byte> payload) = 0;

  /// The channel to `to` has room again, after a `send` that found none.
  virtual void writable(actor_context& context, const actor_id& to) {
    static_cast<void>(context);
    static_cast<void>(to);
  }

  /// The time that `wake_after` was given has passed.
  virtual void woken(actor_context& context) {
    static_cast<void>(context);
  }

  /// It has moved: this is another node.
  virtual void arrived(actor_context& context) {
    static_cast<void>(context);
  }

  /// `actor`, to which this one has sent, has ended; the last `lost` messages
  /// to it were not handled, as far as anybody knows.
  virtual void down(actor_context& context, const actor_id& actor,
                    std::uint64_t lost) {
    static_cast<void>(context);
    static_cast<void>(actor);
    static_cast<void>(lost);
  }

  /// It is about to move: its state is taken next. Nothing can be sent from
  /// here. Called again for another attempt; when one fails it goes on as if
  /// nothing had been. An exception fails the attempt.
  virtual void departs() {}

  /// For people who ask what it waits for: adds its open requests, and whom it
  /// cannot send to. Called by any thread, while no handler runs.
  virtual void add_waits(wait_report& to) const {
    static_cast<void>(to);
  }

  /// Everything that `receive` builds upon, as the type's factory takes it.
  virtual buffer save() const = 0;
};

/// Makes a behavior of a type: from what `spawn` was given, or from what `save`
/// gave on another node. Bytes that it does not understand are a failure.
using behavior_factory = std::function<result<std::unique_ptr<mobile_behavior>>(
    std::span<const std::byte> state)>;

} // namespace tern
