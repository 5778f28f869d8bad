#include "actors/view_codec.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

/// Any bytes as a message about views. What was read, written and read again,
/// is the same.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto message = decode_view_message(fuzz::as_bytes(data, size));
  if (!message)
    return 0;
  const auto again = decode_view_message(encode(*message));
  check(again.has_value(), "what was written can be read");
  check(*again == *message, "what was read and written again is the same");
  return 0;
}
