#include "actors/mobile_codec.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>

using namespace tern;
using fuzz::check;

/// Any bytes as any message. What was read, written, read and written again,
/// is the same bytes. Input: kind, epoch, the part of the rest that is bulk in
/// 256ths, then the rest.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  fuzz::choices choose(fuzz::as_bytes(data, size));
  const auto kind = static_cast<message_kind>(choose.byte());
  envelope head;
  head.to = actor_id::stateful({7}, 3);
  head.epoch = choose.byte();
  const auto bulk_part = choose.byte();
  const auto rest = choose.rest();
  const auto split = rest.size() - rest.size() * bulk_part / 256;
  const auto bulk =
      split < rest.size() ? buffer::copy(rest.subspan(split)) : buffer{};
  const auto message = decode_mobile(kind, head, rest.first(split), bulk);
  if (!message)
    return 0;
  check(is_mobile(kind), "a message that was read is of a known kind");
  encoded_message once;
  encode(*message, once);
  const auto again =
      decode_mobile(once.kind, once.head, once.payload, once.bulk);
  check(again.has_value(), "what was written can be read");
  encoded_message twice;
  encode(*again, twice);
  check(once.kind == twice.kind && once.head == twice.head
            && once.payload == twice.payload
            && std::ranges::equal(once.bulk.bytes(), twice.bulk.bytes()),
        "what was read and written again is the same");
  return 0;
}
