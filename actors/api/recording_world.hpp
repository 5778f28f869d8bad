#pragma once

#include "actors/api/actor_core.hpp"
#include "actors/api/step_tape.hpp"
#include "actors/mobile_behavior.hpp"
#include "serialization/checksum.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// Writes down what a handler asks for and does.
class tape_writer {
public:
  void add(const taped_call& c) {
    archive_writer{bytes_}(c);
  }
  std::vector<std::byte> take() noexcept {
    return std::move(bytes_);
  }

private:
  std::vector<std::byte> bytes_;
};

/// A world as a handler finds it that is recorded. For the time of one handler.
class recording_world final : public actor_world {
public:
  recording_world(actor_world& real, tape_writer& tape)
    : real_(real), tape_(tape) {}

  actor_id spawn_made(const std::string& type,
                      std::unique_ptr<actor_core> made) override {
    made->live_in(real_);
    const auto sum = made->sum();
    try {
      const auto id = real_.spawn_made(type, std::move(made));
      tape_.add({kind::spawned, id, sum, type});
      return id;
    } catch (const actor_error& e) {
      tape_.add({kind::refused,
                 {},
                 static_cast<std::uint64_t>(e.why.kind),
                 e.why.what});
      throw;
    }
  }
  void order_move(const actor_id& actor, node_id target) override {
    tape_.add({kind::ordered, actor, target.value, {}});
    real_.order_move(actor, target);
  }
  node_id place() override {
    const auto node = real_.place();
    tape_.add({kind::place, {}, node.value, {}});
    return node;
  }
  std::chrono::nanoseconds now() const override {
    const auto t = real_.now();
    tape_.add({kind::now, {}, static_cast<std::uint64_t>(t.count()), {}});
    return t;
  }
  std::uint64_t secret() override {
    const auto number = real_.secret();
    tape_.add({kind::secret, {}, number, {}});
    return number;
  }
  std::string message_name(std::uint64_t tag) const override {
    auto name = real_.message_name(tag);
    tape_.add({kind::named, {}, tag, name});
    return name;
  }
  void bury(dead_letter letter, std::uint64_t tag) override {
    real_.bury(std::move(letter), tag);
  }

private:
  using kind = taped_call::kind;

  actor_world& real_;
  tape_writer& tape_;
};

/// The same of its context.
class recording_context final : public actor_context {
public:
  recording_context(actor_context& real, tape_writer& tape)
    : real_(real), tape_(tape) {}

  const actor_id& self() const override {
    return real_.self();
  }
  node_id node() const override {
    return real_.node();
  }
  std::uint32_t epoch() const override {
    return real_.epoch();
  }
  std::size_t room(const actor_id& to) override {
    return real_.room(to);
  }
  bool send(const actor_id& to, buffer payload) override {
    const auto sum = checksum(payload.bytes());
    const bool taken = real_.send(to, std::move(payload));
    tape_.add({taken ? taped_call::kind::sent : taped_call::kind::no_room,
               to,
               sum,
               {}});
    return taken;
  }
  void wake_after(std::chrono::nanoseconds delay) override {
    real_.wake_after(delay);
  }
  void rest(std::chrono::nanoseconds delay) override {
    real_.rest(delay);
  }
  void stop() override {
    real_.stop();
  }

private:
  actor_context& real_;
  tape_writer& tape_;
};

} // namespace tern
