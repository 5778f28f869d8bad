// One actor's life once more. The order is the recorded one, (epoch, index); a
// state in between is where recording began, or where something is missing.
//
//   state  [handler...]  departs  saved  |  state  arrived  [handler...]
//            node A                      |            node B
//
// At `saved` the actor is packed with the time of node A, and compared with
// what left; at the next `state` that is unpacked with the time of node B, and
// compared with what came. The two clocks have nothing in common, so neither
// have times before and after.

#include "actors/replay/replay_actor.hpp"

#include "actors/api/step_recorder.hpp"
#include "actors/replay/tape_player.hpp"
#include "serialization/checksum.hpp"

#include <fmt/format.h>

#include <chrono>
#include <set>
#include <utility>

namespace tern {

namespace {

using bytes = std::vector<std::byte>;

std::chrono::nanoseconds as_time(std::uint64_t ns) {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(ns)};
}

std::string name_of_payload(const recorded_step& step,
                            const actor_types& known) {
  std::span<const std::byte> body{step.payload};
  const auto call = decode_call(body);
  if (!call)
    return "what is no message";
  const auto name =
      call->tag == 0 ? std::string{} : known.message_name(call->tag);
  return fmt::format("{}{}{}", word_for(call->what), name.empty() ? "" : " ",
                     name);
}

class replayer {
public:
  replayer(const actor_history& history, const actor_types& known,
           const replay_options& how)
    : history_(history), known_(known), how_(how),
      player_(history.actor, {}, 0) {
    report_.actor = history.actor;
  }

  result<replay_report> run() {
    for (const auto& l : history_.lost)
      report_.gaps.push_back(
          fmt::format("{} steps, from step {} of stay {} on, found no room",
                      l.count, l.first, l.epoch));
    for (const auto& stay : history_.stays)
      if (auto ok = take(stay); !ok)
        return tl::make_unexpected(ok.error());
      else if (ended_)
        break;
    report_.nodes = nodes_.size();
    if (actor_ && !report_.difference) {
      report_.fields = actor_->pack_fields();
      report_.sum = actor_->sum();
    }
    return std::move(report_);
  }

private:
  result<void> take(const recorded_stay& stay) {
    nodes_.insert(stay.node);
    player_.move(stay.node, stay.epoch);
    next_index_ = 0;
    is_new_stay_ = true;
    for (const auto& step : stay.steps) {
      if (step.index != next_index_ && step.kind != step_kind::state)
        lose(stay, step);
      next_index_ = step.index + 1;
      if (auto ok = take(stay, step); !ok)
        return fail(ok.error().kind,
                    fmt::format("{}, step {} of stay {} on node {}: {}",
                                to_string(history_.actor), step.index,
                                stay.epoch, stay.node_name, ok.error().what));
      if (ended_)
        return {};
    }
    return {};
  }

  // Nothing is known any more, until the next state.
  void lose(const recorded_stay& stay, const recorded_step& step) {
    report_.gaps.push_back(
        fmt::format("steps {} to {} of stay {} on node {} are missing",
                    next_index_, step.index - 1, stay.epoch, stay.node_name));
    actor_.reset();
    packed_.reset();
    is_new_stay_ = false;
  }

  result<void> take(const recorded_stay& stay, const recorded_step& step) {
    if (step.kind != step_kind::saved && step.payload.size() != step.size)
      return fail(failure_kind::refused,
                  "it was recorded without payloads: that needs the level "
                  "payloads");
    if (step.kind != step_kind::saved && checksum(step.payload) != step.sum)
      return fail(failure_kind::malformed, "its payload is damaged");
    if (step.kind == step_kind::state)
      return take_state(stay, step);
    if (step.kind == step_kind::saved) {
      leave(stay, step);
      return {};
    }
    return handle(stay, step);
  }

  result<void> take_state(const recorded_stay& stay,
                          const recorded_step& step) {
    auto was = from_bytes<recorded_state>(step.payload);
    if (!was)
      return tl::make_unexpected(was.error());
    auto made = make(was->type);
    if (!made)
      return tl::make_unexpected(made.error());
    const bool comes = std::exchange(is_new_stay_, false);
    const auto packed = std::exchange(packed_, std::nullopt);
    // else it has been elsewhere meanwhile, where nobody recorded it
    if (comes && packed && was->came == checksum(*packed)) {
      arrive(stay, step, std::move(*made), *packed);
      return {};
    }
    if (actor_ && actor_->sum() == step.state)
      return {}; // recording began anew, and missed nothing
    if (actor_)
      report_.gaps.push_back(fmt::format(
          "what came before step {} of stay {} on node {} is missing",
          step.index, stay.epoch, stay.node_name));
    actor_ = std::move(*made);
    if (auto ok = actor_->unpack(was->packed, {}); !ok)
      return ok;
    actor_->expect_alarm(was->alarm);
    return {};
  }

