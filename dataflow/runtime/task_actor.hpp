#pragma once

#include "actors/lean_actor.hpp"
#include "dataflow/runtime/task_record.hpp"

#include <span>

namespace tern {

/// Takes the bytes that reach a task actor by its CAF handle.
class task_mail {
public:
  virtual ~task_mail() = default;
  /// An encoded dataflow_message (message_codec.hpp); false: malformed.
  virtual bool receive_bytes(std::span<const char> bytes) = 0;
};

/// A task, and later the block that it made, as an actor.
///
/// Tasks talk by their own names (plan, layer, index) through the engine; the
/// CAF side is for those who hold a CAF handle: they may send it encoded
/// dataflow messages, monitor it and link to it.
class task_actor final : public lean_actor, public task_record {
public:
  task_actor(caf::actor_config& config, task_mail& mail, const block_key& key,
             std::uint32_t slots, std::uint32_t consumers, bool mine,
             std::uint32_t order)
    : lean_actor(config), task_record(key, slots, consumers, mine, order),
      mail_(mail) {}

  const char* name() const override {
    return "tern.task";
  }

protected:
  bool on_bytes(std::span<const char> bytes) override {
    return mail_.receive_bytes(bytes);
  }

private:
  task_mail& mail_;
};

} // namespace tern
