#include "dataflow/graph/lineage.hpp"

#include "dataflow/graph/edges.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

struct block_hash {
  std::size_t operator()(const block_key& key) const noexcept {
    const auto x =
        (std::uint64_t{key.layer} << 40 ^ static_cast<std::uint64_t>(key.index))
        * 0x9e3779b97f4a7c15ull;
    return x ^ (x >> 32);
  }
};

/// A block, until its last reader in the lineage has run.
struct remade {
  block made;
  std::size_t readers = 0;
};

class remaking {
public:
  remaking(const edge_index& edges, const lineage_options& how)
    : edges_(edges), how_(how) {}

  result<block> run(std::span<const block_key> tasks) {
    for (const auto& task : tasks)
      edges_.for_each_input(
          task, [&](auto, const block_key& from) { ++blocks_[from].readers; });
    for (const auto& task : tasks) {
      const bool last = &task == &tasks.back();
      auto made = make(task, last);
      if (!made || last)
        return made;
      blocks_[task].made = std::move(*made);
    }
    return fail(failure_kind::refused, "there is no task to make again");
  }

private:
  result<block> make(const block_key& task, bool asked) {
    std::vector<block> inputs;
    edges_.for_each_input(task, [&](auto, const block_key& from) {
      auto& in = blocks_[from];
      inputs.push_back(in.made);
      if (--in.readers == 0)
        in.made = block{};
    });
    if (asked && how_.before)
      how_.before(inputs);
    return try_task(edges_, task, inputs, how_.hooks);
  }

  const edge_index& edges_;
  const lineage_options& how_;
  std::unordered_map<block_key, remade, block_hash> blocks_;
};

} // namespace

// Depth first, on a stack of its own: chains may be long. A task is put on it
// once to find its inputs and comes out after them.
result<std::vector<block_key>>
lineage_of(const edge_index& edges, const block_key& task, std::size_t most) {
  enum class mark : std::uint8_t { open, done };
  std::unordered_map<block_key, mark, block_hash> seen;
  std::vector<block_key> order;
  std::vector<block_key> stack{task};
  while (!stack.empty()) {
    const auto next = stack.back();
    const auto [at, fresh] = seen.try_emplace(next, mark::open);
    if (!fresh) {
      stack.pop_back();
      if (std::exchange(at->second, mark::done) == mark::open)
        order.push_back(next);
      continue;
    }
    const auto first = stack.size();
    edges.for_each_input(next, [&](auto, const block_key& from) {
      if (!seen.contains(from))
        stack.push_back(from);
    });
    std::reverse(stack.begin() + static_cast<std::ptrdiff_t>(first),
                 stack.end()); // the first input is made first
    if (seen.size() + stack.size() > most)
      return fail(failure_kind::refused, describe(edges, task)
                                             + " depends on more than "
                                             + std::to_string(most) + " tasks");
  }
  return order;
}

result<block> remake(const edge_index& edges, const block_key& task,
                     const lineage_options& how) {
  const auto tasks = lineage_of(edges, task, most_lineage_tasks);
  if (!tasks)
    return tl::make_unexpected(tasks.error());
  return remaking{edges, how}.run(*tasks);
}

} // namespace tern
