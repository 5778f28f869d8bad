#pragma once

#include "actors/node.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace tern {

/// The last things that happened to a cluster as one of its nodes saw them.
/// Not synchronised.
class cluster_events {
public:
  /// `capacity`: older ones are forgotten.
  explicit cluster_events(std::size_t capacity) : capacity_(capacity) {}

  /// `time`: ms since 1970.
  void joined(std::uint64_t time, const member& who);
  void gone(std::uint64_t time, const member& who, const std::string& reason);

  /// [{"number": from 1, "time": ..., "kind": ..., "text": ...}, ...], the
  /// oldest first.
  std::string json() const;

private:
  struct entry {
    std::uint64_t number;
    std::uint64_t time;
    const char* kind;
    std::string text;
  };

  void add(std::uint64_t time, const char* kind, std::string text);

  const std::size_t capacity_;
  std::uint64_t count_ = 0;
  std::deque<entry> entries_;
};

} // namespace tern
