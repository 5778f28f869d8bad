#pragma once

#include "actors/trace/frame_scan.hpp"
#include "actors/trace/key_filter.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace tern {

/// What a frame of a trace is about, so that most need not be read.
struct frame_digest {
  enum class content : std::uint8_t { other, header, node, events };

  frame_place place;
  content what = content::other;
  node_id node; ///< of a node or of its events
  std::uint32_t thread = 0;
  std::uint64_t events = 0;
  std::uint64_t first = 0; ///< times of the events
  std::uint64_t last = 0;
  key_filter actors; ///< `actor_key` of each event
  /// The numbers of the messages are within these, both ends included.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> numbers;

  /// Whether a message of one of `sorted` may be among the events.
  bool may_hold_any(std::span<const std::uint64_t> sorted) const;

  template <class Archive>
  void fields(Archive& a) {
    a(place.offset, place.stored, what, node.value, thread, events, first, last,
      actors, numbers);
  }
};

/// `record`: null for one of a kind that is not known.
frame_digest digest_of(const frame_place& place, const trace_record* record);

/// By which a filter knows an actor: `trace_event::actor`; one for all that are
/// of no known kind of actor.
std::uint64_t actor_key(std::uint64_t low) noexcept;

} // namespace tern
