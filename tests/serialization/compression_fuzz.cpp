#include "serialization/compression.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <array>

using namespace tern;
using fuzz::check;

namespace {

constexpr std::array<encoding, 2> encodings{encoding::lz4,
                                            encoding::shuffle_lz4};
constexpr std::array<std::size_t, 4> item_sizes{1, 4, 8, 16};

/// Any bytes as compressed ones, for any size: refused, or all bytes filled.
void any_stored(std::span<const std::byte> bytes) {
  fuzz::choices choose(bytes);
  const auto how = encodings[choose.byte() % encodings.size()];
  const auto item = item_sizes[choose.byte() % item_sizes.size()];
  auto raw = buffer::allocate(choose.number(2));
  static_cast<void>(decompress(choose.rest(), how, item, raw.mutable_bytes()));
}

/// Any bytes compressed: smaller, and back as they were.
void any_raw(std::span<const std::byte> bytes) {
  for (auto how : encodings) {
    for (auto item : item_sizes) {
      const auto stored = compress(bytes, how, item);
      if (!stored)
        continue;
      check(stored.size() < bytes.size(), "compressed is smaller");
      check(bytes.size() <= most_decompressed(stored.size(), how),
            "the bound holds");
      auto raw = buffer::allocate(bytes.size());
      check(decompress(stored.bytes(), how, item, raw.mutable_bytes())
                .has_value(),
            "it decompresses");
      check(std::ranges::equal(raw.bytes(), bytes), "to what it was");
    }
  }
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_stored(bytes);
  any_raw(bytes);
  return 0;
}
