#include "serialization/block_codec.hpp"
#include "serialization/frame.hpp"
#include "serialization/message.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

// Writes the first corpora of the fuzz targets: valid inputs, and the same
// ones damaged. Run by hand when a format changes:
//
//   make_serialization_seeds tests/serialization/corpus

namespace {

using namespace tern;
using bytes = std::vector<std::byte>;
namespace fs = std::filesystem;

bytes of(std::span<const std::byte> s) {
  return {s.begin(), s.end()};
}

bytes prefixed(std::initializer_list<int> start, std::span<const std::byte> s) {
  bytes out;
  for (int b : start)
    out.push_back(static_cast<std::byte>(b));
  out.insert(out.end(), s.begin(), s.end());
  return out;
}

/// Writes one folder.
class corpus {
public:
  corpus(const fs::path& root, const char* name) : folder_(root / name) {
    fs::create_directories(folder_);
  }
  void add(const std::string& name, const bytes& b) const {
    std::ofstream file(folder_ / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(b.data()),
               static_cast<std::streamsize>(b.size()));
  }
  /// `b`, and some of what can happen to it.
  void add_damaged(const std::string& name, const bytes& b) const {
    add(name, b);
    for (std::size_t at : {std::size_t{5}, b.size() / 3, b.size() * 2 / 3}) {
      auto flipped = b;
      flipped[at] ^= std::byte{0x81};
      add(name + "_flipped_" + std::to_string(at), flipped);
    }
    add(name + "_cut", {b.begin(), b.end() - 3});
  }

private:
  fs::path folder_;
};

buffer ramp(std::size_t size) {
  auto made = buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i)
    made.mutable_bytes()[i] = static_cast<std::byte>(i / 8);
  return made;
}

void write_blocks(const fs::path& root) {
  const corpus to(root, "fuzz_block_codec");
  to.add_damaged("scalar", encode_block({11, 8, {}, ramp(8)}).header);
  to.add_damaged("matrix", encode_block({10, 4, {3, 5}, ramp(60)}).header);
  to.add("empty", encode_block({5, 8, {0, 7}, ramp(0)}).header);
  to.add_damaged("lz4",
                 encode_block({5, 8, {512}, ramp(4096)}, encoding::lz4).header);
  to.add(
      "shuffled",
      encode_block({11, 8, {512}, ramp(4096)}, encoding::shuffle_lz4).header);
  plain_block deep{1, 1, {}, ramp(1)};
  deep.shape.assign(max_block_axes, 1);
  to.add("32_axes", encode_block(deep).header);
  deep.shape.push_back(1);
  to.add("33_axes", encode_block(deep).header);
  deep.shape.assign(4, std::int64_t{1} << 62);
  to.add("overflow", encode_block(deep).header);
  deep.shape.assign(1, -1);
  to.add("negative", encode_block(deep).header);
  to.add("elements", prefixed({11, 2, 3}, ramp(300).bytes()));
}

void write_compressed(const fs::path& root) {
  const corpus to(root, "fuzz_compression");
  const auto raw = ramp(600);
  const auto plain = compress(raw.bytes(), encoding::lz4, 1);
  const auto shuffled = compress(raw.bytes(), encoding::shuffle_lz4, 8);
  to.add_damaged("lz4", prefixed({0, 0, 600 >> 8, 600 & 255}, plain.bytes()));
  to.add("too_short", prefixed({0, 0, 0, 10}, plain.bytes()));
  to.add("too_long", prefixed({0, 0, 255, 255}, plain.bytes()));
  to.add_damaged("shuffled",
                 prefixed({1, 2, 600 >> 8, 600 & 255}, shuffled.bytes()));
  to.add("raw", of(raw.bytes()));
}

void append_frame(bytes& stream, std::uint16_t type,
                  std::span<const std::byte> payload, std::uint8_t flags) {
  const auto header = encode_frame_header(type, payload, flags);
  stream.insert(stream.end(), header.begin(), header.end());
  stream.insert(stream.end(), payload.begin(), payload.end());
}

void write_frames(const fs::path& root) {
  const corpus to(root, "fuzz_frame");
  bytes stream;
  append_frame(stream, 1, ramp(40).bytes(), 0);
  to.add_damaged("one", stream);
  append_frame(stream, 2, {}, 0);
  append_frame(stream, 65535, ramp(100).bytes(), frame_checked);
  to.add_damaged("three", stream);
  bytes long_one;
  append_frame(long_one, 3, ramp(5000).bytes(), 0);
  long_one.resize(30);
  to.add("above_the_limit", long_one);
  to.add("garbage", of(ramp(64).bytes()));
  to.add("payloads", prefixed({0, 7, 1, 9}, ramp(200).bytes()));
}

void write_messages(const fs::path& root) {
  const corpus to(root, "fuzz_message");
  bytes batch;
  append_message(batch, {103, 1, 2, 3, 4, 5, 6, 7, 8, 9}, ramp(24).bytes());
  to.add_damaged("one", batch);
  append_message(batch, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {});
  append_message(batch, {299, 1, 2, 3, 4, 5, 6, 7, 8, 9}, ramp(13).bytes());
  to.add_damaged("three", batch);
  auto endless = batch;
  endless[7] = std::byte{0xff};
  to.add("endless", endless);
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: make_serialization_seeds FOLDER\n");
    return 2;
  }
  write_blocks(arguments[1]);
  write_compressed(arguments[1]);
  write_frames(arguments[1]);
  write_messages(arguments[1]);
}
