#pragma once

#include "serialization/archive.hpp"
#include "serialization/type_name.hpp"

#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// What the compiler knows of an actor: which messages it handles, what it
// answers, which of its members take answers. Messages are told apart on the
// wire by a hash of their names.

namespace tern {

class context;

/// The messages that an actor handles: `using messages = tern::messages<...>`.
template <class... M>
struct messages {};

/// The members that take answers to its requests:
/// `using continuations = tern::continuations<&bank::debited>`.
template <auto... Member>
struct continuations {};

namespace detail {

constexpr std::uint64_t hash_of(std::string_view text) noexcept {
  std::uint64_t h = 0xcbf29ce484222325ull; // FNV-1a
  for (const char c : text)
    h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return h;
}

template <class T, class M>
concept handles_with_context = requires(T& actor, const M& m, context& here) {
  actor.on(m, here);
};
template <class T, class M>
concept handles_alone = requires(T& actor, const M& m) {
  actor.on(m);
};

template <class T, class M>
decltype(auto) call(T& actor, const M& m, context& here) {
  if constexpr (handles_with_context<T, M>)
    return actor.on(m, here);
  else
    return actor.on(m);
}

template <class M, class... All>
constexpr bool is_among(messages<All...>) noexcept {
  return (std::is_same_v<M, All> || ...);
}

template <auto Member>
struct one_member;

// By type: with -fsanitize=undefined GCC 12 compares no pointers to members in
// constant expressions.
template <auto Wanted, auto Candidate>
constexpr bool same_member() noexcept {
  return std::is_same_v<one_member<Wanted>, one_member<Candidate>>;
}

/// The number of a member among the continuations; -1: none of them.
template <auto Member, auto... All>
constexpr int index_among(continuations<All...>) noexcept {
  int at = 0;
  int found = -1;
  ((same_member<Member, All>()&& found < 0 ? found = at : 0, ++at), ...);
  return found;
}

template <auto... All>
constexpr int size_of(continuations<All...>) noexcept {
  return sizeof...(All);
}

/// The class, the parameters and the last of them, of a member.
template <class Member>
struct member_of;
template <class T, class R, class... P>
struct member_of<R (T::*)(P...)> {
  using type = T;
  using parameters = std::tuple<std::decay_t<P>...>;
};

} // namespace detail

template <class M>
constexpr std::uint64_t tag_of = detail::hash_of(wire_name<M>());

namespace detail {

/// No two of these messages have one name.
template <class... M>
constexpr bool are_distinct(messages<M...>) noexcept {
  constexpr std::uint64_t tags[] = {tag_of<M>..., 0};
  for (std::size_t i = 0; i < sizeof...(M); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (tags[i] == tags[k])
        return false;
  return true;
}

} // namespace detail

/// Has a handler for M and says so in `T::messages`.
template <class T, class M>
concept receiver_of = detail::is_among<M>(typename T::messages{}) &&(
    detail::handles_with_context<T, M> || detail::handles_alone<T, M>);

/// The same, for `template <class T, receiver_of_any<T> M>`.
template <class M, class T>
concept receiver_of_any = receiver_of<T, M>;

/// What T answers to M; void: nothing but that it was handled.
template <class T, class M>
using reply_of = std::decay_t<decltype(detail::call(
    std::declval<T&>(), std::declval<const M&>(), std::declval<context&>()))>;

} // namespace tern
