// Calls to and from one actor. Each entry is one handler of the actor's: it
// does what the mail asks for, then asks to be woken for what is due next.
//
// An exception of a handler goes on to the host, which counts it; who asked is
// told before. Where several members run in one entry (requests that expire
// together) each has its turn before the first exception goes on.
//
// An exception is also what the class' `supervision` is about. An actor that is
// to be made anew rests until then: but for its arrival on another node it gets
// nothing, its mail stays in the mailbox (mobile_behavior.hpp). Open requests,
// timers, monitors and links are the actor's, and survive its state.

#include "actors/api/actor_core.hpp"

#include "actors/api/actor_error.hpp"
#include "actors/api/context.hpp"
#include "actors/wait_report.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

failure gone(const actor_id& actor, const std::string& reason) {
  return {failure_kind::not_found,
          to_string(actor) + " has ended (" + reason + ")"};
}

/// Of a message or request, as dead letters name it; 0: it is neither.
std::uint64_t tag_in(std::span<const std::byte> payload) {
  const auto call = decode_call(payload);
  const bool is_one = call
                      && (call->what == call_head::kind::tell
                          || call->what == call_head::kind::request);
  return is_one ? call->tag : 0;
}

bool is_message(std::span<const std::byte> payload) {
  const auto call = decode_call(payload);
  return call && call->what == call_head::kind::tell;
}

/// Runs all, then lets the first exception go on.
class turns {
public:
  template <class F>
  void run(F&& f) {
    try {
      f();
    } catch (...) {
      if (!first_)
        first_ = std::current_exception();
    }
  }
  const std::exception_ptr& failed() const {
    return first_;
  }
  void end() {
    if (first_)
      std::rethrow_exception(first_);
  }

private:
  std::exception_ptr first_;
};

/// What a handler threw; none: it was not the handler.
std::optional<std::string> words_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const detail::unreadable&) {
    return {};
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "it threw what is no std::exception";
  }
}

} // namespace

// -- what handlers do ---------------------------------------------------------

void actor_core::post(actor_context& here, const actor_id& to, bytes payload,
                      overflow_policy how) {
  using reason = dead_letter::reason;
  if (to.kind() == actor_kind::none)
    throw actor_error{{failure_kind::not_found, "a message to a null ref"}};
  if (!open_.waits_for_room(to) && here.send(to, bytes_view{payload}))
    return;
  if (how.what == overflow::error)
    how.limit = 0;
  else if (how.what == overflow::drop_oldest
           && open_.waiting_for(to) >= std::max<std::size_t>(how.limit, 1)) {
    if (const auto old = open_.drop_oldest(to, is_message))
      world_->bury({reason::dropped, here.self(), to, {}, 1}, tag_in(*old));
  }
  const auto tag = tag_in(payload);
  const auto limit =
      how.what == overflow::drop_oldest ? open_work::most_waiting : how.limit;
  if (open_.wait_for_room(to, std::move(payload), limit))
    return;
  if (tag != 0)
    world_->bury({reason::refused, here.self(), to, {}, 1}, tag);
  throw actor_error{
      {failure_kind::refused,
       limit == 0 ? "no room for a message at " + to_string(to)
                  : "too many messages wait for room at " + to_string(to)}};
}

void actor_core::post_after(std::chrono::nanoseconds delay, const actor_id& to,
                            bytes payload) {
  open_.add(world_->now() + bounded(delay), {to, std::move(payload)});
}

std::uint64_t actor_core::open_request(const actor_id& to,
                                       open_work::continuation then,
                                       std::chrono::nanoseconds deadline,
                                       std::uint64_t tag) {
  const auto now = world_->now();
  return open_.open({to, std::move(then), now + bounded(deadline), now, tag});
}

void actor_core::watch(actor_context& here, const actor_id& actor) {
  if (open_.watched.insert(actor).second)
    post(here, actor, encode_call({call_head::kind::watch}));
}

void actor_core::unwatch(actor_context& here, const actor_id& actor) {
  if (open_.watched.erase(actor) > 0)
    post(here, actor, encode_call({call_head::kind::unwatch}));
}

