#pragma once

#include "actors/node.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// Whether `who` is somebody whom a node of `members` has let in to ask for its
/// readers: in the same process, and gone soon.
bool is_guest(const member& who, const std::vector<member>& members);

/// What the nodes of a cluster have last said of themselves, and the picture of
/// the whole that the page shows. Without clock; not synchronised.
class status_book {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit status_book(node_id own) : own_(own) {}

  /// `bytes` as `encode_status` made them; others are dropped. Whoever is not
  /// in `members` is forgotten by the next `snapshot`.
  void told(node_id from, std::span<const std::byte> bytes, time_point now);

  /// {"at", "time", "nodes", "plans", "links", "silent", "sessions"}: `nodes`
  /// and `plans` as in `tern status --json`, of all members that have said
  /// something in the last seconds; `links` as {"from", "to", "round_trip_ns",
  /// "bytes_queued"}; `silent`: members that take work and have not. `time`: ms
  /// since 1970.
  std::string snapshot(const std::vector<member>& members, time_point now,
                       std::uint64_t time);

private:
  struct entry {
    nlohmann::ordered_json said;
    time_point when;
  };

  const node_id own_;
  std::map<node_id, entry> entries_;
};

} // namespace tern
