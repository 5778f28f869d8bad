#pragma once

#include "actors/node.hpp"
#include "bench/child.hpp"
#include "bench/contract.hpp"
#include "bench/cut_network.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tern::bench {

/// The processes of a contract run, and what is done to them: killed, stopped
/// for a while, or cut off from each other. Whoever is out of the view after
/// that is ended, and another one started in its place.
///
/// With `cut`, to be made before the first thread of the run: it puts this
/// process into a network of its own.
class contract_processes {
public:
  contract_processes(const contract_options& o, std::string ledger);

  /// Where this process is to listen.
  std::string own_host() const;
  /// Starts all, as members of a cluster whose `members`, as they have agreed,
  /// are these at the time.
  void start(std::function<std::vector<member>()> members);

  /// Kills or stops one and starts another, or cuts a way.
  void strike();
  /// What is due: wakes the stopped and ends them, mends what is cut, and
  /// replaces whom the members do without. Returns whether one was replaced.
  bool tend();
  /// Whether none is stopped, nor cut off.
  bool is_quiet() const noexcept {
    return stopped_.empty() && cuts_.empty();
  }
  /// Whether the members are just these processes and this one.
  bool are(const std::vector<member>& members) const;
  /// Whether a process was ended here.
  bool has_ended(int pid) const {
    return ended_.contains(pid);
  }

private:
  using time = std::chrono::steady_clock::time_point;
  struct process {
    std::size_t place = 0; ///< 1, 2, ...
    std::unique_ptr<child_process> child;
  };
  struct stopped_process {
    process what;
    time until;
  };

  process start_at(std::size_t place);
  void end(process p);
  void stop(process p);
  void cut_some();
  void cut(std::size_t a, std::size_t b);
  bool mend();

  contract_options options_;
  std::string ledger_;
  std::optional<cut_network> network_;
  std::function<std::vector<member>()> members_;
  std::vector<process> processes_;
  std::deque<stopped_process> stopped_; // the others take them for dead
  std::vector<std::pair<std::size_t, std::size_t>> cuts_;
  time cut_until_{};
  std::set<int> ended_;
  std::mt19937_64 random_{2};
};

} // namespace tern::bench