void actor_core::link(actor_context& here, const actor_id& actor) {
  if (actor == here.self() || open_.links.has(actor))
    return;
  post(here, actor,
       encode_call({call_head::kind::link, 0, open_.links.next()}));
  open_.links.add(actor);
}

void actor_core::unlink(actor_context& here, const actor_id& actor) {
  const auto seen = open_.links.seen(actor);
  if (!seen)
    return;
  open_.links.drop(actor);
  post(here, actor, encode_call({call_head::kind::unlink, 0, *seen}));
}

actor_id actor_core::spawn_child(actor_context& here, const std::string& type,
                                 std::unique_ptr<actor_core> child) {
  if (open_.child_key == 0)
    open_.child_key = world_->secret();
  child->open_.parent = here.self();
  child->open_.parent_key = open_.child_key;
  return world_->spawn_made(type, std::move(child));
}

void actor_core::stop(const std::string& reason) {
  if (!end_)
    end_ = std::make_unique<const std::string>(reason);
}

// What the last handler sent, its answer too, goes before the news of the end;
// nothing that it had open matters any more.
void actor_core::end_handler(actor_context& here) {
  if (!end_)
    return set_alarm(here);
  auto told = std::exchange(open_.watchers, {});
  for (const auto& linked : open_.links.take_all())
    told.insert(linked);
  turns each;
  for (const auto& other : told)
    each.run([&] {
      post(here, other, encode_call({call_head::kind::ended}, *end_));
    });
  open_.abandon();
  stop_when_sent(here);
  each.end();
}

// Not before what waits for room has gone.
void actor_core::stop_when_sent(actor_context& here) {
  if (end_ && open_.receivers_waiting().empty())
    here.stop();
}

// -- what happens to it -------------------------------------------------------

template <class F>
void actor_core::run(actor_context& here, const actor_id& sender, F&& f) {
  context c{*this, here, sender};
  turns once;
  once.run([&] { f(c); });
  if (once.failed())
    once.run([&] { supervise(here, once.failed()); });
  once.run([&] { end_handler(here); });
  once.end();
}

// A handler threw, whose message counts as handled.
void actor_core::supervise(actor_context& here,
                           const std::exception_ptr& thrown) {
  const auto what = words_of(thrown);
  if (end_ || !what)
    return;
  const auto how = strategy();
  if (const auto* restart = std::get_if<supervision::restart>(&how)) {
    if (!open_.restarts.failed(*restart, world_->now()))
      stop(*what);
  } else if (std::holds_alternative<supervision::stop>(how)) {
    stop(*what);
  } else if (std::holds_alternative<supervision::escalate>(how)) {
    stop(*what);
    if (open_.parent.kind() != actor_kind::none)
      post(here, open_.parent,
           encode_call({call_head::kind::failed, 0, open_.parent_key}, *what));
  }
}

/// Whether it has its state: made anew, if the time for that has come.
bool actor_core::is_ready() {
  const auto due = open_.restarts.due();
  if (due && *due > world_->now())
    return false;
  open_.restarts.done(); // first: it may throw, which is a failure like others
  if (due)
    renew(open_.born.bytes());
  return true;
}

void actor_core::set_alarm(actor_context& here) {
  if (const auto due = open_.restarts.due()) {
    alarm_ = {}; // for nothing else
    return here.rest(std::max(*due - world_->now(), open_work::time{0}));
  }
  const auto next = open_.next_due();
  if (!next || (alarm_.count() != 0 && alarm_ <= *next))
    return;
  alarm_ = *next;
  here.wake_after(std::max(*next - world_->now(), open_work::time{0}));
}

void actor_core::receive(actor_context& here, const envelope& head,
                         bytes_view payload) {
  observe(here, {step_kind::message, head.from, head.number, payload},
          [&](actor_context& c) { take_mail(c, head.from, payload); });
}

void actor_core::writable(actor_context& here, const actor_id& to) {
  observe(here, {step_kind::writable, to},
          [&](actor_context& c) { use_room(c, to); });
}

void actor_core::woken(actor_context& here) {
  observe(here, {step_kind::woken}, [&](actor_context& c) { wake_up(c); });
}

