#include "dataflow/graph/order.hpp"

#include "dataflow/graph/edges.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace tern {

// A task gets the next number when all of its inputs have theirs (post-order).
// The walk keeps its own stack: an entry is a task to begin, or (marked) one
// whose inputs have all been begun above it. A task pushed by several readers
// is walked where it is popped first, which is the deepest place: that of a
// true depth-first search. Every edge is pushed once.
//
// Ranks need no sorting of tasks: all that a walk from a layer reaches has at
// least its rank, and what has more was numbered before, by walks from there.

namespace {

constexpr auto outside = std::numeric_limits<std::uint32_t>::max();
constexpr auto begun = outside - 1;
constexpr layer_id finish_mark = layer_id{1} << 31;

class walk {
public:
  walk(const edge_index& edges,
       const std::function<bool(const block_key&)>& mine)
    : edges_(edges), mine_(mine), priority_(edges.layers()) {
    for (layer_id id = 0; id < edges.layers(); ++id)
      priority_[id].assign(static_cast<std::size_t>(edges.needed(id).size()),
                           outside);
  }

  /// Numbers `root` and everything below it.
  void from(const block_key& root) {
    stack_.push_back(root);
    while (!stack_.empty()) {
      auto key = stack_.back();
      stack_.pop_back();
      if (key.layer & finish_mark) {
        key.layer &= ~finish_mark;
        place(key) = next_++;
      } else if (place(key) == outside && mine_(key)) {
        begin(key);
      }
    }
  }

  std::vector<std::vector<std::uint32_t>> take() {
    return std::move(priority_);
  }

private:
  std::uint32_t& place(const block_key& key) {
    return priority_[key.layer][static_cast<std::size_t>(edges_.rank(key))];
  }

  void begin(const block_key& key) {
    place(key) = begun;
    stack_.push_back({key.layer | finish_mark, key.index});
    auto bottom = stack_.size();
    edges_.for_each_input(key, [&](std::uint32_t, const block_key& input) {
      if (place(input) == outside)
        stack_.push_back(input);
    });
    std::reverse(stack_.begin() + static_cast<std::ptrdiff_t>(bottom),
                 stack_.end());
  }

  const edge_index& edges_;
  const std::function<bool(const block_key&)>& mine_;
  std::vector<std::vector<std::uint32_t>> priority_;
  std::vector<block_key> stack_;
  std::uint32_t next_ = 0;
};

/// The layers from whose tasks to walk: the roots, then, for tasks of the
/// region whose readers are all outside of it, the others.
std::vector<layer_id> beginnings(const edge_index& edges) {
  auto out = edges.source().roots;
  for (auto id = static_cast<layer_id>(edges.layers()); id-- > 0;)
    out.push_back(id);
  const auto ranks = layer_ranks(edges);
  std::stable_sort(out.begin(), out.end(),
                   [&](layer_id a, layer_id b) { return ranks[a] > ranks[b]; });
  return out;
}

} // namespace

// One that is no call has a rank of its own only where somebody wants its
// blocks: else it is as urgent as its readers.
std::vector<std::int64_t> layer_ranks(const edge_index& edges) {
  constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
  std::vector<std::int64_t> ranks(edges.layers(), lowest);
  for (auto id = static_cast<layer_id>(edges.layers()); id-- > 0;) {
    auto& rank = ranks[id];
    if (const auto* call = std::get_if<op_call>(&edges.at(id).op))
      rank = std::max<std::int64_t>(rank, call->priority);
    else if (edges.is_root(id) || rank == lowest)
      rank = std::max<std::int64_t>(rank, 0);
    for (const auto& in : edges.at(id).inputs)
      ranks[in.from] = std::max(ranks[in.from], rank);
  }
  return ranks;
}

std::vector<std::vector<std::uint32_t>>
depth_first_order(const edge_index& edges,
                  const std::function<bool(const block_key&)>& mine) {
  if (edges.tasks() >= begun)
    throw std::length_error("a graph of " + std::to_string(edges.tasks())
                            + " tasks");
  walk w{edges, mine};
  for (auto id : beginnings(edges)) {
    auto n = edges.needed(id).size();
    for (std::int64_t rank = 0; rank < n; ++rank)
      w.from(edges.at_rank(id, rank));
  }
  return w.take();
}

} // namespace tern
