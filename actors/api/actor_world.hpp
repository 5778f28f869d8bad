#pragma once

#include "actors/actor_id.hpp"
#include "actors/api/call.hpp"
#include "actors/api/dead_letter.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tern {

class actor_core;
class step_log;

/// What the actors of the typed API have around them on one node: the
/// `actor_system` of a process, or a node of a `simulation::cluster`. What they
/// send goes by their `actor_context`; this is the rest, time included, so that
/// no actor asks a clock by itself.
class actor_world {
public:
  /// A new actor on this node. Throws `actor_error`.
  virtual actor_id spawn_made(const std::string& type,
                              std::unique_ptr<actor_core> made) = 0;
  /// Gives the order and goes on.
  virtual void order_move(const actor_id& actor, node_id target) = 0;
  /// Where a new actor had best go, as far as is known.
  virtual node_id place() = 0;
  /// A point of this node's steady clock.
  virtual std::chrono::nanoseconds now() const = 0;
  /// A number that nobody guesses; not 0.
  virtual std::uint64_t secret() = 0;
  /// Of the classes that were added here; empty: of none.
  virtual std::string message_name(std::uint64_t tag) const = 0;
  /// Messages will not be handled. `tag`: of their type; 0: not known.
  virtual void bury(dead_letter letter, std::uint64_t tag) {
    static_cast<void>(letter);
    static_cast<void>(tag);
  }

  /// Where what its actors do is recorded; null: nowhere.
  step_log* history() const noexcept {
    return history_;
  }

protected:
  ~actor_world() = default;
  /// Before its first actor.
  void record_to(step_log& log) noexcept {
    history_ = &log;
  }

private:
  step_log* history_ = nullptr;
};

/// What a call of kind `failure` says, in words of the world that gets it: who
/// asked for what the other side has never heard of knows the name of that.
failure read_failure(const actor_world& world, const call_head& head,
                     std::span<const std::byte> body);

} // namespace tern
