#include "bench/held_array.hpp"

#include "dataflow/array/node.hpp"

namespace tern::bench {

namespace {

array count_to(std::int64_t n) {
  return arange(std::int64_t{0}, n, std::int64_t{1}, dtype::int64, {{1}});
}

/// The number of each block, as a block of its own.
array numbers_of(const shape& blocks) {
  if (blocks.size() == 1)
    return count_to(blocks[0]);
  const std::vector<index_item> column{index_slice{}, index_newaxis{}};
  return binary(
      opcode::add,
      binary(opcode::multiply, count_to(blocks[0])[column], scalar{blocks[1]}),
      count_to(blocks[1]));
}

} // namespace

array held_array(kernel_registry& kernels, const std::string& name, chunks cut,
                 std::vector<block> blocks) {
  const auto type = blocks.at(0).type();
  kernels.add(name, [blocks = std::move(blocks)](std::span<const block> number,
                                                 std::span<const std::byte>) {
    return blocks.at(
        static_cast<std::size_t>(number[0].values<std::int64_t>()[0]));
  });
  const auto numbers = numbers_of(grid(cut));
  const auto axes = cut.size();
  auto made = make_node(op_call{name, {}}, type, std::move(cut), name);
  add_input(*made, numbers.root(), same_maps(axes));
  return array{std::move(made)};
}

} // namespace tern::bench
