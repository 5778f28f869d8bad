#include "serialization/message.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>

using namespace tern;
using fuzz::check;

/// Any bytes as a batch: what was read, written again, is what was there.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto batch = fuzz::as_bytes(data, size);
  message_reader reader(batch);
  std::vector<std::byte> again;
  for (;;) {
    const auto next = reader.next();
    if (!next)
      break;
    if (!*next) {
      check(again.size() == batch.size(), "the end is the end");
      break;
    }
    append_message(again, (*next)->head, (*next)->payload);
  }
  check(again.size() <= batch.size()
            && std::ranges::equal(again, batch.first(again.size())),
        "what was read, written again, is the same");
  return 0;
}
