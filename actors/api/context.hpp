#pragma once

#include "actors/api/actor_core.hpp"
#include "actors/api/message_types.hpp"
#include "actors/api/name_service.hpp"
#include "actors/api/ref.hpp"

#include <chrono>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tern {

/// Time that a request has for its answer, unless it is told otherwise.
inline constexpr std::chrono::seconds request_deadline{5};

/// A request that is about to be made: `then` makes it.
template <class T, class M, class Held = const M&>
class outgoing_request;

/// What a handler can do. Valid during the call only.
///
/// A handler runs alone and must not block. What it sends leaves when it ends.
/// Messages of one actor to another arrive once and in order, wherever the two
/// go; if there is no room for them they wait with their sender.
class context {
public:
  context(actor_core& core, actor_context& here, const actor_id& sender)
    : core_(core), here_(here), sender_(sender) {}
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  template <class T>
  ref<T> self() const {
    return ref<T>{here_.self()};
  }
  /// Who sent the message that is being handled.
  const actor_id& sender() const noexcept {
    return sender_;
  }
  /// Where this actor runs at the moment.
  node_id node() const {
    return here_.node();
  }

  template <class T, receiver_of_any<T> M>
  void send(const ref<T>& to, const M& message) {
    core_.post(here_, to.id(), encode_call(told<M>(), message), core_.policy());
  }
  /// Without room there it does as it is told here, not as the class says.
  template <class T, receiver_of_any<T> M>
  void send(const ref<T>& to, const M& message, overflow when_full) {
    core_.post(here_, to.id(), encode_call(told<M>(), message),
               {when_full, core_.policy().limit});
  }
  /// Sends after a while; the wait moves along.
  template <class T, receiver_of_any<T> M>
  void send_after(std::chrono::nanoseconds delay, const ref<T>& to,
                  const M& message) {
    core_.post_after(delay, to.id(), encode_call(told<M>(), message));
  }
  /// `here.request(account, withdraw{5}).then<&bank::debited>(transfer)`: the
  /// member gets the answer after the arguments that are bound. It is called
  /// once: with what the handler gave, or with why there is nothing.
  template <class T, receiver_of_any<T> M>
  [[nodiscard]] outgoing_request<T, M>
  request(const ref<T>& to, const M& message,
          std::chrono::nanoseconds deadline = request_deadline) {
    return {*this, to.id(), message, deadline};
  }

  /// Messages of this actor that wait for room at their receivers.
  std::size_t waiting() const noexcept {
    return core_.waiting();
  }

  /// `on(const ended&)` is called when the actor ends, or has ended already.
  template <class T>
  void monitor(const ref<T>& actor) {
    core_.watch(here_, actor.id());
  }
  template <class T>
  void demonitor(const ref<T>& actor) {
    core_.unwatch(here_, actor.id());
  }

  /// This actor and the other end together, whichever comes first: the other
  /// one ends with the same reason, after all that the first one sent to it.
  /// Linked to one that has ended this one ends. Both sides hold the link; once
  /// more is the same as once.
  template <class T>
  void link(const ref<T>& actor) {
    core_.link(here_, actor.id());
  }
  template <class T>
  void unlink(const ref<T>& actor) {
    core_.unlink(here_, actor.id());
  }

  /// A new actor on this node, its parent being this one. Throws `actor_error`.
  template <class T, class... Arguments>
  ref<T> spawn(Arguments&&... arguments);
  /// The same, and it goes to that node: `actor_system::spawn_on`.
  template <class T, class... Arguments>
  ref<T> spawn_on(node_id node, Arguments&&... arguments);
  /// The same, and it goes where there is the least to do, as far as is known:
  /// `actor_system::spawn_anywhere`.
  template <class T, class... Arguments>
  ref<T> spawn_anywhere(Arguments&&... arguments);
  /// Moves an actor, wherever it is.
  template <class T>
  void migrate(const ref<T>& actor, node_id target) {
    order_move(actor.id(), target);
  }

  // Names, as in `actor_system`. The answer is a result<void>, or for
  // `whereis_name` a result<ref<T>>.
  template <class T>
  [[nodiscard]] auto register_name(const std::string& name,
                                   const ref<T>& actor) {
    return name_request<T, detail::register_request>{
        *this,
        name_service_of(node()),
        {name, actor.id(), std::string{wire_name<T>()}},
        request_deadline};
  }
  template <class T>
  [[nodiscard]] auto whereis_name(const std::string& name) {
    return name_request<T, detail::whereis_request>{
        *this,
        name_service_of(node()),
        {name, std::string{wire_name<T>()}},
        request_deadline};
  }
  template <class T = void>
  [[nodiscard]] auto unregister_name(const std::string& name) {
    return name_request<T, detail::unregister_request>{
        *this, name_service_of(node()), {name}, request_deadline};
  }

  /// This handler is the last. What was sent still arrives.
  void stop(const std::string& reason = "stopped") {
    core_.stop(reason);
  }

private:
  template <class T, class M, class Held>
  friend class outgoing_request;
  friend class actor_core;

  template <class T, class M>
  using name_request = outgoing_request<detail::name_service_for<T>, M, M>;

  void reply(actor_core::bytes payload) {
    core_.post(here_, sender_, std::move(payload));
  }

  template <class M>
  static call_head told() {
    return {call_head::kind::tell, tag_of<M>, 0};
  }
  void order_move(const actor_id& actor, node_id target) {
    core_.world().order_move(actor, target);
  }

  actor_core& core_;
  actor_context& here_;
  const actor_id& sender_;
};

template <class T, class M, class Held>
class outgoing_request {
public:
  template <auto Member, class... Bound>
  void then(const Bound&... bound) && {
    using actor = typename detail::member_of<decltype(Member)>::type;
    constexpr int number =
        detail::index_among<Member>(typename actor::continuations{});
    static_assert(number >= 0, "not among the actor's continuations");
    make({number, to_bytes(std::tuple<Bound...>{bound...})});
  }
  /// The answer is of no interest.
  void forget() && {
    make({});
  }

private:
  friend class context;
  outgoing_request(context& here, const actor_id& to, Held message,
                   std::chrono::nanoseconds deadline)
    : here_(here), to_(to), message_(std::forward<Held>(message)),
      deadline_(deadline) {}

  void make(open_work::continuation c) {
    const auto number =
        here_.core_.open_request(to_, std::move(c), deadline_, tag_of<M>);
    here_.core_.post(
        here_.here_, to_,
        encode_call({call_head::kind::request, tag_of<M>, number}, message_));
  }

  context& here_;
  actor_id to_;
  Held message_;
  std::chrono::nanoseconds deadline_;
};

} // namespace tern
