// Any bytes as a plan, framed and as a bare message. What is accepted is
// sound, comes back when it is written again, and, if small, can be run
// without touching anything that is not its own.

#include "dataflow/graph/graph_codec.hpp"
#include "dataflow/graph/synchronous.hpp"
#include "dataflow/graph/validate.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

using namespace tern;
using fuzz::check;

namespace {

/// Little enough to be run many times a second.
bool is_small(const edge_index& edges) {
  constexpr std::size_t most = 1 << 12;
  if (edges.tasks() > 256)
    return false;
  for (layer_id id = 0; id < edges.layers(); ++id) {
    for (std::int64_t r = 0; r < edges.needed(id).size(); ++r) {
      auto task = edges.at_rank(id, r);
      if (edges.block_bytes(task) > most || edges.slots(task) > 256)
        return false;
    }
    if (auto* chunk = std::get_if<op_reduce_chunk>(&edges.at(id).op))
      if (element_count(extents(chunk->space)) > std::int64_t{most})
        return false;
  }
  return true;
}

void any_plan(std::span<const std::byte> bytes) {
  auto g = decode_graph(bytes);
  if (!g)
    return;
  check(!find_fault(*g), "what is read is sound");
  auto again = encode(*g);
  auto back = decode_graph(again);
  check(back.has_value(), "what is written is read");
  check(encode(*back) == again, "what is read is written alike");
  edge_index edges{std::move(*g)};
  if (is_small(edges))
    (void)run_synchronously(edges, {});
}

void any_message(std::span<const std::byte> bytes) {
  constexpr std::string_view magic = "ternpln1";
  std::vector<std::byte> framed(16 + bytes.size());
  std::memcpy(framed.data(), magic.data(), magic.size());
  for (std::size_t i = 0; i < 8; ++i)
    framed[8 + i] = static_cast<std::byte>(bytes.size() >> 8 * i & 0xff);
  std::copy(bytes.begin(), bytes.end(), framed.begin() + 16);
  any_plan(framed);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  auto bytes = fuzz::as_bytes(data, size);
  any_plan(bytes);
  any_message(bytes);
  return 0;
}
