#include "serialization/frame.hpp"

#include "serialization/checksum.hpp"
#include "serialization/little_endian.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tern {

namespace {

constexpr std::uint32_t magic = 0x6e726574; // "tern"
constexpr std::byte version{1};

constexpr std::size_t version_at = 4;
constexpr std::size_t flags_at = 5;
constexpr std::size_t type_at = 6;
constexpr std::size_t length_at = 8;
constexpr std::size_t seed_at = 12;
constexpr std::size_t checksum_at = 16;

tl::unexpected<failure> malformed(std::string what) {
  return fail(failure_kind::malformed, "frame: " + std::move(what));
}

std::uint32_t header_checksum(const std::byte* header) noexcept {
  return static_cast<std::uint32_t>(checksum({header, seed_at}));
}

} // namespace

frame_header_bytes encode_frame_header(std::uint16_t type,
                                       std::span<const std::byte> payload,
                                       std::uint8_t flags) noexcept {
  frame_header_bytes out;
  auto* to = out.data();
  store_little_endian(to, magic);
  to[version_at] = version;
  to[flags_at] = std::byte{flags};
  store_little_endian(to + type_at, type);
  store_little_endian(to + length_at,
                      static_cast<std::uint32_t>(payload.size()));
  const auto seed = header_checksum(to);
  store_little_endian(to + seed_at, seed);
  store_little_endian(to + checksum_at, (flags & frame_checked) != 0
                                            ? checksum(payload, seed)
                                            : std::uint64_t{0});
  return out;
}

result<frame_header>
decode_frame_header(std::span<const std::byte, frame_header_size> bytes,
                    std::size_t max_payload) {
  const auto* from = bytes.data();
  if (load_little_endian<std::uint32_t>(from) != magic)
    return malformed("the stream is not tern's");
  if (from[version_at] != version)
    return malformed(
        "version " + std::to_string(std::to_integer<int>(from[version_at]))
        + " instead of " + std::to_string(std::to_integer<int>(version)));
  frame_header h;
  h.seed = load_little_endian<std::uint32_t>(from + seed_at);
  if (h.seed != header_checksum(from))
    return malformed("the header's checksum is wrong");
  h.flags = std::to_integer<std::uint8_t>(from[flags_at]);
  h.type = load_little_endian<std::uint16_t>(from + type_at);
  h.length = load_little_endian<std::uint32_t>(from + length_at);
  h.payload_checksum = load_little_endian<std::uint64_t>(from + checksum_at);
  if (h.length > max_payload)
    return malformed(std::to_string(h.length) + " bytes where "
                     + std::to_string(max_payload) + " are allowed");
  return h;
}

result<void> check_frame_payload(const frame_header& header,
                                 std::span<const std::byte> payload) {
  if (payload.size() != header.length)
    return malformed(std::to_string(payload.size()) + " bytes instead of "
                     + std::to_string(header.length));
  const auto expected = (header.flags & frame_checked) != 0
                            ? checksum(payload, header.seed)
                            : std::uint64_t{0};
  if (expected != header.payload_checksum)
    return malformed("the payload's checksum is wrong");
  return {};
}

result<std::optional<frame>> frame_reader::next() {
  if (failure_)
    return tl::make_unexpected(*failure_);
  // `held_` is what the last frame lay in, once it was given out.
  if (header_ && held_.size() == frame_header_size + header_->length) {
    header_.reset();
    held_.clear();
  }
  const bool in_place = held_.empty() && input_.size() >= frame_header_size;
  if (!header_) {
    if (!in_place && !gather(frame_header_size))
      return std::nullopt;
    const auto* start = in_place ? input_.data() : held_.data();
    auto header = decode_frame_header(
        std::span<const std::byte, frame_header_size>(start, frame_header_size),
        max_payload_);
    if (!header) {
      failure_ = header.error();
      return tl::make_unexpected(*failure_);
    }
    header_ = *header;
  }
  const std::size_t whole = frame_header_size + header_->length;
  if (in_place && input_.size() >= whole) {
    const auto payload = input_.subspan(frame_header_size, header_->length);
    input_ = input_.subspan(whole);
    auto given = finish(payload);
    header_.reset();
    return given;
  }
  if (!gather(whole))
    return std::nullopt;
  return finish(std::span(held_).subspan(frame_header_size));
}

result<std::optional<frame>>
frame_reader::finish(std::span<const std::byte> payload) {
  if (auto checked = check_frame_payload(*header_, payload); !checked) {
    failure_ = std::move(checked.error());
    return tl::make_unexpected(*failure_);
  }
  return frame{header_->type, header_->flags, payload};
}

/// Moves input to `held_` until that has `wanted` bytes; false if there are
/// too few.
bool frame_reader::gather(std::size_t wanted) {
  const auto n = std::min(wanted - held_.size(), input_.size());
  held_.insert(held_.end(), input_.begin(),
               input_.begin() + static_cast<std::ptrdiff_t>(n));
  input_ = input_.subspan(n);
  return held_.size() == wanted;
}

} // namespace tern
