#pragma once

#include "actors/trace/trace_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tern {

/// A frame of a trace as it is stored.
struct stored_frame {
  std::uint64_t offset = 0;
  std::vector<std::byte> bytes;
};

/// Finds the frames of a trace one after the other, without a look into them.
class frame_cursor {
public:
  /// `bytes` must outlive it; `offset` is where a frame begins.
  frame_cursor(const trace_bytes& bytes, std::uint64_t offset)
    : bytes_(bytes), offset_(offset) {}

  /// Nothing at the end. Fails with `io`, or with `malformed` and the offset.
  result<std::optional<stored_frame>> next();

  /// Where the next frame begins, or would.
  std::uint64_t offset() const noexcept {
    return offset_;
  }
  /// The last frame was cut off.
  bool truncated() const noexcept {
    return truncated_;
  }

private:
  std::span<const std::byte> seen() const noexcept {
    return std::span{window_}.subspan(begin_);
  }
  result<bool> see_more();

  const trace_bytes& bytes_;
  std::uint64_t offset_;
  std::vector<std::byte> window_; ///< of the bytes; from `begin_` on, `offset_`
  std::size_t begin_ = 0;
  bool truncated_ = false;
};

} // namespace tern
