#include "actors/link/hello.hpp"
#include "actors/link/receiver.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace tern;
using fuzz::check;

namespace {

constexpr std::uint64_t max_bulk = 1 << 16;

/// What a receiver made of a stream.
struct story final : frame_sink {
  void on_message(const message_view& m, buffer bulk) override {
    told += "message " + std::to_string(m.head.kind) + ' '
            + std::to_string(m.head.sequence) + ' ';
    add(m.payload);
    add(bulk.bytes());
    check(bulk.size() <= max_bulk, "no bulk message above the limit");
  }
  void on_frame(wire::frame_type type,
                std::span<const std::byte> body) override {
    told += "frame " + std::to_string(static_cast<int>(type));
    add(body);
  }
  void add(std::span<const std::byte> bytes) {
    told.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    told += '\n';
  }

  std::string told;
};

/// Gives the stream to a receiver, at most `step` bytes at a time.
std::string receive(std::span<const std::byte> stream, std::size_t step) {
  receiver r{max_bulk};
  story s;
  while (!stream.empty()) {
    std::size_t count = 0;
    auto limit = std::min(stream.size(), step);
    for (auto& room : r.room()) {
      auto part = std::min(room.iov_len, limit - count);
      if (part > 0)
        std::memcpy(room.iov_base, stream.data() + count, part);
      count += part;
    }
    check(count > 0, "there is always room");
    stream = stream.subspan(count);
    if (auto done = r.received(count, s); !done)
      return s.told + done.error().what;
  }
  return s.told;
}

/// Frames with good headers around whatever bytes there are.
std::vector<std::byte> frames_of(std::span<const std::byte> bytes) {
  std::vector<std::byte> stream;
  while (!bytes.empty()) {
    fuzz::choices choose{bytes};
    auto type = static_cast<wire::frame_type>(choose.byte() % 13);
    auto wanted = static_cast<std::size_t>(choose.number(2));
    auto body = choose.rest().first(std::min(wanted, choose.rest().size()));
    auto at = stream.size();
    stream.resize(at + wire::header_size);
    if (type == wire::frame_type::bulk_chunk)
      wire::write_chunk_header(stream.data() + at, body);
    else
      wire::write_header(stream.data() + at, type, body);
    stream.insert(stream.end(), body.begin(), body.end());
    bytes = choose.rest().subspan(body.size());
  }
  return stream;
}

void any_stream(std::span<const std::byte> stream) {
  auto whole = receive(stream, stream.size());
  check(receive(stream, 1) == whole, "bytes one by one make no difference");
  check(receive(stream, 4099) == whole, "cuts make no difference");
}

void any_greeting(std::span<const std::byte> bytes) {
  if (bytes.size() < hello_size)
    return;
  auto greeting = bytes.first<hello_size>();
  if (auto h = decode_hello(greeting))
    check(std::ranges::equal(encode(*h), greeting), "a greeting has one form");
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_greeting(bytes);
  any_stream(bytes);
  any_stream(frames_of(bytes));
  return 0;
}
