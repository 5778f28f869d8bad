#include "serialization/frame.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tern;
using fuzz::check;

namespace {

constexpr std::size_t limit = 4096;

/// What a stream was found to be.
struct story {
  struct piece {
    std::uint16_t type;
    std::uint8_t flags;
    std::vector<std::byte> payload;

    friend bool operator==(const piece&, const piece&) = default;
  };
  std::vector<piece> frames;
  std::string failed; ///< empty: it did not
  bool whole = false; ///< it ended between two frames

  friend bool operator==(const story&, const story&) = default;
};

/// Reads `stream` in pieces whose sizes are the bytes of `cuts`, in turn.
story read(std::span<const std::byte> stream, std::span<const std::byte> cuts) {
  story told;
  frame_reader reader(limit);
  for (std::size_t i = 0; !stream.empty(); ++i) {
    auto n = stream.size();
    if (!cuts.empty())
      n = std::min(n, 1 + std::to_integer<std::size_t>(cuts[i % cuts.size()]));
    reader.feed(stream.first(n));
    stream = stream.subspan(n);
    for (;;) {
      auto next = reader.next();
      if (!next) {
        told.failed = next.error().what;
        return told;
      }
      if (!*next)
        break;
      const auto& f = **next;
      check(f.payload.size() <= limit, "no payload above the limit");
      told.frames.push_back(
          {f.type, f.flags, {f.payload.begin(), f.payload.end()}});
    }
  }
  told.whole = reader.at_boundary();
  return told;
}

/// Any bytes as a stream: the cuts make no difference.
void any_stream(std::span<const std::byte> bytes) {
  const auto cuts = bytes.first(std::min<std::size_t>(bytes.size(), 4));
  const auto whole = read(bytes, {});
  check(read(bytes, cuts) == whole, "cuts make no difference");
  const std::byte one{0};
  check(read(bytes, {&one, 1}) == whole, "bytes one by one neither");
}

/// Any bytes as payloads: the frames come back.
void any_payloads(std::span<const std::byte> bytes) {
  const auto cuts = bytes.first(std::min<std::size_t>(bytes.size(), 4));
  std::vector<std::byte> stream;
  story sent;
  for (auto rest = bytes; !rest.empty();) {
    fuzz::choices choose(rest);
    const auto type = static_cast<std::uint16_t>(choose.number(2));
    const auto flags = choose.byte();
    const std::size_t wanted = choose.byte();
    const auto payload =
        choose.rest().first(std::min(wanted, choose.rest().size()));
    const auto header = encode_frame_header(type, payload, flags);
    stream.insert(stream.end(), header.begin(), header.end());
    stream.insert(stream.end(), payload.begin(), payload.end());
    sent.frames.push_back({type, flags, {payload.begin(), payload.end()}});
    rest = choose.rest().subspan(payload.size());
  }
  sent.whole = true;
  check(read(stream, cuts) == sent, "what is sent is read");
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_stream(bytes);
  any_payloads(bytes);
  return 0;
}