void actor_core::arrived(actor_context& here) {
  observe(here, {step_kind::arrived}, [&](actor_context& c) { settle(c); });
}

void actor_core::down(actor_context& here, const actor_id& actor,
                      std::uint64_t lost) {
  observe(here, {step_kind::down, actor, lost},
          [&](actor_context& c) { hear_of_end(c, actor, lost); });
}

void actor_core::take_mail(actor_context& here, const actor_id& from,
                           bytes_view payload) {
  auto body = payload;
  const auto call = decode_call(body);
  if (!call)
    throw std::runtime_error(call.error().what);
  run(here, from, [&](context& c) {
    using kind = call_head::kind;
    switch (call->what) {
    case kind::tell:
      return take(c, *call, body);
    case kind::request:
      return answer(c, *call, body);
    case kind::answer:
      return close(c, call->number, body);
    case kind::failure:
      return close(c, call->number,
                   tl::make_unexpected(read_failure(*world_, *call, body)));
    case kind::watch:
      if (end_)
        post(here, from, encode_call({kind::ended}, *end_));
      else
        open_.watchers.insert(from);
      return;
    case kind::unwatch:
      open_.watchers.erase(from);
      return;
    case kind::ended:
      return end_of(c, from, from_bytes<std::string>(body).value_or("ended"));
    case kind::link:
      if (end_)
        post(here, from, encode_call({kind::ended}, *end_));
      else if (open_.links.heard_link(from, call->number))
        post(here, from, encode_call({kind::linked}));
      return;
    case kind::unlink:
      return open_.links.heard_unlink(from, call->number);
    case kind::linked:
      return;
    case kind::failed:
      if (end_ || call->number == 0 || call->number != open_.child_key)
        return; // else it is a child that says so
      throw std::runtime_error(
          from_bytes<std::string>(body).value_or("a child failed"));
    }
  });
}

void actor_core::take(context& c, const call_head& head, bytes_view body) {
  using reason = dead_letter::reason;
  const auto bury = [&](reason why) {
    world_->bury({why, c.sender(), c.here_.self(), {}, 1}, head.tag);
  };
  if (end_)
    return bury(reason::gone);
  try {
    if (!handle(c, head.tag, body, nullptr))
      throw detail::unreadable(name() + " has no handler for a message of "
                               + to_string(c.sender()));
  } catch (const detail::unreadable&) {
    bury(reason::unreadable);
    throw;
  }
}

void actor_core::answer(context& c, const call_head& head, bytes_view body) {
  const auto refuse = [&](failure_kind kind, const std::string& why,
                          std::uint64_t unhandled = 0) {
    c.reply(
        encode_failure(head.number, {kind, name() + ": " + why}, unhandled));
  };
  if (end_)
    return refuse(failure_kind::not_found, "it ends");
  bytes given;
  try {
    if (!handle(c, head.tag, body, &given))
      return refuse(failure_kind::refused, "it has no handler for this message",
                    head.tag);
  } catch (const detail::unreadable& e) {
    refuse(failure_kind::refused, e.what());
    throw;
  } catch (const std::exception& e) {
    refuse(failure_kind::kernel, e.what());
    throw;
  } catch (...) {
    refuse(failure_kind::kernel, "it threw what is no std::exception");
    throw;
  }
  auto out = encode_call({call_head::kind::answer, 0, head.number});
  out.insert(out.end(), given.begin(), given.end());
  c.reply(std::move(out));
}

void actor_core::close(context& c, std::uint64_t number,
                       const result<bytes_view>& answer) {
  if (const auto then = open_.close(number); then && then->member >= 0)
    resume(c, *then, answer);
}

void actor_core::end_of(context& c, const actor_id& actor,
                        const std::string& reason) {
  for (const auto& payload : open_.drop_waiting(actor))
    if (const auto tag = tag_in(payload))
      world_->bury({dead_letter::reason::gone, c.here_.self(), actor, {}, 1},
                   tag);
  open_.watchers.erase(actor);
  const bool linked = open_.links.drop(actor);
  turns each;
  const auto why = gone(actor, reason);
  for (const auto& then : open_.close_all(actor))
    if (then.member >= 0)
      each.run([&] { resume(c, then, tl::make_unexpected(why)); });
  if (open_.watched.erase(actor) > 0)
    each.run([&] { handle_end(c, actor, reason); });
  if (linked)
    stop(reason);
  each.end();
}

