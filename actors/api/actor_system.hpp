#pragma once

#include "actors/api/actor_error.hpp"
#include "actors/api/typed_actor.hpp"
#include "actors/host.hpp"
#include "actors/node.hpp"
#include "actors/trace/level.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern {

/// The answer to a request from outside of any actor; not for longer than its
/// system.
template <class R>
class pending;

/// A process' part in a cluster of actors.
///
///     tern::actor_system here;
///     here.add<counter>();
///     const auto c = here.spawn<counter>(5);
///     here.send(c, counter::add{3});
///     const auto n = here.request(c, counter::get{}).get(); // 8
///
/// All processes of a cluster add the same classes, or versions of them, before
/// the first actor of one can come. Any thread may call anything but `add`;
/// what waits says so, and is not for handlers. Throws `actor_error`.
class actor_system {
public:
  struct options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: one that is free
    balance_policy balancer = balance_policy::none;
    /// A `.tern-trace` file of what all nodes of the cluster do, as long as
    /// this system lives; empty: none. One process of a cluster says so.
    std::string trace_file{};
    trace_level traced = trace_level::messages; ///< what is in it, or more
  };

  actor_system() : actor_system(options{}) {}
  explicit actor_system(const options& o);
  /// Actors that are still here end with it, see `leave`. The others go on
  /// without this node.
  ~actor_system();
  actor_system(const actor_system&) = delete;
  actor_system& operator=(const actor_system&) = delete;

  /// This node, and where others may join.
  const member& self() const;
  /// Becomes a member of the cluster of HOST:PORT. Waits until all its members
  /// have agreed on that.
  void join(const std::string& host, std::uint16_t port);
  /// The nodes that hold actors, as they have agreed. None: the others took
  /// this node for dead and go on without it.
  std::vector<member> members() const;
  /// Waits until so many nodes have agreed to be members. Returns whether that
  /// came true in time.
  bool wait_for_members(std::size_t n, std::chrono::nanoseconds timeout);

  /// Leaves the cluster: all actors of this node go to the others and lose
  /// nothing, then these go on without the node. Until it is done, or so much
  /// time has passed, this node takes no actors, and `spawn` throws `refused`;
  /// afterwards nobody hears it any more. Once; waits.
  ///
  ///     const auto how = here.leave(10s);
  ///     if (!how.stayed.empty()) // they end with `here`
  ///       std::cerr << how.stayed.front().why << '\n';
  leave_report leave(std::chrono::nanoseconds timeout);

  /// Makes a class known. See docs/actors.md for what it has to say.
  template <class T>
  void add() {
    add_type(std::string{wire_name<T>()},
             [this] { return std::make_unique<typed_actor<T>>(world()); });
    name_messages(typename T::messages{});
  }

  /// A new actor on this node.
  template <class T, class... Arguments>
  ref<T> spawn(Arguments&&... arguments) {
    return spawn_in<T>(open_world(), std::forward<Arguments>(arguments)...);
  }
  /// A new actor that is born here, and goes to that node at once. Its ref is
  /// valid before it is there. It runs here if that node is gone, or does not
  /// know the class. Does not wait.
  template <class T, class... Arguments>
  ref<T> spawn_on(node_id node, Arguments&&... arguments) {
    const auto made = spawn<T>(std::forward<Arguments>(arguments)...);
    if (node != self().id)
      order_move(made.id(), node);
    return made;
  }

  /// A new actor on the node with the least load, as far as is known: made here
  /// and sent off.
  template <class T, class... Arguments>
  ref<T> spawn_anywhere(Arguments&&... arguments) {
    return spawn_on<T>(world().place(), std::forward<Arguments>(arguments)...);
  }
  /// Lets this node move its actors by itself; say it on all nodes.
  void balance(balance_policy policy);

  /// Waits while there is no room for it at the receiver, for up to 30 s; then
  /// fails with `unreachable`. Or, as `when_full` says, fails at once with
  /// `refused`, or drops this message, for nothing older waits out here.
  template <class T, receiver_of_any<T> M>
  void send(const ref<T>& to, const M& message,
            overflow when_full = overflow::wait) {
    post(to.id(), encode_call({call_head::kind::tell, tag_of<M>, 0}, message),
         when_full, tag_of<M>);
  }
  template <class T, receiver_of_any<T> M>
  pending<reply_of<T, M>>
  request(const ref<T>& to, const M& message,
          std::chrono::nanoseconds deadline = request_deadline);

  /// Called for messages that nobody will handle, which actors of this node
  /// or `send` had for others. By handlers, so it must not block.
  void on_dead_letter(std::function<void(const dead_letter&)> f);

  /// Moves an actor, wherever it is. Waits until it is there.
  template <class T>
  void migrate(const ref<T>& actor, node_id target) {
    move(actor.id(), target);
  }
  /// Gives the order and goes on.
  void order_move(const actor_id& actor, node_id target);

  /// The node on which the actor runs, as its home knows; none: it has ended,
  /// or nobody knows. Waits.
  template <class T>
  node_id where(const ref<T>& actor) {
    return place_of(actor.id());
  }

  /// Gives an actor a name, for this node and those in its view. Fails with
  /// `refused` if another actor that lives has it. The name is free again when
  /// the actor ends or dies. Waits, as the next two do.
  template <class T>
  void register_name(const std::string& name, const ref<T>& actor) {
    request(
        detail::name_service_on<T>(self().id),
        detail::register_request{name, actor.id(), std::string{wire_name<T>()}})
        .get();
  }
  /// The actor that has the name. Fails with `not_found` if there is none, and
  /// with `refused` if it is of another class.
  template <class T>
  ref<T> whereis_name(const std::string& name) {
    return request(detail::name_service_on<T>(self().id),
                   detail::whereis_request{name, std::string{wire_name<T>()}})
        .get();
  }
  /// Any node may do so, also if no actor has the name.
  void unregister_name(const std::string& name);
  /// Called when two groups meet and a name that was registered here goes to
  /// the actor of the other one. Must not block.
  void on_name_lost(std::function<void(const name_lost&)> f);

  /// Called with words, instead of standard error, when actors of this node
  /// wait for each other in a circle: `wait_watch`. Must not block.
  void on_deadlock(std::function<void(const std::string&)> f);

  /// Writes into the file of traces what there is by now, on all nodes. Waits.
  void write_trace();

  /// What lies below: bytes, traces, counters.
  node& below() noexcept;
  actor_host& host() noexcept;

