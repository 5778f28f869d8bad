#include "actors/link/wire.hpp"

#include "serialization/little_endian.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tern::wire {

namespace {

void write(std::byte* to, frame_type type, std::span<const std::byte> body,
           std::uint8_t flags) {
  auto header =
      encode_frame_header(static_cast<std::uint16_t>(type), body, flags);
  std::ranges::copy(header, to);
}

bool may_have(const frame_header& h) {
  switch (static_cast<frame_type>(h.type)) {
  case frame_type::batch:
  case frame_type::bulk_begin:
    return h.flags == frame_checked && h.length % 8 == 0;
  case frame_type::bulk_lent:
    return h.flags == frame_checked && h.length % 8 == 0
           && h.length <= lent_place_size + message_size(max_lent_payload);
  case frame_type::bulk_chunk:
    return h.flags == 0 && h.payload_checksum == 0 && h.length <= max_chunk;
  case frame_type::ping:
  case frame_type::pong:
    return h.flags == frame_checked && h.length == 8;
  case frame_type::challenge:
  case frame_type::mark:
    return h.flags == frame_checked && h.length == 16;
  case frame_type::goodbye:
  case frame_type::readable:
  case frame_type::bulk_taken:
    return h.flags == frame_checked && h.length == 0;
  }
  return false;
}

} // namespace

void write_header(std::byte* to, frame_type type,
                  std::span<const std::byte> body) {
  write(to, type, body, frame_checked);
}

void write_chunk_header(std::byte* to, std::span<const std::byte> chunk) {
  write(to, frame_type::bulk_chunk, chunk, 0);
}

result<frame_header> read_header(const std::byte* from) {
  auto header = decode_frame_header(
      std::span<const std::byte, header_size>{from, header_size}, max_body);
  if (header && !may_have(*header))
    return fail(failure_kind::malformed,
                "a frame of type " + std::to_string(header->type) + " with "
                    + std::to_string(header->length) + " bytes");
  return header;
}

void write_bulk_total(std::byte* to, std::uint64_t total) {
  store_little_endian(to, total);
}

result<std::uint64_t> take_bulk_total(std::span<const std::byte>& body) {
  if (body.size() < sizeof(std::uint64_t))
    return fail(failure_kind::malformed, "a bulk message without its size");
  auto total = load_little_endian<std::uint64_t>(body.data());
  body = body.subspan(sizeof total);
  return total;
}

result<void> check_bulk_total(std::uint64_t total, std::uint64_t limit) {
  if (total > limit)
    return fail(
        failure_kind::malformed,
        fmt::format("a bulk message of {} bytes is above the limit of {}",
                    total, limit));
  return {};
}

void write_lent_place(std::byte* to, const lent_place& place) {
  store_little_endian(to, place.total);
  store_little_endian(to + sizeof place.total, place.address);
}

result<lent_place> take_lent_place(std::span<const std::byte>& body) {
  if (body.size() < lent_place_size)
    return fail(failure_kind::malformed, "a lent message without its place");
  lent_place place;
  place.total = load_little_endian<std::uint64_t>(body.data());
  place.address =
      load_little_endian<std::uint64_t>(body.data() + sizeof place.total);
  body = body.subspan(lent_place_size);
  return place;
}

result<message_view> only_message(std::span<const std::byte> body) {
  message_reader reader{body};
  auto message = reader.next();
  if (!message)
    return tl::make_unexpected(message.error());
  if (!*message || message_size((*message)->payload.size()) != body.size())
    return fail(failure_kind::malformed, "not one message in a bulk message");
  return **message;
}

void add_message(std::vector<std::byte>& to, message_kind kind,
                 const envelope& head, std::span<const std::byte> payload) {
  append_message(to,
                 {static_cast<std::uint16_t>(kind), head.to.high, head.to.low,
                  head.from.high, head.from.low, head.sequence, head.epoch,
                  head.hops, head.cause, head.number},
                 payload);
}

envelope envelope_of(const message_header& head) {
  return {{head.to_high, head.to_low},
          {head.from_high, head.from_low},
          head.sequence,
          head.epoch,
          head.hops,
          head.cause,
          head.number};
}

} // namespace tern::wire