void actor_core::use_room(actor_context& here, const actor_id& to) {
  while (const auto* next = open_.next_waiting(to)) {
    if (!here.send(to, bytes_view{*next}))
      break;
    open_.sent(to);
  }
  stop_when_sent(here);
}

void actor_core::wake_up(actor_context& here) {
  alarm_ = {};
  run(here, here.self(), [&](context& c) {
    if (!is_ready())
      return;
    turns each;
    each.run([&] { greet_node(c); });
    auto due = open_.take_due(world_->now());
    for (auto& m : due.messages)
      each.run([&] { post(here, m.to, std::move(m.payload), policy()); });
    const failure late{failure_kind::unreachable,
                       "no answer within the deadline"};
    for (const auto& then : due.expired)
      if (then.member >= 0)
        each.run([&] { resume(c, then, tl::make_unexpected(late)); });
    each.end();
  });
}

void actor_core::settle(actor_context& here) {
  alarm_ = {};
  run(here, here.self(), [&](context& c) {
    open_.restarts.arrived = !end_;
    if (is_ready())
      greet_node(c);
  });
}

void actor_core::greet_node(context& c) {
  if (std::exchange(open_.restarts.arrived, false))
    handle_arrival(c);
}

void actor_core::hear_of_end(actor_context& here, const actor_id& actor,
                             std::uint64_t lost) {
  run(here, actor, [&](context& c) {
    turns each;
    if (lost > 0)
      world_->bury({dead_letter::reason::gone, here.self(), actor, {}, lost},
                   0);
    lost += open_.waiting_for(actor);
    if (lost > 0 && !end_)
      each.run([&] { handle_undelivered(c, actor, lost); });
    each.run([&] { end_of(c, actor, "stopped, or gone with its node"); });
    each.end();
  });
}

void actor_core::add_waits(wait_report& to) const {
  const auto now = world_->now();
  to.open_in_all += open_.requests().size();
  for (const auto& [number, r] : open_.requests()) {
    if (to.open.size() >= most_reported_waits)
      break;
    const auto age = std::max(now - r.since, open_work::time{0});
    to.open.push_back({r.to, world_->message_name(r.tag),
                       static_cast<std::uint64_t>(age.count()), false});
  }
  for (const auto& receiver : open_.receivers_waiting())
    if (to.without_room.size() < most_reported_waits)
      to.without_room.push_back(receiver);
}

// -- on the way ---------------------------------------------------------------

buffer actor_core::save() const {
  const auto now = world_->now();
  const auto out = pack(now);
  if (is_recorded())
    record_packing(now, out);
  return buffer::copy(out);
}

actor_core::bytes actor_core::pack(std::chrono::nanoseconds now) const {
  bytes out;
  archive_writer to{out};
  to(end_ ? std::optional{*end_} : std::nullopt);
  open_.save(to, now);
  save_fields(to);
  return out;
}

actor_core::bytes actor_core::pack_fields() const {
  bytes out;
  archive_writer to{out};
  save_fields(to);
  return out;
}

result<void> actor_core::load(bytes_view state) {
  const auto now = world_->now();
  if (is_recorded())
    recorder_ = std::make_unique<step_recorder>(world_->history()->session(),
                                                now, state);
  return unpack(state, now);
}

result<void> actor_core::unpack(bytes_view state,
                                std::chrono::nanoseconds now) {
  archive_reader from{state};
  std::optional<std::string> end;
  from(end);
  if (end)
    stop(*end);
  open_.load(from, now);
  load_fields(from);
  if (open_.last_continuation() >= continuation_count())
    from.fail(
        "it waits for an answer for a continuation that is not known here");
  if (from.failed().empty() && !from.left().empty())
    from.fail("it is longer than it says");
  if (!from.failed().empty())
    return fail(failure_kind::malformed,
                "the state of " + name() + ": " + from.failed());
  return {};
}

} // namespace tern
