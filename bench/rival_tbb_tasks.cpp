// The rival of `tern-bench tasks`: the same graph as a oneTBB flow_graph of
// continue_nodes. Usage: rival-tbb-tasks KIND N THREADS.

#include "bench/task_graph.hpp"

#include <tbb/flow_graph.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cstdlib>
#include <deque>

int main(int argc, char** argv) {
  using namespace tern::bench;
  using node = tbb::flow::continue_node<tbb::flow::continue_msg>;
  if (argc != 4)
    return 2;
  const auto g = make_task_graph(argv[1], std::strtoull(argv[2], nullptr, 10));
  const tbb::global_control threads{
      tbb::global_control::max_allowed_parallelism,
      std::strtoull(argv[3], nullptr, 10)};
  std::vector<std::uint32_t> values(g.size());
  task_run r;
  const auto before = resident_bytes();
  auto begin = std::chrono::steady_clock::now();
  tbb::flow::graph flow;
  std::deque<node> nodes;
  for (std::size_t i = 0; i < g.size(); ++i)
    nodes.emplace_back(flow,
                       [&g, &values, i](const tbb::flow::continue_msg& m) {
                         std::uint64_t sum = 0;
                         for (auto e = g.offsets[i]; e < g.offsets[i + 1]; ++e)
                           sum += values[g.predecessors[e]];
                         values[i] = task_value(sum);
                         return m;
                       });
  std::vector<std::uint32_t> inputs;
  for (std::size_t i = 0; i < g.size(); ++i) {
    // an edge given twice would count as two messages
    inputs.assign(
        g.predecessors.begin() + static_cast<std::ptrdiff_t>(g.offsets[i]),
        g.predecessors.begin() + static_cast<std::ptrdiff_t>(g.offsets[i + 1]));
    std::sort(inputs.begin(), inputs.end());
    inputs.erase(std::unique(inputs.begin(), inputs.end()), inputs.end());
    for (auto from : inputs)
      tbb::flow::make_edge(nodes[from], nodes[i]);
  }
  r.build_seconds = seconds_since(begin);
  r.bytes_per_task = static_cast<double>(resident_bytes() - before)
                     / static_cast<double>(g.size());
  begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < g.size(); ++i)
    if (g.offsets[i] == g.offsets[i + 1])
      nodes[i].try_put(tbb::flow::continue_msg());
  flow.wait_for_all();
  r.run_seconds = seconds_since(begin);
  r.checksum = values.back();
  print_run(r);
  std::quick_exit(0);
}
