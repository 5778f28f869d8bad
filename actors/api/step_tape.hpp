#pragma once

#include "actors/actor_id.hpp"
#include "actors/api/actor_error.hpp"
#include "serialization/archive.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// One thing that a handler asked of its surroundings, with what it got; or did
/// to them. All that a handler does depends on its actor's state, on what it
/// was called with, and on these.
struct taped_call {
  enum class kind : std::uint8_t {
    now,     ///< `number`: nanoseconds
    secret,  ///< `number`
    place,   ///< `number`: a node
    named,   ///< `number`: a tag; `text`: its name
    spawned, ///< `actor`: who it is; `number`: XXH3 of its state; `text`: class
    refused, ///< as `spawned`, but nothing came of it; `text`: why
    sent,    ///< to `actor`; `number`: XXH3 of the message
    no_room, ///< the same, but it was not taken
    ordered, ///< `actor` to move; `number`: to this node
  };
  kind what = kind::now;
  actor_id actor;
  std::uint64_t number = 0;
  std::string text;

  template <class Archive>
  void fields(Archive& a) {
    a(what, number);
    if (what > kind::place && what != kind::named)
      a(actor.high, actor.low);
    if (what >= kind::named && what <= kind::refused)
      a(text);
  }
  friend bool operator==(const taped_call&, const taped_call&) = default;
};

/// All calls of a handler, as `recorded_step::calls` has them.
result<std::vector<taped_call>> read_tape(std::span<const std::byte> bytes);

/// "a message to actor/1/2", and the like.
std::string words_of(const taped_call& c);

} // namespace tern
