#include "actors/replay/tape_player.hpp"

#include "actors/api/actor_core.hpp"
#include "serialization/checksum.hpp"

#include <fmt/format.h>

#include <utility>

namespace tern {

namespace {

using kind = taped_call::kind;

bool same_kind(const taped_call& then, const taped_call& now) {
  return then.what == now.what;
}

bool same_call(const taped_call& then, const taped_call& now) {
  return then.what == now.what && then.actor == now.actor
         && then.number == now.number;
}

bool same_message(const taped_call& then, const taped_call& now) {
  const bool was_sent = then.what == kind::sent || then.what == kind::no_room;
  return was_sent && then.actor == now.actor && then.number == now.number;
}

bool same_birth(const taped_call& then, const taped_call& now) {
  return then.what == kind::refused
         || (then.what == kind::spawned && then.text == now.text
             && then.number == now.number);
}

bool same_name(const taped_call& then, const taped_call& now) {
  return then.what == kind::named && then.number == now.number;
}

} // namespace

void tape_player::begin(std::vector<taped_call> tape) {
  tape_ = std::move(tape);
  at_ = 0;
  sent_ = 0;
  difference_.clear();
}

std::string tape_player::difference() const {
  if (!difference_.empty() || at_ == tape_.size())
    return difference_;
  return fmt::format("the run had {} here, and now there is nothing",
                     words_of(tape_[at_]));
}

void tape_player::differ(std::string how) const {
  if (difference_.empty())
    difference_ = std::move(how);
}

const taped_call* tape_player::next(const taped_call& does,
                                    bool (*same)(const taped_call&,
                                                 const taped_call&)) const {
  if (!difference_.empty())
    return nullptr;
  if (at_ == tape_.size()) {
    differ(fmt::format("there is {} now, and the run had nothing more",
                       words_of(does)));
    return nullptr;
  }
  const auto& then = tape_[at_];
  if (!same(then, does)) {
    differ(fmt::format("there is {} now, and the run had {}", words_of(does),
                       words_of(then)));
    return nullptr;
  }
  ++at_;
  return &then;
}

actor_id tape_player::spawn_made(const std::string& type,
                                 std::unique_ptr<actor_core> made) {
  made->live_in(*this);
  const auto* then = next({kind::spawned, {}, made->sum(), type}, same_birth);
  if (then && then->what == kind::refused)
    throw actor_error{{static_cast<failure_kind>(then->number), then->text}};
  return then ? then->actor : actor_id{};
}

void tape_player::order_move(const actor_id& actor, node_id target) {
  next({kind::ordered, actor, target.value, {}}, same_call);
}

node_id tape_player::place() {
  const auto* then = next({kind::place, {}, 0, {}}, same_kind);
  return then ? node_id{then->number} : node_;
}

std::chrono::nanoseconds tape_player::now() const {
  const auto* then = next({kind::now, {}, 0, {}}, same_kind);
  return std::chrono::nanoseconds{then ? static_cast<std::int64_t>(then->number)
                                       : 0};
}

std::uint64_t tape_player::secret() {
  const auto* then = next({kind::secret, {}, 0, {}}, same_kind);
  return then ? then->number : 1;
}

std::string tape_player::message_name(std::uint64_t tag) const {
  const auto* then = next({kind::named, {}, tag, {}}, same_name);
  return then ? then->text : std::string{};
}

bool tape_player::send(const actor_id& to, buffer payload) {
  ++sent_;
  const auto* then =
      next({kind::sent, to, checksum(payload.bytes()), {}}, same_message);
  return !then || then->what == kind::sent;
}

} // namespace tern
