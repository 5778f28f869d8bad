// One cluster in one thread. Each node is a task_engine, the class that real
// nodes run, with an environment that sends by the simulated network and runs
// kernels after a random virtual time, on a random ready task: that explores
// schedules which real compute threads would seldom take.

#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include "actors/simulation/network.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/synchronous.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <memory>

namespace tern {

namespace {

using simulation::microsecond;
using simulation::millisecond;

class simulated_cluster;

task_hooks simulated_hooks() {
  task_hooks hooks;
  hooks.call = [](const op_call&, const block_key&, dtype, const shape&,
                  std::span<const block> inputs) {
    return run_simulated_kernel(inputs);
  };
  return hooks;
}

/// One node: an engine, what is ready, and two threads to run it.
class simulated_node final : public task_environment {
public:
  simulated_node(simulated_cluster& cluster, node_index me);

  task_record& make(const block_key& key, std::uint32_t slots,
                    std::uint32_t consumers, bool mine,
                    std::uint32_t priority) override {
    return records_.emplace_back(key, slots, consumers, mine, priority);
  }
  void ready(task_record& r) override;
  void send(node_id to, dataflow_message m) override;
  void ended(task_record&, std::string_view) override {}
  void transition(const task_record& r, std::uint8_t event,
                  std::uint32_t argument, effect effects) override;
  std::uint64_t mean_time(layer_id) const override {
    return 0;
  }

  /// Starts tasks while there are threads for them.
  void work();

  ledger memory{1u << 16};
  std::deque<task_record> records_; ///< before the engine, which uses them
  task_engine engine;

private:
  void run(task_record& task);

  simulated_cluster& cluster_;
  node_index me_;
  std::vector<task_record*> ready_;
  unsigned running_ = 0;
};

/// The nodes, the network between them and, as one more node, the submitter.
class simulated_cluster {
public:
  explicit simulated_cluster(const plan_simulation_options& o);

  plan_simulation_result run();

  std::size_t index_of_node(node_id id) const noexcept {
    return static_cast<std::size_t>(id.value - 1);
  }
  static node_id id_of(std::size_t index) noexcept {
    return node_id{index + 1};
  }

  plan_simulation_options options;
  simulation::simulator sim;
  simulation::network<dataflow_message> net;
  std::shared_ptr<const edge_index> edges;
  plan_view view;
  std::size_t inline_bytes; ///< before the nodes, which read it
  std::vector<std::unique_ptr<simulated_node>> nodes;

private:
  static simulation::network_options weather();
  void submit();
  void receive_root(dataflow_message m);
  void order_moves();
  void schedule_pauses();
  void schedule_kill();
  std::string compare_with_synchronous() const;
  std::string broken_invariant() const;
  std::string two_live() const;
  std::string left_over() const;