private:
  template <class R>
  friend class pending;
  using bytes = std::vector<std::byte>;
  using factory = std::function<std::unique_ptr<actor_core>()>;

  actor_world& world() noexcept;
  /// The same, unless this node takes no new actors.
  actor_world& open_world();
  template <class... M>
  void name_messages(messages<M...>) {
    (name_message(tag_of<M>, wire_name<M>()), ...);
  }
  void name_message(std::uint64_t tag, std::string_view name);
  void add_type(const std::string& name, factory make);
  void post(const actor_id& to, const bytes& payload, overflow when_full,
            std::uint64_t tag);
  bool offer(const actor_id& to, const bytes& payload);
  bool post_until(const actor_id& to, const bytes& payload,
                  std::chrono::steady_clock::time_point limit);
  std::uint64_t open_request(const actor_id& to, std::uint64_t tag);
  result<bytes> wait_for_answer(std::uint64_t request,
                                std::chrono::steady_clock::time_point limit);
  void forget_request(std::uint64_t request);
  void move(const actor_id& actor, node_id target);
  node_id place_of(const actor_id& actor);

  struct state;
  std::unique_ptr<state> state_;
};

template <class R>
class pending {
public:
  pending(pending&& other) noexcept
    : system_(std::exchange(other.system_, nullptr)), number_(other.number_),
      limit_(other.limit_) {}
  pending& operator=(pending&&) = delete;
  ~pending() {
    if (system_)
      system_->forget_request(number_);
  }

  /// Waits for the answer, until the deadline; once. Throws `actor_error`.
  R get() {
    auto answer = wait();
    if (!answer)
      throw actor_error{answer.error()};
    if constexpr (!std::is_void_v<R>)
      return std::move(*answer);
  }
  /// The same, with the failure as a value.
  result<R> wait() {
    if (!system_)
      return fail(failure_kind::refused, "the answer was taken already");
    return answer_as<R>(
        std::exchange(system_, nullptr)->wait_for_answer(number_, limit_));
  }

private:
  friend class actor_system;
  pending(actor_system& system, std::uint64_t number,
          std::chrono::steady_clock::time_point limit)
    : system_(&system), number_(number), limit_(limit) {}

  actor_system* system_;
  std::uint64_t number_;
  std::chrono::steady_clock::time_point limit_;
};

template <class T, receiver_of_any<T> M>
pending<reply_of<T, M>>
actor_system::request(const ref<T>& to, const M& message,
                      std::chrono::nanoseconds deadline) {
  const auto limit = std::chrono::steady_clock::now() + bounded(deadline);
  const auto number = open_request(to.id(), tag_of<M>);
  pending<reply_of<T, M>> p{*this, number, limit};
  // without room until then there is no answer either
  post_until(
      to.id(),
      encode_call({call_head::kind::request, tag_of<M>, number}, message),
      limit);
  return p;
}

} // namespace tern
