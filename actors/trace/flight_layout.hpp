#pragma once

#include <cstddef>
#include <cstdint>

// What a flight file looks like: the rings of one node, as they lie in its
// memory. A page with the header, a table of nodes, a table of scopes (8 bytes
// an entry, `most_names` each), then the slots, one a thread: a page with the
// slot's head and the events, 32 bytes each. Numbers are the host's, for a
// file is read where its node ran, or on a host like it. What was never written
// is a hole and reads as zeros.

namespace tern::flight {

inline constexpr char magic[16] = "tern-flight";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t page = 4096;
inline constexpr std::size_t most_names = std::size_t{1} << 16;
inline constexpr std::size_t most_slots = 1024;
inline constexpr std::size_t words_an_event = 4;

struct header {
  char magic[16];
  std::uint32_t version;
  std::int32_t pid;
  std::uint64_t ring_events;
  std::uint64_t node;
  std::uint64_t peers;  ///< entries in the table of nodes
  std::uint64_t scopes; ///< entries in the table of scopes
  std::uint64_t slots;
  std::uint64_t start_ticks; ///< two readings of both clocks
  std::uint64_t start_ns;
  std::uint64_t last_ticks;
  std::uint64_t last_ns;
  char boot[40];  ///< the system's boot, by which ticks count
  char name[256]; ///< of the node, as people see it
};
static_assert(sizeof(header) <= page);

struct slot {
  std::uint64_t head; ///< events written so far
  std::uint32_t thread;
  std::uint32_t used;
  char name[16];
};
static_assert(sizeof(slot) <= page);

/// One more place than events, so that the one that is just being written
/// spoils none of them.
constexpr std::uint64_t places(std::uint64_t ring_events) noexcept {
  return ring_events + 1;
}

constexpr std::size_t whole_pages(std::size_t bytes) noexcept {
  return (bytes + page - 1) / page * page;
}

inline constexpr std::size_t table_bytes = most_names * sizeof(std::uint64_t);
inline constexpr std::size_t peers_at = page;
inline constexpr std::size_t scopes_at = peers_at + table_bytes;
inline constexpr std::size_t slots_at = scopes_at + table_bytes;

constexpr std::size_t event_bytes(std::uint64_t events) noexcept {
  return events * words_an_event * sizeof(std::uint64_t);
}

constexpr std::size_t slot_bytes(std::uint64_t ring_events) noexcept {
  return page + whole_pages(event_bytes(places(ring_events)));
}

} // namespace tern::flight
