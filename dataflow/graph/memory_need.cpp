#include "dataflow/graph/memory_need.hpp"

#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/order.hpp"
#include "dataflow/graph/read_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace tern {

namespace {

/// The needed tasks, first come first.
std::vector<block_key> in_order(const edge_index& edges) {
  const auto order = depth_first_order(edges, [](auto&) { return true; });
  std::vector<block_key> out(static_cast<std::size_t>(edges.tasks()));
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::size_t rank = 0; rank < order[id].size(); ++rank)
      out[order[id][rank]] = edges.at_rank(id, static_cast<std::int64_t>(rank));
  return out;
}

/// The blocks that are alive, and where.
class alive_blocks {
public:
  alive_blocks(const edge_index& edges, std::size_t nodes,
               std::uint64_t spills_above)
    : edges_(edges), spills_above_(spills_above), used_(nodes), small_(nodes),
      needs_(nodes), blocks_(edges.layers()) {
    for (layer_id id = 0; id < edges.layers(); ++id)
      blocks_[id].resize(static_cast<std::size_t>(edges.needed(id).size()));
  }

  void make(const block_key& key, std::size_t node, std::uint32_t readers) {
    auto& b = at(key);
    b.readers = readers;
    ++needs_[node].tasks;
    hold(b, node, edges_.block_bytes(key));
    if (readers == 0)
      drop(key, b);
  }
  /// By a task on `node`, which gets a copy if it has none.
  void fetch(const block_key& key, std::size_t node) {
    const auto bytes = edges_.block_bytes(key);
    if (hold(at(key), node, bytes))
      needs_[node].fetched += bytes;
  }
  /// The part alone, for the task that `node` runs now.
  void fetch_part(std::size_t node, std::uint64_t bytes) {
    needs_[node].fetched += bytes;
    take(node, bytes);
  }
  void drop_part(std::size_t node, std::uint64_t bytes) {
    give(node, bytes);
  }
  bool is_on(const block_key& key, std::size_t node) {
    return (at(key).holders & bit_of(node)) != 0;
  }
  void release(const block_key& key) {
    auto& b = at(key);
    if (--b.readers == 0)
      drop(key, b);
  }
  std::uint64_t peak() const noexcept {
    return peak_;
  }
  std::uint64_t peak_small() const noexcept {
    return peak_small_;
  }
  const std::vector<node_need>& needs() const noexcept {
    return needs_;
  }

private:
  struct entry {
    std::uint64_t holders = 0; ///< bit (node mod 64)
    std::uint32_t readers = 0; ///< that have not run
  };

  entry& at(const block_key& key) {
    return blocks_[key.layer][static_cast<std::size_t>(edges_.rank(key))];
  }
  /// Whether it was not there.
  bool hold(entry& b, std::size_t node, std::uint64_t bytes) {
    if ((b.holders & bit_of(node)) != 0)
      return false;
    b.holders |= bit_of(node);
    take(node, bytes);
    return true;
  }
  void take(std::size_t node, std::uint64_t bytes) {
    used_[node] += bytes;
    needs_[node].peak = std::max(needs_[node].peak, used_[node]);
    peak_ = std::max(peak_, used_[node]);
    if (bytes <= spills_above_) {
      small_[node] += bytes;
      peak_small_ = std::max(peak_small_, small_[node]);
    }
  }
  void give(std::size_t node, std::uint64_t bytes) {
    used_[node] -= bytes;
    small_[node] -= bytes <= spills_above_ ? bytes : 0;
  }
  static std::uint64_t bit_of(std::size_t node) noexcept {
    return std::uint64_t{1} << (node % 64);
  }
  void drop(const block_key& key, entry& b) {
    const auto bytes = edges_.block_bytes(key);
    for (std::size_t node = 0; node < used_.size() && node < 64; ++node)
      if ((b.holders >> node & 1) != 0)
        give(node, bytes);
    b.holders = 0;
  }

  const edge_index& edges_;
  const std::uint64_t spills_above_;
  std::vector<std::uint64_t> used_;  ///< bytes, by node
  std::vector<std::uint64_t> small_; ///< of blocks that stay in memory
  std::vector<node_need> needs_;
  std::vector<std::vector<entry>> blocks_;
  std::uint64_t peak_ = 0;
  std::uint64_t peak_small_ = 0;
};

} // namespace

memory_need project_memory(const edge_index& edges,
                           const memory_question& question) {
  const auto nodes = std::min<std::size_t>(question.nodes, 64);
  alive_blocks alive{edges, nodes, question.spills_above};
  memory_need need;
  std::vector<std::uint64_t> parts; // that the task fetches
  for (const auto& key : in_order(edges)) {
    const auto node = question.owner ? question.owner(key) % nodes : 0;
    const auto made = edges.block_bytes(key);
    auto task = made;
    parts.clear();
    edges.for_each_input(key, [&](std::uint32_t slot, const block_key& input) {
      task += edges.block_bytes(input);
      const auto part =
          alive.is_on(input, node)
              ? std::nullopt
              : bytes_of_part(edges, key, slot, input, question.least_part);
      if (part) {
        alive.fetch_part(node, *part);
        parts.push_back(*part);
      } else {
        alive.fetch(input, node);
      }
    });
    const bool kept = question.keeps_roots && edges.is_root(key.layer);
    alive.make(key, node, edges.consumers(key) + (kept ? 1 : 0));
    edges.for_each_input(key, [&](std::uint32_t, const block_key& input) {
      alive.release(input);
    });
    for (const auto bytes : parts)
      alive.drop_part(node, bytes);
    need.largest_task = std::max(need.largest_task, task);
    need.largest_block = std::max(need.largest_block, made);
  }
  need.nodes = alive.needs();
  need.peak = alive.peak();
  need.peak_small = alive.peak_small();
  return need;
}

std::uint64_t memory_need::limit(std::size_t threads) const noexcept {
  return std::max(peak + (threads > 1 ? threads - 1 : 0) * largest_block,
                  largest_task);
}

std::uint64_t memory_need::limit_with_disk(std::size_t threads) const noexcept {
  const auto tasks = std::max<std::size_t>(1, threads) * largest_task;
  return std::min(limit(threads), (peak_small + tasks) / 4 * 5 + 5);
}

std::string size_text(std::uint64_t bytes) {
  struct unit {
    std::uint64_t size;
    const char* name;
  };
  constexpr std::array<unit, 4> units{{{1'000'000'000'000, "TB"},
                                       {1'000'000'000, "GB"},
                                       {1'000'000, "MB"},
                                       {1'000, "kB"}}};
  for (const auto& u : units) {
    if (bytes < u.size)
      continue;
    const auto hundredths =
        bytes / (u.size / 100) + (bytes % (u.size / 100) != 0 ? 1 : 0);
    return fmt::format("{:g}{}", static_cast<double>(hundredths) / 100, u.name);
  }
  return std::to_string(bytes);
}

} // namespace tern
