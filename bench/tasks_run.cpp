#include "actors/node.hpp"
#include "bench/task_graph.hpp"
#include "bench/tasks.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/message.hpp"
#include "dataflow/runtime/plan_host.hpp"
#include "dataflow/runtime/resource_gate.hpp"

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <mutex>

namespace tern::bench {

namespace {

// The value of a task from the values of its inputs: what the rival's body
// does.
block sum_of_inputs(std::span<const block> inputs, std::span<const std::byte>) {
  std::uint64_t sum = 0;
  for (const auto& b : inputs)
    sum += static_cast<std::uint64_t>(b.values<std::int64_t>()[0]);
  block_builder out{dtype::int64, {1}};
  out.values<std::int64_t>()[0] = task_value(sum);
  return out.finish();
}

// The graph as a plan: one irregular layer, and one task that reads the last.
graph plan_of(const task_graph& g) {
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets = g.offsets;
  edges->predecessors = g.predecessors;
  edges->index();
  const auto n = static_cast<std::int64_t>(g.size());
  layer tasks;
  tasks.op = op_call{"sum", {}};
  tasks.type = dtype::int64;
  tasks.out = {axis_chunks::ones(n)};
  tasks.edges = std::move(edges);
  layer last;
  op_blockwise copy;
  copy.code.steps.push_back({.op = opcode::load, .type = dtype::int64});
  copy.operands.push_back({});
  copy.operands[0].input = 0;
  last.op = copy;
  last.type = dtype::int64;
  last.out = {axis_chunks::ones(1)};
  layer_input from;
  from.axes.push_back({});
  from.axes[0].offset = n - 1;
  last.inputs.push_back(from);
  return {{std::move(tasks), std::move(last)}, {1}};
}

/// Waits for the one root.
class root_waiter {
public:
  bool take(dataflow_message& m) {
    std::lock_guard guard{mutex_};
    value_ = m.data;
    come_.notify_one();
    return true;
  }
  block wait() {
    std::unique_lock guard{mutex_};
    come_.wait(guard, [&] { return static_cast<bool>(value_); });
    return value_;
  }

private:
  std::mutex mutex_;
  std::condition_variable come_;
  block value_;
};

} // namespace

int run_tasks_once(const std::string& kind, std::size_t n, unsigned threads) {
  const auto g = make_task_graph(kind, n);
  node_config config;
  config.listen = false;
  config.threads = threads;
  auto self = node::start(config);
  if (!self) {
    std::cerr << self.error().what << '\n';
    return 1;
  }
  kernel_registry kernels;
  kernels.add("sum", sum_of_inputs);
  ledger memory;
  spiller disk{memory, {}, [](const spiller::visitor&) {
               }};
  compute_pool pool{threads};
  resource_gate resources{{}, [](const resource_gate::waiter&) {
                          }};
  root_waiter root;
  constexpr node_id asker{1};

  task_run r;
  auto begin = std::chrono::steady_clock::now();
  auto work = plan_of(g);
  plan p;
  p.id = 1;
  p.view.places.push_back({(*self)->id(), threads});
  auto edges = std::make_shared<const edge_index>(std::move(work));
  const auto before = resident_bytes();
  plan_host host{p,
                 edges,
                 p.id,
                 nullptr,
                 {.self = **self,
                  .pool = pool,
                  .memory = memory,
                  .spill = disk,
                  .resources = resources,
                  .kernels = kernels,
                  .held = {},
                  .local =
                      [&](node_id to, dataflow_message& m) {
                        return to == asker && root.take(m);
                      },
                  .here = {},
                  .timed = nullptr,
                  .lost = {},
                  .late = {},
                  .aside = {},
                  .copy = {}}};
  host.engine().expand();
  r.build_seconds = seconds_since(begin);
  r.bytes_per_task = static_cast<double>(resident_bytes() - before)
                     / static_cast<double>(g.size());
  begin = std::chrono::steady_clock::now();
  auto want = message_of(message_kind::want, pack({1, 0}));
  want.asker = asker;
  host.engine().receive(std::move(want));
  pool.add(host);
  const auto value = root.wait();
  r.run_seconds = seconds_since(begin);
  r.checksum = static_cast<std::uint32_t>(value.values<std::int64_t>()[0]);
  pool.remove(host);
  print_run(r);
  std::quick_exit(0);
}

} // namespace tern::bench
