#pragma once

#include "actors/trace/frame_cursor.hpp"
#include "actors/trace/trace_bytes.hpp"
#include "actors/trace/trace_record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace tern {

/// Where a frame of a trace lies.
struct frame_place {
  std::uint64_t offset = 0;
  std::uint64_t stored = 0;
};

/// A frame that was read. `record` is none of a kind that is not known here.
struct scanned_frame {
  frame_place place;
  std::optional<trace_record> record;
};

/// What remains to be done with a frame, in order.
using frame_rest = std::function<result<void>()>;

/// What is done with a frame on any thread; several at a time.
using frame_work = std::function<frame_rest(scanned_frame)>;

/// How a scan came to its end.
struct scan_end {
  std::uint64_t offset = 0; ///< of the first byte after the last whole frame
  bool truncated = false;   ///< the frame there is cut off
};

/// Decodes all frames from `offset` on, on several threads; the rests are done
/// on the calling one, in order of the file. Takes memory for some frames.
/// Fails as the first frame or rest in order that does, when all before it are
/// done.
result<scan_end> scan_frames(const trace_bytes& bytes, std::uint64_t offset,
                             const frame_work& work);

/// The same with these frames.
result<void> scan_frames(const trace_bytes& bytes,
                         std::span<const frame_place> frames,
                         const frame_work& work);

} // namespace tern