  std::map<std::uint64_t, block> roots_;
  std::size_t expected_roots_ = 0;
  bool killed_ = false;
};

simulated_node::simulated_node(simulated_cluster& cluster, node_index me)
  : engine(cluster.edges, cluster.view, cluster.id_of(me),
           {.rotate = cluster.options.rotate,
            .record = true,
            .inline_bytes = cluster.inline_bytes,
            .faults = cluster.options.faults},
           memory, *this),
    cluster_(cluster), me_(me) {}

void simulated_node::ready(task_record& r) {
  ready_.push_back(&r);
  cluster_.net.after(me_, 0, [this] { work(); });
}

void simulated_node::send(node_id to, dataflow_message m) {
  cluster_.net.send(me_, cluster_.index_of_node(to), std::move(m));
}

void simulated_node::transition(const task_record& r, std::uint8_t event,
                                std::uint32_t argument, effect effects) {
  cluster_.sim.note(r.low ^ (std::uint64_t{event} << 40) ^ argument);
  cluster_.sim.note(static_cast<std::uint64_t>(effects));
}

void simulated_node::work() {
  constexpr unsigned threads = 2;
  auto& rng = cluster_.sim.rng();
  while (running_ < threads) {
    task_record* next = nullptr;
    if (ready_.empty() || rng.chance(0.3))
      next = engine.next_source(false);
    if (!next && !ready_.empty()) {
      const auto at = rng.below(ready_.size());
      next = ready_[at];
      ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (!next && running_ == 0 && engine.fetching() == 0)
      next = engine.next_source(true);
    if (!next)
      return;
    run(*next);
  }
}

void simulated_node::run(task_record& task) {
  auto inputs = engine.begin(task);
  if (!inputs)
    return;
  ++running_;
  const auto time = cluster_.sim.rng().below(300) * microsecond;
  cluster_.net.after(me_, time, [this, &task, in = std::move(*inputs)] {
    --running_;
    engine.finish(task,
                  run_task(*cluster_.edges, task.key(), in, simulated_hooks()));
    work();
  });
}

simulation::network_options simulated_cluster::weather() {
  simulation::network_options w;
  w.duplicate = 0.05;
  return w;
}

simulated_cluster::simulated_cluster(const plan_simulation_options& o)
  : options(o), sim(o.seed), net(sim, o.nodes + 1, weather()),
    edges(std::make_shared<const edge_index>(random_plan(o.seed))),
    inline_bytes(sim.rng().chance(0.5) ? 0 : 64) {
  for (std::size_t i = 0; i < o.nodes; ++i)
    view.places.push_back({id_of(i), 1});
  view.submitter = id_of(o.nodes);
  for (node_index i = 0; i < o.nodes; ++i)
    nodes.push_back(std::make_unique<simulated_node>(*this, i));
  net.on_message([this](std::size_t to, std::size_t, dataflow_message m) {
    if (to == options.nodes) {
      receive_root(std::move(m));
      return;
    }
    nodes[to]->engine.receive(std::move(m));
    nodes[to]->work();
  });
}

void simulated_cluster::submit() {
  for (auto& n : nodes)
    n->engine.expand();
  for (std::size_t i = 0; i < nodes.size(); ++i)
    net.after(i, sim.rng().below(500) * microsecond,
              [this, i] { nodes[i]->work(); });
  for (auto layer : edges->source().roots) {
    const auto& needed = edges->needed(layer);
    for (std::int64_t rank = 0; rank < needed.size(); ++rank) {
      const block_key key{layer,
                          linear_of(edges->grid_of(layer), needed.at(rank))};
      if (roots_.emplace(pack(key), block{}).second)
        ++expected_roots_;
      auto m = message_of(message_kind::want, pack(key));
      m.asker = view.submitter;
      net.send(options.nodes, nodes[0]->engine.where().owner(key),
               std::move(m));
    }
  }
}

void simulated_cluster::receive_root(dataflow_message m) {
  const auto found = roots_.find(m.from);
  if (m.kind != message_kind::block_data || found == roots_.end()
      || found->second)
    return;
  found->second = m.data;
  --expected_roots_;
  const auto key = unpack(m.from);
  auto done = message_of(message_kind::release, m.from);
  done.ordinal = edges->consumers(key);
  net.send(options.nodes, nodes[0]->engine.where().owner(key), std::move(done));
}

void simulated_cluster::order_moves() {
  auto& rng = sim.rng();
  const auto orders = rng.below(40);
  for (std::uint64_t i = 0; i < orders; ++i) {
    const auto node = rng.below(nodes.size());
    net.after(node, rng.below(20'000) * microsecond, [this, node] {
      auto& n = *nodes[node];
      if (n.records_.empty())
        return;
      auto& r = n.records_[sim.rng().below(n.records_.size())];
      n.engine.move(r.key(),
                    static_cast<node_index>(sim.rng().below(nodes.size())));
    });
  }
}

void simulated_cluster::schedule_pauses() {
  auto& rng = sim.rng();
  const auto pauses = rng.below(4);
  for (std::uint64_t i = 0; i < pauses; ++i) {
    const auto node = rng.below(nodes.size());
    const auto length = (1 + rng.below(30)) * millisecond;
    sim.after(rng.below(20'000) * microsecond,
              [this, node, length] { net.pause_for(node, length); });
  }
}

void simulated_cluster::schedule_kill() {
  const auto node = sim.rng().below(nodes.size());
  sim.after(sim.rng().below(10'000) * microsecond, [this, node] {
    net.kill(node);
    killed_ = true;
  });
}

plan_simulation_result simulated_cluster::run() {
  constexpr std::uint64_t events_limit = 5'000'000;
  constexpr std::uint64_t check_every = 64;
  submit();
  if (options.moves && !options.rotate)
    order_moves();
  schedule_pauses();
  if (options.kill)
    schedule_kill();
  plan_simulation_result out;
  for (std::uint64_t n = 0; out.failure.empty() && sim.step(); ++n) {
    if (n % check_every == 0)
      out.failure = two_live();
    if (n > events_limit)
      out.failure = "the run does not come to an end";
  }
  if (out.failure.empty())
    out.failure = broken_invariant();
  for (const auto& n : nodes)
    out.migrations += n->engine.count().migrations;
  out.messages = net.count().sent;
  out.kills = net.count().kills;
  out.tasks = static_cast<std::uint64_t>(edges->tasks());
  out.hash = sim.hash();
  return out;
}

std::string simulated_cluster::broken_invariant() const {
  if (killed_) // what did come has to be right
    return compare_with_synchronous();
  if (expected_roots_ > 0)
    return fmt::format("{} roots never came", expected_roots_);
  if (auto wrong = compare_with_synchronous(); !wrong.empty())
    return wrong;
  return left_over();
}

std::string simulated_cluster::compare_with_synchronous() const {
  std::string wrong;
  synchronous_options how;
  how.hooks = simulated_hooks();
  how.sink = [&](layer_id layer, const shape& index,
                 const block& right) -> result<void> {
    const auto linear = linear_of(edges->grid_of(layer), index);
    const auto& got = roots_.at(pack({layer, linear}));
    const bool equal =
        got && got.bytes() == right.bytes()
        && std::memcmp(got.data(), right.data(), right.bytes()) == 0;
    if ((got || !killed_) && !equal)
      wrong = fmt::format("root {}/{} differs from synchronous", layer, linear);
    return {};
  };
  const auto done = run_synchronously(*edges, how);
  return done ? wrong : "synchronous: " + done.error().what;
}

// At most one node has a task in a phase in which it could run or be read.
std::string simulated_cluster::two_live() const {
  std::map<std::uint64_t, int> live;
  for (const auto& n : nodes)
    n->engine.tasks().each([&](task_record& r) {
      switch (r.state.phase()) {
      case task_phase::waiting:
      case task_phase::fetching:
      case task_phase::ready:
      case task_phase::running:
      case task_phase::held:
        ++live[r.low];
        break;
      default:
        break;
      }
    });
  for (const auto& [low, count] : live)
    if (count > 1)
      return fmt::format("task {}/{} lives on {} nodes", unpack(low).layer,
                         unpack(low).index, count);
  return {};
}

std::string simulated_cluster::left_over() const {
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& n = *nodes[i];
    done += n.engine.count().tasks_done;
    std::string wrong;
    n.engine.tasks().each([&](task_record& r) {
      const auto phase = r.state.phase();
      const bool over = phase == task_phase::released
                        || (!r.state.mine() && phase == task_phase::away);
      if (!over)
        wrong = fmt::format("task {}/{} is {} on node {} at the end",
                            r.key().layer, r.key().index, name_of(phase), i);
    });
    if (!wrong.empty())
      return wrong;
    if (n.memory.used() != 0)
      return fmt::format("node {} still counts {} bytes at the end", i,
                         n.memory.used());
    if (n.engine.fetching() != 0)
      return fmt::format("node {} still waits for a block at the end", i);
  }
  if (done != static_cast<std::uint64_t>(edges->tasks()))
    return fmt::format("{} tasks ran instead of {}", done, edges->tasks());
  return {};
}

} // namespace

plan_simulation_result simulate_plan(const plan_simulation_options& options) {
  return simulated_cluster{options}.run();
}

simulation_summary
simulate_plans(plan_simulation_options options, std::uint64_t first,
               std::uint64_t last,
               const std::function<void(std::uint64_t)>& progress) {
  simulation_summary sum;
  for (auto seed = first; seed <= last; ++seed) {
    options.seed = seed;
    const auto one = simulate_plan(options);
    ++sum.seeds;
    sum.messages += one.messages;
    sum.migrations += one.migrations;
    sum.kills += one.kills;
    if (!one.failure.empty() && sum.failed++ == 0) {
      sum.first_failing = seed;
      sum.failure = one.failure;
    }
    if (progress)
      progress(seed);
  }
  return sum;
}

} // namespace tern