  result<std::unique_ptr<actor_core>> make(const class_print& type) {
    auto made = known_.make(type.name, player_);
    if (!made)
      return fail(failure_kind::refused,
                  fmt::format("class {} is not known here{}{}", type.name,
                              known_.names().empty() ? "" : ", but ",
                              known_.names()));
    if (auto other = tern::difference(type, made->print()); !other.empty())
      return fail(failure_kind::refused, std::move(other));
    report_.type = type;
    return made;
  }

  // What left is unpacked, as it was on that node.
  void arrive(const recorded_stay& stay, const recorded_step& step,
              std::unique_ptr<actor_core> made, const bytes& packed) {
    const auto move = "its move to node " + stay.node_name;
    const auto ok = made->unpack(packed, as_time(step.number));
    actor_ = std::move(made);
    if (!ok)
      differ(move, ok.error().what);
    else if (actor_->sum() != step.state)
      differ(move, "the state that came is another one than the one that left");
    else
      ++report_.moves;
  }

  void leave(const recorded_stay& stay, const recorded_step& step) {
    if (!actor_)
      return;
    packed_ = actor_->pack(as_time(step.number));
    if (checksum(*packed_) != step.sum)
      differ("its move from node " + stay.node_name,
             "the state that leaves is another one");
  }

  result<void> handle(const recorded_stay& stay, const recorded_step& step) {
    ended_ = ++position_ > how_.until;
    packed_.reset(); // of an attempt to move that failed
    if (!actor_ || ended_)
      return {};
    auto tape = read_tape(step.calls);
    if (!tape)
      return tl::make_unexpected(tape.error());
    replayed_step now{position_, stay, step, {}, 0};
    if (step.kind == step_kind::message)
      now.message = name_of_payload(step, known_);
    if (how_.before)
      how_.before(now);
    player_.begin(std::move(*tape));
    const auto threw = call(step);
    now.sent = player_.sent();
    ++report_.handlers;
    report_.messages += step.kind == step_kind::message;
    if (how_.after)
      how_.after(now);
    compare(now, threw);
    return {};
  }

  /// What it threw, in words.
  std::string call(const recorded_step& step) {
    try {
      dispatch(step);
    } catch (const std::exception& e) {
      return e.what();
    } catch (...) {
      return "what is no std::exception";
    }
    return {};
  }

  void dispatch(const recorded_step& step) {
    switch (step.kind) {
    case step_kind::message: {
      envelope head;
      head.to = history_.actor;
      head.from = step.peer;
      head.number = step.number;
      return actor_->receive(player_, head, step.payload);
    }
    case step_kind::writable:
      return actor_->writable(player_, step.peer);
    case step_kind::woken:
      return actor_->woken(player_);
    case step_kind::arrived:
      return actor_->arrived(player_);
    case step_kind::down:
      return actor_->down(player_, step.peer, step.number);
    case step_kind::departs:
      return actor_->departs();
    case step_kind::state:
    case step_kind::saved:
      return;
    }
  }

  void compare(const replayed_step& now, const std::string& threw) {
    const auto differs = [&](const std::string& how) {
      differ(fmt::format("handler {}, on node {}: {}", now.position,
                         now.stay.node_name, words_of(now)),
             how);
    };
    if (const auto other = player_.difference(); !other.empty())
      differs(other);
    else if (threw != now.what.threw)
      differs(fmt::format("it throws '{}' now, and in the run '{}'", threw,
                          now.what.threw));
    else if (now.what.state != 0 && actor_->sum() != now.what.state)
      differs("the state after it is another one");
    else
      report_.compared += now.what.state != 0;
  }

  void differ(std::string where, std::string how) {
    report_.difference = {position_, std::move(where), std::move(how)};
    ended_ = true;
  }

  const actor_history& history_;
  const actor_types& known_;
  const replay_options& how_;
  tape_player player_;
  std::unique_ptr<actor_core> actor_; ///< null: its state is not known
  std::optional<bytes> packed_;       ///< its state on the way
  std::uint64_t next_index_ = 0;
  bool is_new_stay_ = false;
  bool ended_ = false;
  std::size_t position_ = 0;
  std::set<node_id> nodes_;
  replay_report report_;
};

} // namespace

std::string words_of(const replayed_step& s) {
  switch (s.what.kind) {
  case step_kind::message:
    return fmt::format("{} of {}", s.message, to_string(s.what.peer));
  case step_kind::writable:
    return "room at " + to_string(s.what.peer);
  case step_kind::woken:
    return "a time that had come";
  case step_kind::arrived:
    return "its arrival";
  case step_kind::down:
    return "the end of " + to_string(s.what.peer);
  case step_kind::departs:
    return "its departure";
  case step_kind::state:
  case step_kind::saved:
    break;
  }
  return "?";
}

result<replay_report> replay_actor(const actor_history& history,
                                   const actor_types& known,
                                   const replay_options& how) {
  return replayer{history, known, how}.run();
}

} // namespace tern
