#pragma once

#include "actors/api/actor_error.hpp"
#include "actors/api/typed_actor.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace tern {

namespace detail {

/// Any class that handles M, for those who know no more of an actor.
template <class M>
struct hearer {
  using messages = tern::messages<M>;
  void on(const M&);
};

/// PREFIX and the wire name of M, so that it is one for all compilers if that
/// of M is.
template <class M, std::size_t N>
constexpr auto name_with(const char (&prefix)[N]) {
  constexpr auto own = wire_name<M>();
  std::array<char, N + own.size()> out{};
  std::copy_n(prefix, N - 1, out.begin());
  std::copy(own.begin(), own.end(), out.begin() + N - 1);
  out.back() = '>';
  return out;
}
template <class M>
inline constexpr auto topic_name = name_with<M>("topic<");
template <class M>
inline constexpr auto subscription_name = name_with<M>("subscription<");

} // namespace detail

/// For a `topic<M>`: what is published from now on goes to `subscriber`, or no
/// more. `subscribe` and `unsubscribe` make it.
template <class M>
struct subscription {
  static constexpr std::string_view name{detail::subscription_name<M>.data(),
                                         detail::subscription_name<M>.size()};

  ref<detail::hearer<M>> subscriber;
  bool wanted = true;

  template <class Archive>
  void fields(Archive& a) {
    a(subscriber, wanted);
  }
};

/// `here.send(topic, tern::subscribe<M>(here.self<listener>()))`. Twice is as
/// good as once.
template <class M, class T>
requires receiver_of<T, M> subscription<M> subscribe(const ref<T>& subscriber) {
  return {ref<detail::hearer<M>>{subscriber.id()}, true};
}
template <class M, class T>
requires receiver_of<T, M> subscription<M>
unsubscribe(const ref<T>& subscriber) {
  return {ref<detail::hearer<M>>{subscriber.id()}, false};
}

/// An actor that passes each M on to all who have subscribed, in the order in
/// which it came. Like any other it moves, and is added, spawned and simulated:
///
///     system.add<tern::topic<quote>>();
///     const auto t = system.spawn<tern::topic<quote>>();
///     system.send(t, tern::subscribe<quote>(chart));
///     system.send(t, quote{"tern", 42});
///
/// Who ends is dropped. A subscriber that has no room gets its messages later;
/// one for which too many wait misses some (`on_dead_letter` tells), and the
/// others do not notice.
template <class M>
class topic {
public:
  static constexpr std::string_view name{detail::topic_name<M>.data(),
                                         detail::topic_name<M>.size()};
  using messages = tern::messages<subscription<M>, M>;

  void on(const subscription<M>& s, context& here) {
    const auto found = std::ranges::find(subscribers_, s.subscriber);
    if (s.wanted == (found != subscribers_.end()))
      return;
    if (s.wanted) {
      subscribers_.push_back(s.subscriber);
      here.monitor(s.subscriber);
    } else {
      subscribers_.erase(found);
      here.demonitor(s.subscriber);
    }
  }

  void on(const M& m, context& here) {
    for (const auto& each : subscribers_)
      try {
        here.send(each, m);
      } catch (const actor_error&) { // too many wait for this one
      }
  }

  void on(const ended& e) {
    std::erase(subscribers_, ref<detail::hearer<M>>{e.actor});
  }

  std::size_t subscribers() const noexcept {
    return subscribers_.size();
  }

  template <class Archive>
  void fields(Archive& a) {
    a(subscribers_);
  }

private:
  std::vector<ref<detail::hearer<M>>> subscribers_; // in order of coming
};

} // namespace tern
