// The form: magic (8 bytes), size of the message (8 bytes, little endian), the
// Cap'n Proto message: as it is, if so many bytes follow, else as one LZ4
// block. Writing is in write_graph.cpp, reading in read_graph.cpp.

#include "dataflow/graph/graph_codec.hpp"

#include "dataflow/graph/graph_schema.inl"
#include "dataflow/graph/validate.hpp"
#include "serialization/capnp_message.hpp"
#include "serialization/compression.hpp"
#include "serialization/little_endian.hpp"
#include "serialization/schema/plan.capnp.h"

#include <cstring>
#include <string_view>

namespace tern {

namespace {

constexpr std::string_view magic = "ternpln1";
constexpr std::size_t header_size = 16;

std::vector<std::byte> framed(std::span<const std::byte> payload,
                              std::size_t raw_size) {
  std::vector<std::byte> out(header_size + payload.size());
  auto size = little_endian(std::uint64_t{raw_size});
  std::memcpy(out.data(), magic.data(), magic.size());
  std::memcpy(out.data() + magic.size(), &size, sizeof(size));
  if (!payload.empty())
    std::memcpy(out.data() + header_size, payload.data(), payload.size());
  return out;
}

result<graph> decode_message(std::span<const std::byte> message) {
  auto read = [](schema::Plan::Reader plan) {
    return read_graph(plan);
  };
  auto g = decode_capnp<schema::Plan>(message, "plan", read);
  if (g)
    if (auto wrong = find_fault(*g))
      return fail(failure_kind::malformed, "plan: " + *wrong);
  return g;
}

} // namespace

std::vector<std::byte> encode(const graph& g) {
  capnp::MallocMessageBuilder message;
  write_graph(g, message.initRoot<schema::Plan>());
  auto raw = encode_capnp(message);
  if (raw.size() <= max_compressed_input)
    if (auto small = compress(raw, encoding::lz4, 1))
      return framed(small.bytes(), raw.size());
  return framed(raw, raw.size());
}

result<graph> decode_graph(std::span<const std::byte> bytes) {
  if (bytes.size() < header_size
      || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    return fail(failure_kind::malformed, "plan: not a plan");
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data() + magic.size(), sizeof(size));
  size = little_endian(size);
  auto payload = bytes.subspan(header_size);
  if (size == payload.size())
    return decode_message(payload);
  if (size > max_compressed_input
      || size > most_decompressed(payload.size(), encoding::lz4))
    return fail(failure_kind::malformed,
                "plan: " + std::to_string(payload.size())
                    + " bytes cannot stand for " + std::to_string(size));
  auto raw = buffer::allocate(size);
  if (auto done = decompress(payload, encoding::lz4, 1, raw.mutable_bytes());
      !done)
    return fail(failure_kind::malformed, "plan: " + done.error().what);
  return decode_message(raw.bytes());
}

} // namespace tern
