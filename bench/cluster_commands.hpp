#pragma once

#include "bench/graphs.hpp"
#include "bench/memory.hpp"
#include "bench/recover.hpp"
#include "bench/report.hpp"
#include "bench/scaleout.hpp"
#include "bench/shuffle.hpp"
#include "bench/steal.hpp"

#include <CLI/App.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tern::bench {

/// The subcommands about plans on several node processes. Lives as long as
/// `tool`, which keeps references to its members.
class cluster_commands {
public:
  using printer = std::function<void(const std::vector<row>&, bool json)>;

  /// `finish` takes the rows of a benchmark, `status` the exit status of a
  /// single run.
  cluster_commands(CLI::App& tool, printer finish, int& status);
  cluster_commands(const cluster_commands&) = delete;
  cluster_commands& operator=(const cluster_commands&) = delete;

private:
  CLI::App* add(const std::string& name, const std::string& what,
                const std::string& example);
  template <class Options>
  void add_common(CLI::App& command, Options& how);

  void add_shuffle();
  void add_steal();
  void add_memory();
  void add_recover();
  void add_scaleout();
  void add_graphs();

  CLI::App& tool_;
  printer finish_;
  int& status_;
  bool json_ = false;
  std::int64_t n_ = 0;
  unsigned nodes_ = 0;
  std::string kind_;
  std::string where_;
  std::uint64_t bytes_ = 0;
  graphs_options graphs_;
  memory_options memory_;
  double nap_ = 0;
  recover_options recover_;
  scaleout_options scaleout_;
  shuffle_options shuffle_;
  steal_options steal_;
};

} // namespace tern::bench
