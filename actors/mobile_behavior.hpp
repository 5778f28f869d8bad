#pragma once

#include "actors/actor_id.hpp"
#include "actors/envelope.hpp"
#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace tern {

/// What a handler may do. Valid during the call only.
class actor_context {
public:
  virtual const actor_id& self() const = 0;
  /// Where it runs at the moment.
  virtual node_id node() const = 0;

  /// How many messages to `to` would be taken now.
  virtual std::size_t room(const actor_id& to) = 0;

  /// Sends when the handler has ended, if `to` has room for it in its window:
  /// exactly once and in order, wherever the two go meanwhile. Otherwise sends
  /// nothing, returns false, and `writable(to)` is called once there is room.
  virtual bool send(const actor_id& to, buffer payload) = 0;
  bool send(const actor_id& to, std::span<const std::byte> payload) {
    return send(to, buffer::copy(payload));
  }

protected:
  ~actor_context() = default;
};

/// What a stateful actor does, and what of it travels when it moves.
///
/// Its handlers run one at a time, on the node's workers; they may compute, and
/// must not block. An exception that leaves a handler is counted by the host;
/// the message counts as handled, and what was sent until then goes out.
class mobile_behavior {
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

  /// Everything that `receive` builds upon, as the type's factory takes it.
  virtual buffer save() const = 0;
};

/// Makes a behavior of a type: from what `spawn` was given, or from what `save`
/// gave on another node. Bytes that it does not understand are a failure.
using behavior_factory = std::function<result<std::unique_ptr<mobile_behavior>>(
    std::span<const std::byte> state)>;

} // namespace tern
