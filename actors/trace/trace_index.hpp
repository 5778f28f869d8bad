#pragma once

#include "actors/trace/frame_digest.hpp"
#include "actors/trace/summary_builder.hpp"
#include "actors/trace/trace_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// Adds what a record says.
void add_record(summary_builder& to, const trace_record& record);

/// What the frames of a trace are about, from its beginning on, and the sums
/// over them.
class trace_index {
public:
  /// The next frame of the trace; `digest` is its own.
  void add(frame_digest digest, const trace_record* record);

  /// In order of the trace.
  const std::vector<frame_digest>& frames() const noexcept {
    return frames_;
  }
  /// Of the first byte that it does not know.
  std::uint64_t end() const noexcept;
  const summary_builder& sums() const noexcept {
    return sums_;
  }

private:
  friend trace_index read_index(std::span<const std::byte>, const trace_bytes&);

  std::vector<frame_digest> frames_;
  summary_builder sums_;
};

/// When what is new is worth being written down.
inline constexpr std::uint64_t events_a_chunk = std::uint64_t{1} << 22;
inline constexpr std::size_t frames_a_chunk = std::size_t{1} << 15;

/// Appends a chunk of an index's file: some frames that follow each other, not
/// none, and the sums of all up to the last of them. `last_frame` is that one
/// as it is stored.
void append_index_chunk(std::vector<std::byte>& out,
                        std::span<const frame_digest> frames,
                        const summary_builder* sums,
                        std::span<const std::byte> last_frame);

/// Reads an index's file, `file`, of the trace `of`. Any bytes give an index of
/// a beginning of the trace, if only of no frame: what is damaged, of another
/// version or of another trace is left out.
trace_index read_index(std::span<const std::byte> file, const trace_bytes& of);

} // namespace tern
