#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <variant>

/// What becomes of an actor when a handler of it throws. Its class says so:
///
///     static constexpr auto supervision =
///         tern::supervision::restart{.times = 3, .within = 10s};
///
/// A request that was being handled is answered with what was thrown anyway.
namespace tern::supervision {

/// It goes on with its state as it is. What holds if the class says nothing.
struct resume {};

/// Its state is made anew from what it was spawned with, after a while in which
/// nothing is handled; what comes meanwhile is handled after. One failure more
/// than `times` within `within`, and it stops.
struct restart {
  std::uint32_t times = 5;
  std::chrono::nanoseconds within = std::chrono::minutes(1);
  /// It waits for so long, then twice as long each time, and `most` at most.
  std::chrono::nanoseconds first = std::chrono::milliseconds(10);
  std::chrono::nanoseconds most = std::chrono::seconds(10);
};

/// It ends; what was thrown is the reason.
struct stop {};

/// It ends, and the actor that spawned it acts as if it had thrown the same
/// itself. Without one: as `stop`.
struct escalate {};

using strategy = std::variant<resume, restart, stop, escalate>;

} // namespace tern::supervision

namespace tern::detail {

constexpr bool makes_sense(const supervision::restart& r) {
  using std::chrono::nanoseconds;
  return r.times > 0 && r.within > nanoseconds{0} && r.first >= nanoseconds{0}
         && r.first <= r.most;
}
constexpr bool makes_sense(const auto&) {
  return true;
}

/// What T says, or else `resume`.
template <class T>
constexpr auto strategy_of() {
  static_assert(
      !requires { typename T::supervision; },
      "`supervision` is a static constexpr member");
  if constexpr (requires {
                  requires !std::is_member_pointer_v<decltype(&T::supervision)>;
                }) {
    static_assert(std::constructible_from<supervision::strategy,
                                          decltype(T::supervision)>,
                  "`supervision` is one of tern::supervision");
    static_assert(makes_sense(T::supervision),
                  "`restart` needs times > 0, within > 0, 0 <= first <= most");
    return T::supervision;
  } else {
    return supervision::resume{};
  }
}

template <class T>
constexpr bool restarts =
    std::is_same_v<decltype(strategy_of<T>()), supervision::restart>;

} // namespace tern::detail
