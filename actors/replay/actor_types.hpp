#pragma once

#include "actors/api/actor_world.hpp"
#include "actors/api/typed_actor.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tern {

/// Classes of actors that a program knows, for what is recorded of them to be
/// done again: `known.add<counter>()`.
class actor_types {
public:
  using factory = std::function<std::unique_ptr<actor_core>(actor_world&)>;

  template <class T>
  void add() {
    factories_[std::string{wire_name<T>()}] = [](actor_world& w) {
      return std::make_unique<typed_actor<T>>(w);
    };
    name_messages(typename T::messages{});
  }

  /// Null: there is no such class.
  std::unique_ptr<actor_core> make(const std::string& type,
                                   actor_world& in) const {
    const auto known = factories_.find(type);
    return known == factories_.end() ? nullptr : known->second(in);
  }
  /// Of these classes; empty: of none.
  std::string message_name(std::uint64_t tag) const {
    const auto known = messages_.find(tag);
    return known == messages_.end() ? std::string{} : known->second;
  }
  /// "account, teller"; for people.
  std::string names() const {
    std::string all;
    for (const auto& [name, make] : factories_)
      all += (all.empty() ? "" : ", ") + name;
    return all;
  }

private:
  template <class... M>
  void name_messages(messages<M...>) {
    ((messages_[tag_of<M>] = std::string{wire_name<M>()}), ...);
  }

  std::map<std::string, factory> factories_;
  std::map<std::uint64_t, std::string> messages_;
};

} // namespace tern
