#pragma once

#include "actors/actor_id.hpp"
#include "actors/api/message_types.hpp"
#include "actors/api/ref.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tern {

class mobile_behavior;
struct view;

/// On each node of an actor_system a pinned actor is its part of the registry
/// of names: those who use it send it requests. What it says to those of other
/// nodes goes by the channels of actors; what it decides is in name_book.hpp.
constexpr actor_id name_service_of(node_id node) {
  return actor_id::service(node, 2);
}

namespace detail {

struct register_request {
  static constexpr std::string_view name = "register_name";
  std::string as;
  actor_id actor;
  std::string type;
  template <class Archive>
  void fields(Archive& a) {
    a(as, actor.high, actor.low, type);
  }
};
struct whereis_request {
  static constexpr std::string_view name = "whereis_name";
  std::string what;
  std::string type;
  template <class Archive>
  void fields(Archive& a) {
    a(what, type);
  }
};
struct unregister_request {
  static constexpr std::string_view name = "unregister_name";
  std::string what;
  template <class Archive>
  void fields(Archive& a) {
    a(what);
  }
};

/// What the service answers, to those who look for a T.
template <class T>
struct name_service_for {
  using messages =
      tern::messages<register_request, whereis_request, unregister_request>;
  void on(const register_request&);
  ref<T> on(const whereis_request&);
  void on(const unregister_request&);
};
template <class T>
ref<name_service_for<T>> name_service_on(node_id node) {
  return ref<name_service_for<T>>{name_service_of(node)};
}

} // namespace detail

/// A name of this node's is lost: its group met another one, where `winner`
/// has it.
struct name_lost {
  std::string name;
  actor_id actor;
  actor_id winner;
};

/// The service of a node. `now` gives the view that the node is in; a message
/// without bytes tells that there is another one. `lost` is called by its
/// handlers.
std::unique_ptr<mobile_behavior>
make_name_service(node_id self, std::function<view()> now,
                  std::function<void(const name_lost&)> lost);

} // namespace tern
