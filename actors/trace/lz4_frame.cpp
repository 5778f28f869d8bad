#include "actors/trace/lz4_frame.hpp"

#include "serialization/little_endian.hpp"

#include <lz4frame.h>

#include <memory>
#include <new>
#include <string>

namespace tern {

namespace {

struct free_context {
  void operator()(LZ4F_dctx* context) const noexcept {
    LZ4F_freeDecompressionContext(context);
  }
};
using context_ptr = std::unique_ptr<LZ4F_dctx, free_context>;

context_ptr new_context() {
  LZ4F_dctx* context = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
    throw std::bad_alloc{};
  return context_ptr{context};
}

tl::unexpected<failure> malformed(std::size_t code) {
  return fail(failure_kind::malformed,
              std::string{"not an LZ4 frame: "} + LZ4F_getErrorName(code));
}

} // namespace

void append_lz4_frame(std::vector<std::byte>& out,
                      std::span<const std::byte> bytes) {
  LZ4F_preferences_t how{};
  how.frameInfo.contentSize = bytes.size();
  how.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  auto at = out.size();
  out.resize(at + LZ4F_compressFrameBound(bytes.size(), &how));
  auto size = LZ4F_compressFrame(out.data() + at, out.size() - at, bytes.data(),
                                 bytes.size(), &how);
  out.resize(at + size);
}

result<std::optional<lz4_frame>> read_lz4_frame(std::span<const std::byte> from,
                                                std::size_t limit) {
  // Fewer bytes than these do not tell how long the header is.
  if (from.size() < LZ4F_MIN_SIZE_TO_KNOW_HEADER_LENGTH)
    return std::nullopt;
  auto header = LZ4F_headerSize(from.data(), from.size());
  if (LZ4F_isError(header))
    return malformed(header);
  if (from.size() < header)
    return std::nullopt;
  auto context = new_context();
  LZ4F_frameInfo_t info{};
  auto read = from.size();
  auto more = LZ4F_getFrameInfo(context.get(), &info, from.data(), &read);
  if (LZ4F_isError(more))
    return malformed(more);
  if (info.frameType != LZ4F_frame || info.contentSize == 0
      || info.contentSize > limit)
    return fail(failure_kind::malformed,
                "an LZ4 frame of " + std::to_string(info.contentSize)
                    + " bytes where 1 to " + std::to_string(limit)
                    + " are allowed");
  lz4_frame frame;
  frame.bytes.resize(info.contentSize);
  std::size_t written = 0;
  while (more != 0) {
    auto room = frame.bytes.size() - written;
    auto left = from.size() - read;
    auto space = room;
    auto taken = left;
    more = LZ4F_decompress(context.get(), frame.bytes.data() + written, &space,
                           from.data() + read, &taken, nullptr);
    if (LZ4F_isError(more))
      return malformed(more);
    written += space;
    read += taken;
    if (more != 0 && taken == 0 && space == 0) {
      if (read == from.size())
        return std::nullopt;
      return fail(failure_kind::malformed,
                  "an LZ4 frame that is longer than it says");
    }
  }
  if (written != frame.bytes.size())
    return fail(failure_kind::malformed,
                "an LZ4 frame that is shorter than it says");
  frame.stored = read;
  return frame;
}

// github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md: magic number (4 bytes),
// flags, and so on up to where `LZ4F_headerSize` ends; then blocks, each after
// its length, of which the highest bit is no part; a length of 0; a checksum.
result<std::optional<std::size_t>>
lz4_frame_size(std::span<const std::byte> from, std::size_t limit) {
  constexpr std::size_t at_flags = 4;
  constexpr std::byte block_checksums{0x10};
  constexpr std::byte content_checksum{0x04};
  constexpr std::size_t word = sizeof(std::uint32_t);
  constexpr std::uint32_t length_bits = 0x7fffffff;
  if (from.size() < LZ4F_MIN_SIZE_TO_KNOW_HEADER_LENGTH)
    return std::nullopt;
  const auto header = LZ4F_headerSize(from.data(), from.size());
  if (LZ4F_isError(header))
    return malformed(header);
  const auto flags = from[at_flags];
  const auto has = [flags](std::byte bit) {
    return (flags & bit) != std::byte{0} ? word : 0;
  };
  for (auto at = header;;) {
    if (at > limit)
      return fail(failure_kind::malformed, "an LZ4 frame of more than "
                                               + std::to_string(limit)
                                               + " bytes");
    if (from.size() < at + word)
      return std::nullopt;
    const auto length =
        load_little_endian<std::uint32_t>(from.data() + at) & length_bits;
    at += word;
    if (length > 0) {
      at += length + has(block_checksums);
      continue;
    }
    at += has(content_checksum);
    return from.size() < at ? std::nullopt : std::optional{at};
  }
}

} // namespace tern
