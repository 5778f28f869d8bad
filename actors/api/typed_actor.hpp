#pragma once

#include "actors/api/context.hpp"

#include <concepts>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace tern {

/// For `on(const ended&, context&)`: an actor that was monitored has ended.
struct ended {
  actor_id actor;
  std::string reason;
};

/// For `on(const undelivered&, context&)`: an actor is gone, or its node, and
/// of what this one sent it the last `count` messages (requests among them)
/// were not handled, or their acknowledgement was lost.
struct undelivered {
  actor_id actor;
  std::uint64_t count = 0;
};

namespace detail {

template <class... M>
std::vector<class_print::message> prints_of(messages<M...>) {
  return {{std::string{wire_name<M>()}, version_of<M>()}...};
}

template <class T>
class_print print_of() {
  class_print p;
  p.name = wire_name<T>();
  p.version = version_of<T>();
  p.messages = prints_of(typename T::messages{});
  if constexpr (requires { typename T::continuations; })
    p.continuations = size_of(typename T::continuations{});
  return p;
}

} // namespace detail

/// The class of a user as an actor: calls its handlers and continuations.
template <class T>
class typed_actor final : public actor_core {
  static_assert(detail::are_distinct(typename T::messages{}),
                "two messages of one name");

public:
  explicit typed_actor(actor_world& world) : actor_core(world) {}
  typed_actor(actor_world& world, T object)
    : actor_core(world), object_(std::move(object)) {
    if constexpr (detail::restarts<T>)
      keep_birth(to_bytes(object_));
  }

  const T& object() const noexcept {
    return object_;
  }

private:
  bool handle(context& here, std::uint64_t tag, bytes_view body,
              bytes* answer) override {
    return handle_one_of(typename T::messages{}, here, tag, body, answer);
  }

  template <class... M>
  bool handle_one_of(messages<M...>, context& here, std::uint64_t tag,
                     bytes_view body, bytes* answer) {
    return ((tag == tag_of<M> && (handle_as<M>(here, body, answer), true))
            || ...);
  }

  template <class M>
  void handle_as(context& here, bytes_view body, bytes* answer) {
    const auto message = from_bytes<M>(body);
    if (!message)
      throw detail::unreadable(std::string{wire_name<M>()} + ": "
                               + message.error().what);
    if constexpr (std::is_void_v<reply_of<T, M>>) {
      detail::call(object_, *message, here);
    } else {
      auto given = detail::call(object_, *message, here);
      if (answer)
        *answer = to_bytes(given);
    }
  }

  void resume(context& here, const open_work::continuation& then,
              const result<bytes_view>& answer) override {
    if constexpr (requires { typename T::continuations; })
      resume_one_of(typename T::continuations{}, here, then, answer);
  }

  int continuation_count() const noexcept override {
    if constexpr (requires { typename T::continuations; })
      return detail::size_of(typename T::continuations{});
    else
      return 0;
  }

  template <auto... Member>
  void resume_one_of(continuations<Member...>, context& here,
                     const open_work::continuation& then,
                     const result<bytes_view>& answer) {
    int at = 0;
    ((at++ == then.member ? resume_as<Member>(here, then.bound, answer)
                          : void()),
     ...);
  }

  /// A member (bound..., answer) or (bound..., answer, context&).
  template <auto Member>
  void resume_as(context& here, bytes_view bound,
                 const result<bytes_view>& answer) {
    using parameters = typename detail::member_of<decltype(Member)>::parameters;
    constexpr auto count = std::tuple_size_v<parameters>;
    using last = std::tuple_element_t<count - 1, parameters>;
    constexpr bool with_context = std::is_same_v<last, context>;
    constexpr auto at_answer = count - (with_context ? 2 : 1);
    resume_with<Member, std::tuple_element_t<at_answer, parameters>, parameters,
                with_context>(here, bound, answer,
                              std::make_index_sequence<at_answer>{});
  }

