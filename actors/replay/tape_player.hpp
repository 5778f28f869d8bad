#pragma once

#include "actors/api/actor_world.hpp"
#include "actors/api/step_tape.hpp"
#include "actors/mobile_behavior.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tern {

/// The surroundings of one handler that runs again: gives it what it was given
/// then, and swallows what it does, after a comparison with what it did then.
/// From the first difference on what it gives is made up.
class tape_player final : public actor_world, public actor_context {
public:
  tape_player(const actor_id& self, node_id node, std::uint32_t epoch)
    : self_(self), node_(node), epoch_(epoch) {}

  /// For the next handler.
  void begin(std::vector<taped_call> tape);
  /// Of the handler that has ended: what it did other than then, in words;
  /// empty: nothing.
  std::string difference() const;
  /// The actor is on another node from here on.
  void move(node_id node, std::uint32_t epoch) noexcept {
    node_ = node;
    epoch_ = epoch;
  }
  /// How many messages it has sent.
  std::size_t sent() const noexcept {
    return sent_;
  }

  // actor_world
  actor_id spawn_made(const std::string& type,
                      std::unique_ptr<actor_core> made) override;
  void order_move(const actor_id& actor, node_id target) override;
  node_id place() override;
  std::chrono::nanoseconds now() const override;
  std::uint64_t secret() override;
  std::string message_name(std::uint64_t tag) const override;

  // actor_context
  const actor_id& self() const override {
    return self_;
  }
  node_id node() const override {
    return node_;
  }
  std::uint32_t epoch() const override {
    return epoch_;
  }
  std::size_t room(const actor_id&) override {
    return 0; // no handler of a user's class asks
  }
  bool send(const actor_id& to, buffer payload) override;
  void wake_after(std::chrono::nanoseconds) override {}
  void rest(std::chrono::nanoseconds) override {}
  void stop() override {}

private:
  const taped_call* next(const taped_call& does,
                         bool (*same)(const taped_call& then,
                                      const taped_call& now)) const;
  void differ(std::string how) const;

  actor_id self_;
  node_id node_;
  std::uint32_t epoch_;
  std::vector<taped_call> tape_;
  std::size_t sent_ = 0;
  // asking for the time is part of what a handler does
  mutable std::size_t at_ = 0;
  mutable std::string difference_;
};

} // namespace tern
