#include "actors/link/hello.hpp"

#include "serialization/checksum.hpp"
#include "serialization/little_endian.hpp"

#include <fmt/format.h>

namespace tern {

namespace {

constexpr std::uint64_t mark = 0x6b6e696c6e726574; // "ternlink"
constexpr std::size_t checksum_at = 32;

std::uint64_t checksum_of(const std::byte* bytes) {
  return checksum({bytes, checksum_at}, mark);
}

} // namespace

hello_bytes encode(const hello& h) {
  hello_bytes bytes;
  auto p = bytes.data();
  store_little_endian(p, mark);
  store_little_endian(p + 8, h.version);
  store_little_endian(p + 12, static_cast<std::uint32_t>(h.answer));
  store_little_endian(p + 16, h.from.value);
  store_little_endian(p + 24, h.to.value);
  store_little_endian(p + checksum_at, checksum_of(p));
  return bytes;
}

result<hello> decode_hello(std::span<const std::byte, hello_size> bytes) {
  auto p = bytes.data();
  if (load_little_endian<std::uint64_t>(p) != mark
      || load_little_endian<std::uint64_t>(p + checksum_at) != checksum_of(p))
    return fail(failure_kind::malformed, "not the greeting of a tern node");
  auto answer = load_little_endian<std::uint32_t>(p + 12);
  if (answer > static_cast<std::uint32_t>(hello_answer::present))
    return fail(failure_kind::malformed,
                fmt::format("a greeting with the unknown answer {}", answer));
  hello h;
  h.version = load_little_endian<std::uint32_t>(p + 8);
  h.answer = static_cast<hello_answer>(answer);
  h.from = {load_little_endian<std::uint64_t>(p + 16)};
  h.to = {load_little_endian<std::uint64_t>(p + 24)};
  return h;
}

std::string refusal_text(hello_answer answer, std::uint32_t theirs) {
  switch (answer) {
  case hello_answer::version:
    return fmt::format("it speaks version {} of the protocol, this node "
                       "version {}",
                       theirs, protocol_version);
  case hello_answer::mistaken:
    return "another node listens there now";
  case hello_answer::stranger:
    return "it does not know this node";
  case hello_answer::present:
    return "it has a link to this node already";
  default:
    return "it answered what is no answer";
  }
}

} // namespace tern