  template <auto Member, class Answer, class Parameters, bool WithContext,
            std::size_t... I>
  void resume_with(context& here, bytes_view bound,
                   const result<bytes_view>& answer,
                   std::index_sequence<I...>) {
    const auto arguments =
        from_bytes<std::tuple<std::tuple_element_t<I, Parameters>...>>(bound);
    if (!arguments)
      throw std::runtime_error("arguments of a continuation: "
                               + arguments.error().what);
    const auto value = answer_as<typename Answer::value_type>(answer);
    if constexpr (WithContext)
      (object_.*Member)(std::get<I>(*arguments)..., value, here);
    else
      (object_.*Member)(std::get<I>(*arguments)..., value);
  }

  void handle_end(context& here, const actor_id& actor,
                  const std::string& reason) override {
    const ended told{actor, reason};
    if constexpr (detail::handles_with_context<
                      T, ended> || detail::handles_alone<T, ended>)
      detail::call(object_, told, here);
  }

  void handle_undelivered(context& here, const actor_id& actor,
                          std::uint64_t count) override {
    const undelivered told{actor, count};
    if constexpr (detail::handles_with_context<
                      T, undelivered> || detail::handles_alone<T, undelivered>)
      detail::call(object_, told, here);
  }

  /// `departs()`, if the class has it: its state is about to be taken.
  void handle_departure() override {
    if constexpr (requires { object_.departs(); })
      object_.departs();
  }

  /// `arrived(context&)`, if the class has it: it runs on another node now.
  void handle_arrival(context& here) override {
    if constexpr (requires { object_.arrived(here); })
      object_.arrived(here);
  }

  supervision::strategy strategy() const override {
    return detail::strategy_of<T>();
  }
  void renew(bytes_view born) override {
    if constexpr (detail::restarts<T>) {
      auto made = from_bytes<T>(born);
      if (!made)
        throw std::runtime_error("what it was spawned with: "
                                 + made.error().what);
      object_ = std::move(*made);
    }
  }

  /// `when_full` and `most_waiting`, unless these are data of the class.
  overflow_policy policy() const noexcept override {
    overflow_policy p;
    if constexpr (requires {
                    requires !std::is_member_pointer_v<decltype(&T::when_full)>;
                  })
      p.what = T::when_full;
    if constexpr (requires {
                    requires !std::is_member_pointer_v<
                        decltype(&T::most_waiting)>;
                  })
      p.limit = T::most_waiting;
    return p;
  }

  std::string name() const override {
    return std::string{wire_name<T>()};
  }
  class_print print() const override {
    return detail::print_of<T>();
  }
  void save_fields(archive_writer& to) const override {
    to(object_);
  }
  void load_fields(archive_reader& from) override {
    from(object_);
    if constexpr (detail::restarts<T>)
      if (!has_birth()) // an older version of the class was not restarted
        keep_birth(to_bytes(object_));
  }

  T object_{};
};

namespace detail {

template <class T, class... Arguments>
std::unique_ptr<actor_core> make_actor(actor_world& world,
                                       Arguments&&... arguments) {
  return std::make_unique<typed_actor<T>>(
      world, T{std::forward<Arguments>(arguments)...});
}

} // namespace detail

/// A new actor on the node of this world. Throws `actor_error`.
template <class T, class... Arguments>
ref<T> spawn_in(actor_world& world, Arguments&&... arguments) {
  return ref<T>{world.spawn_made(
      std::string{wire_name<T>()},
      detail::make_actor<T>(world, std::forward<Arguments>(arguments)...))};
}

template <class T, class... Arguments>
ref<T> context::spawn(Arguments&&... arguments) {
  return ref<T>{core_.spawn_child(
      here_, std::string{wire_name<T>()},
      detail::make_actor<T>(core_.world(),
                            std::forward<Arguments>(arguments)...))};
}

template <class T, class... Arguments>
ref<T> context::spawn_anywhere(Arguments&&... arguments) {
  return spawn_on<T>(core_.world().place(),
                     std::forward<Arguments>(arguments)...);
}

template <class T, class... Arguments>
ref<T> context::spawn_on(node_id node, Arguments&&... arguments) {
  const auto made = spawn<T>(std::forward<Arguments>(arguments)...);
  if (node != this->node())
    migrate(made, node);
  return made;
}

} // namespace tern
