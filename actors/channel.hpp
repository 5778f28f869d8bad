#pragma once

#include "actors/fifo.hpp"
#include "serialization/buffer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace tern {

/// Lengths of time that a state machine asks for; none of them reads a clock.
using duration = std::chrono::nanoseconds;

/// Equal on all nodes of a cluster: a receiver refuses what lies beyond its
/// own window.
struct channel_options {
  std::uint32_t window = 256;   ///< messages sent but not known to be handled
  std::uint32_t burst = 32;     ///< messages sent again at a time, at most
  std::uint32_t ack_every = 64; ///< messages handled before acks go out
  duration resend = std::chrono::milliseconds(50); ///< first re-ask
  duration resend_limit = std::chrono::seconds(2); ///< the back-off's end
  duration nudge = std::chrono::microseconds(300); ///< re-ask when told
};

/// A message in a channel: what both ends keep of it.
struct channel_message {
  std::uint64_t sequence = 0; ///< 1, 2, 3, ...
  std::uint64_t cause = 0;    ///< trace number of the message that caused it
  std::uint64_t number = 0;   ///< its own trace number, once it travelled
  buffer payload;
};

/// The sending half of a channel {sender, receiver, number}: numbers messages
/// and keeps each until it was handled. It belongs to its sender's protocol
/// state and travels with it.
///
/// A value without a clock: `arm` and `hurry` say after which delay the owner
/// has to call `on_timer`.
class sending_half {
public:
  /// What a move carries.
  struct image {
    std::uint64_t number = 0;
    std::uint64_t next = 1;
    bool wants_room = false;
    std::vector<channel_message> kept;
  };

  explicit sending_half(std::uint64_t number) : number_(number) {}
  explicit sending_half(const image& from);
  image save() const;

  std::uint64_t number() const noexcept {
    return number_;
  }
  /// How many more messages `push` takes.
  std::size_t room(const channel_options& o) const noexcept {
    return kept_.size() < o.window ? o.window - kept_.size() : 0;
  }
  bool drained() const noexcept {
    return kept_.empty();
  }

  /// Numbers and keeps a message; the caller puts the returned one on its way.
  /// Requires `room() > 0`.
  const channel_message& push(std::uint64_t cause, buffer payload);

  /// All up to `handled` were handled. Returns whether that is news.
  bool acknowledge(std::uint64_t handled);

  /// The owner was refused for want of room and wants to hear when there is
  /// some.
  void want_room() noexcept {
    wants_room_ = true;
  }
  /// True once, when half of the window is free again after `want_room`.
  bool take_room(const channel_options& o) noexcept;

  /// Arms the timer if there is something to wait for and it is not armed.
  /// Returns the delay after which `on_timer(generation())` is due.
  std::optional<duration> arm(const channel_options& o);
  /// Forgets its timer: the owner was frozen meanwhile.
  void disarm() noexcept;
  /// Arms it anew for a quick retry: somebody said that a message was dropped.
  std::optional<duration> hurry(const channel_options& o);
  std::uint64_t generation() const noexcept {
    return generation_;
  }

  /// What a timer asks for.
  struct timeout {
    std::size_t resend = 0;  ///< that many of `kept`, from the first
    bool lost_sight = false; ///< no progress for long: ask home where it is
  };
  timeout on_timer(std::uint64_t generation, const channel_options& o);

  const fifo<channel_message>& kept() const noexcept {
    return kept_;
  }

private:
  std::uint64_t number_ = 0;
  std::uint64_t next_ = 1;
  fifo<channel_message> kept_; // sent or to be sent, not known as handled
  bool wants_room_ = false;
  bool armed_ = false;
  bool hurried_ = false;
  std::uint32_t tries_ = 0;      // timers without progress
  std::uint32_t nudges_ = 0;     // hurries without progress
  std::uint64_t generation_ = 0; // of the timer that counts
  std::uint64_t acked_ = 0;      // all up to here are handled
  std::uint64_t acked_at_arm_ = 0;
  std::size_t resent_ = 0; // by the last timer
};

/// The receiving half: puts messages in order, drops what came twice, and
/// knows what was handled. It travels with the receiving actor.
class receiving_half {
public:
  struct image {
    std::uint64_t number = 0;
    std::uint64_t handled = 0;
    std::uint64_t delivered = 0;
    std::vector<channel_message> early;
  };

  enum class verdict {
    deliver,   ///< it is the next one
    early,     ///< kept until its predecessors came
    duplicate, ///< was delivered, but is not handled yet
    handled,   ///< was handled: the ack got lost, say it again
    beyond,    ///< further ahead than any honest sender goes
  };

  explicit receiving_half(std::uint64_t number) : number_(number) {}
  explicit receiving_half(const image& from);
  image save() const;

  std::uint64_t number() const noexcept {
    return number_;
  }

  /// Judges a message. It is moved from only when `early`; on `deliver` the
  /// caller delivers it, then what `take_next` gives until it gives nothing.
  verdict accept(channel_message& m, const channel_options& o);
  std::optional<channel_message> take_next();

  /// The message of this number, the next in order, was handled. Returns
  /// whether the first ack is due since `take_due`.
  bool on_handled(std::uint64_t sequence) noexcept;
  std::uint64_t handled() const noexcept {
    return handled_;
  }

  /// Returns whether `handled()` has not been told since it last changed, and
  /// regards it as told.
  bool take_due() noexcept {
    const bool due = told_ != handled_;
    told_ = handled_;
    return due;
  }

private:
  std::uint64_t number_ = 0;
  std::uint64_t handled_ = 0;   // all up to here ran
  std::uint64_t delivered_ = 0; // all up to here are in the mailbox or ran
  std::uint64_t told_ = 0;      // what the sender was told last
  std::map<std::uint64_t, channel_message> early_;
};

} // namespace tern
