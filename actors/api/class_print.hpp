#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// What tells a class of actors from another one, or from another version of
/// it: whether it can do again what was recorded of an actor.
struct class_print {
  struct message {
    std::string name;
    std::uint32_t version = 0;

    template <class Archive>
    void fields(Archive& a) {
      a(name, version);
    }
    friend bool operator==(const message&, const message&) = default;
  };

  std::string name;
  std::uint32_t version = 0;
  std::vector<message> messages; ///< that it handles, as it lists them
  std::int32_t continuations = 0;

  template <class Archive>
  void fields(Archive& a) {
    a(name, version, messages, continuations);
  }
  friend bool operator==(const class_print&, const class_print&) = default;
};

/// What `here` has other than `recorded`, in words; empty: nothing.
std::string difference(const class_print& recorded, const class_print& here);

} // namespace tern
