#pragma once

#include "actors/actor_id.hpp"

#include <compare>
#include <functional>

namespace tern {

/// The address of an actor of type T: a value, valid wherever the actor is and
/// wherever the value is. Null by default.
template <class T>
class ref {
public:
  ref() = default;
  explicit ref(const actor_id& id) : id_(id) {}

  const actor_id& id() const noexcept {
    return id_;
  }
  explicit operator bool() const noexcept {
    return id_.kind() != actor_kind::none;
  }
  friend auto operator<=>(const ref&, const ref&) = default;

  template <class Archive>
  void fields(Archive& a) {
    a(id_.high, id_.low);
  }

private:
  actor_id id_;
};

} // namespace tern

template <class T>
struct std::hash<tern::ref<T>> {
  std::size_t operator()(const tern::ref<T>& r) const noexcept {
    return std::hash<tern::actor_id>{}(r.id());
  }
};
