// 0: kind, 1: subject, 9: age in milliseconds.
#include "actors/control/suspicion_message.hpp"

#include "serialization/little_endian.hpp"

namespace tern {

namespace {

constexpr std::size_t subject_at = 1;
constexpr std::size_t age_at = 9;
constexpr std::chrono::milliseconds longest_age = std::chrono::hours(24);

} // namespace

std::array<std::byte, suspicion_message_size>
encode(const suspicion_message& m) {
  std::array<std::byte, suspicion_message_size> bytes;
  bytes[0] = static_cast<std::byte>(m.what);
  store_little_endian(&bytes[subject_at], m.subject.value);
  store_little_endian(&bytes[age_at],
                      static_cast<std::uint64_t>(m.age.count()));
  return bytes;
}

result<suspicion_message>
decode_suspicion_message(std::span<const std::byte> bytes) {
  using kind = suspicion_message::kind;
  if (bytes.size() != suspicion_message_size)
    return fail(failure_kind::malformed, "a suspicion of another size");
  const auto what = static_cast<kind>(bytes[0]);
  const node_id subject{load_little_endian<std::uint64_t>(&bytes[subject_at])};
  const auto age = load_little_endian<std::uint64_t>(&bytes[age_at]);
  if (what < kind::suspect || what > kind::heard || !subject
      || age > static_cast<std::uint64_t>(longest_age.count()))
    return fail(failure_kind::malformed, "a suspicion that says nothing");
  return suspicion_message{
      what, subject, std::chrono::milliseconds{static_cast<std::int64_t>(age)}};
}

} // namespace tern
