// The file of an index is a row of chunks, which are appended while the trace
// is written: each is an LZ4 frame with a checksum and says of which bytes of
// the trace it tells. It bears a mark, a checksum of the trace's last bytes
// there (among them is the checksum of a frame), so that the index of another
// file of the same name is known as such. The sums of some chunks are left out;
// an index ends with the last chunk that has them, and a reader goes on from
// there.
#include "actors/trace/trace_index.hpp"

#include "actors/trace/lz4_frame.hpp"
#include "serialization/archive.hpp"
#include "serialization/checksum.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace tern {

namespace {

constexpr auto index_magic = "tern-trace-index";
constexpr std::size_t max_chunk = std::size_t{256} << 20;
constexpr std::size_t marked_bytes = 64;

struct index_chunk {
  static constexpr std::uint32_t version = 1;
  std::string magic = index_magic;
  std::uint64_t mark = 0;
  std::vector<frame_digest> frames;
  std::vector<std::byte> sums; ///< empty: left out

  template <class Archive>
  void fields(Archive& a) {
    a(magic, mark, frames, sums);
  }
};

std::uint64_t mark_of(std::span<const std::byte> frame) {
  return checksum(frame.last(std::min(frame.size(), marked_bytes)));
}

/// Frames from `begin` on that follow each other within the trace, the last of
/// which is the one that was marked.
bool belongs(const index_chunk& chunk, std::uint64_t begin,
             const trace_bytes& of) {
  for (const auto& frame : chunk.frames) {
    if (frame.place.offset != begin || frame.place.stored == 0
        || frame.place.stored > max_stored_record)
      return false;
    begin += frame.place.stored;
  }
  if (chunk.magic != index_magic || chunk.frames.empty() || begin > of.size())
    return false;
  const auto& last = chunk.frames.back().place;
  const auto bytes =
      of.read(last.offset, static_cast<std::size_t>(last.stored));
  return bytes && bytes->size() == last.stored && mark_of(*bytes) == chunk.mark;
}

/// The chunk at the beginning of `rest`, which is then behind it.
std::optional<index_chunk> next_chunk(std::span<const std::byte>& rest) {
  const auto frame = read_lz4_frame(rest, max_chunk);
  if (!frame || !*frame)
    return std::nullopt;
  rest = rest.subspan((*frame)->stored);
  auto chunk = from_bytes<index_chunk>((*frame)->bytes);
  return chunk ? std::optional{std::move(*chunk)} : std::nullopt;
}

} // namespace

void add_record(summary_builder& to, const trace_record& record) {
  if (const auto* node = std::get_if<node_trace>(&record))
    to.add(*node);
  else if (const auto* run = std::get_if<trace_events>(&record))
    to.add(run->node, run->thread);
}

void trace_index::add(frame_digest digest, const trace_record* record) {
  if (record)
    add_record(sums_, *record);
  frames_.push_back(std::move(digest));
}

std::uint64_t trace_index::end() const noexcept {
  if (frames_.empty())
    return 0;
  const auto& last = frames_.back().place;
  return last.offset + last.stored;
}

void append_index_chunk(std::vector<std::byte>& out,
                        std::span<const frame_digest> frames,
                        const summary_builder* sums,
                        std::span<const std::byte> last_frame) {
  index_chunk chunk;
  chunk.mark = mark_of(last_frame);
  chunk.frames.assign(frames.begin(), frames.end());
  if (sums)
    chunk.sums = to_bytes(*sums);
  append_lz4_frame(out, to_bytes(chunk));
}

trace_index read_index(std::span<const std::byte> file, const trace_bytes& of) {
  trace_index index;
  std::vector<frame_digest> frames;
  std::vector<std::byte> sums;
  std::size_t summed = 0;
  std::uint64_t end = 0;
  while (auto chunk = next_chunk(file)) {
    if (!belongs(*chunk, end, of))
      break;
    const auto& last = chunk->frames.back().place;
    end = last.offset + last.stored;
    std::ranges::move(chunk->frames, std::back_inserter(frames));
    if (chunk->sums.empty())
      continue;
    sums = std::move(chunk->sums);
    summed = frames.size();
  }
  auto known = from_bytes<summary_builder>(sums);
  if (!known)
    return index;
  frames.resize(summed);
  index.frames_ = std::move(frames);
  index.sums_ = std::move(*known);
  return index;
}

} // namespace tern
