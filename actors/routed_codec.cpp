#include "actors/routed_codec.hpp"

#include "serialization/little_endian.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::size_t origin_at = 0;
constexpr std::size_t number_at = 8;
constexpr std::size_t target_at = 16;
constexpr std::size_t epoch_at = 24;
constexpr std::size_t flags_at = 28;
constexpr std::size_t fixed_size = 32;

constexpr std::uint32_t last_words = 1;

} // namespace

void encode_routed(const routed_message& m, encoded_message& to) {
  to.kind = m.kind;
  to.head = m.head;
  const bool large = m.payload.size() > bulk_from;
  if (large)
    to.bulk = m.payload;
  const auto payload = large ? std::span<const std::byte>{} : m.payload.bytes();
  to.payload.resize(fixed_size + payload.size());
  auto* out = to.payload.data();
  store_little_endian(out + origin_at, m.origin.value);
  store_little_endian(out + number_at, m.number);
  store_little_endian(out + target_at, m.target.value);
  store_little_endian(out + epoch_at, m.origin_epoch);
  store_little_endian(out + flags_at,
                      m.last_words ? last_words : std::uint32_t{0});
  std::ranges::copy(payload, out + fixed_size);
}

result<mobile_message> decode_routed(message_kind kind, const envelope& head,
                                     std::span<const std::byte> body,
                                     const buffer& bulk) {
  if (body.size() < fixed_size)
    return fail(failure_kind::malformed, "a message to an actor: cut off");
  const auto* in = body.data();
  const auto flags = load_little_endian<std::uint32_t>(in + flags_at);
  if ((flags & ~last_words) != 0)
    return fail(failure_kind::malformed,
                "a message to an actor: unknown flags");
  const auto payload = body.subspan(fixed_size);
  if (bulk && !payload.empty())
    return fail(failure_kind::malformed, "a message to an actor: two payloads");
  routed_message m;
  m.kind = kind;
  m.head = head;
  m.origin = {load_little_endian<std::uint64_t>(in + origin_at)};
  m.number = load_little_endian<std::uint64_t>(in + number_at);
  m.target = {load_little_endian<std::uint64_t>(in + target_at)};
  m.origin_epoch = load_little_endian<std::uint32_t>(in + epoch_at);
  m.last_words = flags != 0;
  if (bulk)
    m.payload = bulk;
  else if (!payload.empty())
    m.payload = buffer::copy_compact(payload);
  return m;
}

} // namespace tern
