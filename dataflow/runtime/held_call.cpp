// Arguments of a held call: plan (8 bytes), layer (4), then each node (8), all
// little endian.

#include "dataflow/runtime/held_call.hpp"

#include <cstddef>
#include <string_view>

namespace tern {

namespace {

// No name that a program could register by accident.
constexpr std::string_view held_name = "tern: held";
constexpr std::string_view receipt_name = "tern: receipt";
constexpr std::size_t head_bytes = 12;

void put(std::vector<std::byte>& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i)
    out.push_back(static_cast<std::byte>(number >> (8 * i)));
}

std::uint64_t get(std::span<const std::byte> in) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < in.size(); ++i)
    number |= std::to_integer<std::uint64_t>(in[i]) << (8 * i);
  return number;
}

layer receipt_of(const layer& root, layer_id id) {
  layer l;
  l.op = op_call{std::string{receipt_name}, {}};
  l.type = dtype::boolean;
  l.expression = root.expression;
  layer_input in;
  in.from = id;
  for (std::size_t axis = 0; axis < root.out.size(); ++axis) {
    l.out.push_back(axis_chunks::ones(root.out[axis].count()));
    in.axes.push_back({axis_map::kind::same, static_cast<std::int8_t>(axis)});
  }
  l.inputs.push_back(std::move(in));
  return l;
}

} // namespace

op_call encode(const held_call& from) {
  op_call call{std::string{held_name}, {}};
  put(call.arguments, from.plan, 8);
  put(call.arguments, from.layer, 4);
  for (auto node : from.nodes)
    put(call.arguments, node.value, 8);
  return call;
}

std::optional<held_call> decode_held(const op_call& call) {
  const std::span bytes{call.arguments};
  if (call.name != held_name || bytes.size() < head_bytes + 8
      || (bytes.size() - head_bytes) % 8 != 0)
    return std::nullopt;
  held_call from;
  from.plan = get(bytes.first(8));
  from.layer = static_cast<layer_id>(get(bytes.subspan(8, 4)));
  for (auto at = head_bytes; at < bytes.size(); at += 8)
    from.nodes.push_back(node_id{get(bytes.subspan(at, 8))});
  return from;
}

graph with_receipts(graph g) {
  const auto held = g.roots;
  g.roots.clear();
  for (auto id : held) {
    g.roots.push_back(static_cast<layer_id>(g.layers.size()));
    auto receipt = receipt_of(g.layers[id], id);
    g.layers.push_back(std::move(receipt));
  }
  g.roots.insert(g.roots.end(), held.begin(), held.end());
  return g;
}

bool is_receipt(const op_call& call) noexcept {
  return call.name == receipt_name;
}

} // namespace tern
