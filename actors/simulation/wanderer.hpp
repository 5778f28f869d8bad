#pragma once

#include "actors/actor_id.hpp"
#include "serialization/buffer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <span>
#include <vector>

namespace tern::simulation {

/// What one simulated actor tells another: the number of this message among
/// those of the pair, and how many more it shall cause.
struct numbered {
  std::uint64_t number = 0;
  std::uint64_t left = 0;

  buffer encode() const {
    return buffer::copy(std::as_bytes(std::span(this, 1)));
  }
  static numbered decode(const buffer& bytes) {
    numbered out;
    std::memcpy(&out, bytes.data(), std::min(sizeof out, bytes.size()));
    return out;
  }
};

/// The behavior of a simulated actor. All of it is saved and restored, so a
/// state that is lost, doubled or stale shows in the numbers.
struct wanderer {
  std::map<actor_id, std::uint64_t> sent;     ///< to whom how many
  std::map<actor_id, std::uint64_t> received; ///< from whom how many
  struct wish {
    actor_id to;
    std::uint64_t left;
  };
  std::deque<wish> waiting; ///< found no room
  bool wants_waking = false;

  buffer save() const;
  static wanderer restore(const buffer& bytes);
};

} // namespace tern::simulation
