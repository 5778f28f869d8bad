#pragma once

#include "bench/chaos.hpp"
#include "bench/child.hpp"
#include "bench/cut_network.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern::bench {

/// What was done to a cluster.
struct chaos_counts {
  unsigned kills = 0;
  unsigned stops = 0;
  unsigned cuts = 0;
  unsigned leaves = 0;
  unsigned joins = 0;
  unsigned returns = 0; ///< of nodes without which the others had gone on
};

/// `tern node` processes that form a cluster, and what is done to them. There
/// is always one that nothing has been done to.
///
/// With `cut`, to be made before the first other thread: it puts this process
/// into a network of its own. All members but `contact` are of one thread.
class chaos_cluster {
public:
  explicit chaos_cluster(const chaos_options& o);

  /// False: not all came up.
  bool start();
  /// HOST:PORT of a node that nothing is done to at the moment. Any thread.
  std::string contact() const;
  bool is_well(const std::string& address) const;

  /// Does something to one of them.
  void strike();
  /// What is due: wakes the stopped, mends what is cut, waits for those without
  /// which the others went on, takes leave of those that leave.
  void tend();
  /// Mends all there is; true once all nodes know each other.
  bool settle(std::chrono::seconds limit);

  const chaos_counts& counts() const noexcept {
    return counts_;
  }
  /// What went wrong with nodes: none should end but by our hand.
  const std::vector<std::string>& complaints() const noexcept {
    return complaints_;
  }

  /// What was done to whom, and when: one line each.
  const std::vector<std::string>& history() const noexcept {
    return history_;
  }

  /// What `tern status` says by a node; null if it says nothing.
  static nlohmann::json status_of(const std::string& address);

  /// Asks all to leave and waits for it.
  void end();

private:
  using time = std::chrono::steady_clock::time_point;
  enum class doing { well, stopped, cut_off, returning, leaving };
  struct node {
    std::size_t place = 0; ///< 1, 2, ...
    std::unique_ptr<child_process> child;
    std::string address;
    doing what = doing::well;
    time until{};          ///< that ends, or is late
    time since{};          ///< it has been well
    time troubled_since{}; ///< it has not
    bool was_away = false; ///< for others: stopped or, perhaps, cut off
  };

  std::optional<node> start_at(std::size_t place);
  bool add();
  std::size_t free_place() const;
  node* pick();
  child_end finish(node& n);
  void kill(node& n);
  void stop(node& n);
  void leave(node& n);
  void cut(node& n);
  void remove(node& n);
  void look_after(node& n, time now);
  void mend();
  void change(node& n, doing what, time until);
  void note(const node& n, std::string_view what);
  std::chrono::milliseconds between(std::chrono::milliseconds least,
                                    std::chrono::milliseconds most);
  /// Those that leave among them.
  std::size_t most_nodes() const noexcept {
    return 3 * options_.nodes;
  }
  void look_around();
  bool has_old_friends(const node& n) const;
  bool is_seen(const node& n,
               const std::map<const node*, std::set<int>>& by) const;
  static std::string_view name_of(doing what);
  static std::set<int> seen_by(const node& n);

  chaos_options options_;
  std::optional<cut_network> network_;
  mutable std::mutex
      mutex_; ///< guards the list, not what this thread alone does
  std::vector<std::unique_ptr<node>> nodes_;
  std::vector<std::pair<std::size_t, std::size_t>> cuts_;
  time next_look_{};
  chaos_counts counts_;
  std::vector<std::string> complaints_;
  std::vector<std::string> history_;
  time begin_ = std::chrono::steady_clock::now();
  std::mt19937_64 random_;
};

} // namespace tern::bench
