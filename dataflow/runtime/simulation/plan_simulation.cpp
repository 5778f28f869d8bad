// One cluster in one thread: the nodes (simulated_node.hpp), the submitter, and
// the checks. The submitter is one more address of the network, behind those
// of the nodes.

#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include "dataflow/graph/synchronous.hpp"
#include "dataflow/runtime/simulation/simulated_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

namespace tern {

namespace {

using simulation::microsecond;
using simulation::millisecond;

simulation::network_options weather() {
  simulation::network_options w;
  w.duplicate = 0.05;
  w.lost_last_words = 0.5;
  return w;
}

// Sometimes the last node is not in the view: it gets what it steals.
std::size_t places_in_view(simulated_world& world) {
  const std::size_t n = world.options.nodes;
  const bool guest = world.sim.rng().chance(0.4);
  return world.options.steals && guest && n >= 2 ? n - 1 : n;
}

class simulated_cluster {
public:
  explicit simulated_cluster(const plan_simulation_options& o);

  plan_simulation_result run();

private:
  std::size_t submitter() const noexcept {
    return world_.options.nodes;
  }
  bool is_guest(std::size_t node) const noexcept {
    return node >= world_.view.places.size();
  }

  void submit();
  void want(std::uint64_t root);
  void send_to_owner(std::uint64_t task, dataflow_message m);
  void receive_root(dataflow_message m);
  void introduce_nodes();
  void order_moves();
  void schedule_pauses();
  void schedule_kill();
  void kill(std::size_t node);
  void schedule_leave();
  std::string compare_with_synchronous() const;
  std::string broken_invariant() const;
  std::string two_live() const;
  std::string left_over() const;
  std::string left_on(std::size_t node) const;

  simulated_world world_;
  std::unique_ptr<placement> placement_;
  std::vector<std::unique_ptr<simulated_node>> nodes_;
  std::map<std::uint64_t, block> roots_; ///< empty: it has not come
  bool killed_ = false;
  bool guest_killed_ = false;
};

simulated_cluster::simulated_cluster(const plan_simulation_options& o)
  : world_{o,
           simulation::simulator{o.seed},
           {world_.sim, o.nodes + 1, weather()},
           std::make_shared<const edge_index>(random_plan(o.seed)),
           {}} {
  auto& rng = world_.sim.rng();
  world_.inline_bytes = rng.chance(0.5) ? 0 : 64;
  world_.longest_kernel = (rng.chance(0.5) ? 300 : 3000) * microsecond;
  constexpr std::uint64_t beliefs[] = {0, 100'000, 5'000'000};
  world_.measured_kernel = beliefs[rng.below(3)];
  const auto places = places_in_view(world_);
  for (std::size_t i = 0; i < places; ++i)
    world_.view.places.push_back({world_.id_of(i), 1});
  world_.view.submitter = world_.id_of(submitter());
  placement_ = std::make_unique<placement>(*world_.edges, world_.view);
  for (std::size_t i = 0; i < o.nodes; ++i)
    nodes_.push_back(std::make_unique<simulated_node>(world_, i));
  world_.net.on_message(
      [this](std::size_t to, std::size_t from, dataflow_message m) {
        if (to == submitter())
          receive_root(std::move(m));
        else
          nodes_[to]->receive(from, std::move(m));
      });
}

// Submissions arrive at different times, and questions before them.
void simulated_cluster::submit() {
  auto& rng = world_.sim.rng();
  for (std::size_t i = 0; i < world_.view.places.size(); ++i)
    world_.net.after(i, rng.below(2000) * microsecond,
                     [this, i] { nodes_[i]->accept(); });
  const auto& edges = *world_.edges;
  for (auto layer : edges.source().roots) {
    const auto& needed = edges.needed(layer);
    for (std::int64_t rank = 0; rank < needed.size(); ++rank)
      roots_.emplace(
          pack({layer, linear_of(edges.grid_of(layer), needed.at(rank))}),
          block{});
  }
  for (const auto& [root, none] : roots_)
    want(root);
}

void simulated_cluster::send_to_owner(std::uint64_t task, dataflow_message m) {
  world_.net.send(submitter(), placement_->owner(unpack(task)), std::move(m));
}

void simulated_cluster::want(std::uint64_t root) {
  auto m = message_of(message_kind::want, root);
  m.asker = world_.view.submitter;
  send_to_owner(root, std::move(m));
}

void simulated_cluster::receive_root(dataflow_message m) {
  const auto found = roots_.find(m.from);
  if (m.kind != message_kind::block_data || found == roots_.end()
      || found->second)
    return;
  found->second = m.data;
  auto done = message_of(message_kind::release, m.from);
  done.ordinal = world_.edges->consumers(unpack(m.from));
  send_to_owner(m.from, std::move(done));
}

// Who is there gets known step by step.
void simulated_cluster::introduce_nodes() {
  auto& rng = world_.sim.rng();
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = 0; b < nodes_.size(); ++b)
      if (a != b)
        world_.net.after(a, rng.below(3000) * microsecond,
                         [this, a, b] { nodes_[a]->joined(b); });
}

void simulated_cluster::order_moves() {
  auto& rng = world_.sim.rng();
  const auto orders = rng.below(40);
  for (std::uint64_t i = 0; i < orders; ++i) {
    const auto node = rng.below(nodes_.size());
    world_.net.after(node, rng.below(20'000) * microsecond,
                     [this, node] { nodes_[node]->move_something(); });
  }
}

void simulated_cluster::schedule_pauses() {
  auto& rng = world_.sim.rng();
  const auto pauses = rng.below(4);
  for (std::uint64_t i = 0; i < pauses; ++i) {
    const auto node = rng.below(nodes_.size());
    const auto length = (1 + rng.below(30)) * millisecond;
    world_.sim.after(rng.below(20'000) * microsecond, [this, node, length] {
      world_.net.pause_for(node, length);
    });
  }
}

void simulated_cluster::schedule_kill() {
  auto& rng = world_.sim.rng();
  const auto node = rng.below(nodes_.size());
  world_.sim.after(rng.below(10'000) * microsecond,
                   [this, node] { kill(node); });
}

void simulated_cluster::schedule_leave() {
  auto& rng = world_.sim.rng();
  const auto node = rng.below(nodes_.size());
  world_.net.after(node, rng.below(10'000) * microsecond,
                   [this, node] { nodes_[node]->leave(); });
}

void simulated_cluster::kill(std::size_t node) {
  world_.net.kill(node);
  killed_ = true;
  guest_killed_ = is_guest(node);
  auto& rng = world_.sim.rng();
  for (std::size_t peer = 0; peer < nodes_.size(); ++peer)
    world_.net.after(peer, (1 + rng.below(20)) * millisecond,
                     [this, peer, node] { nodes_[peer]->down(node); });
}

plan_simulation_result simulated_cluster::run() {
  constexpr std::uint64_t events_limit = 5'000'000;
  constexpr std::uint64_t check_every = 64;
  const auto& options = world_.options;
  submit();
  if (options.steals)
    introduce_nodes();
  if (options.moves && !options.rotate)
    order_moves();
  schedule_pauses();
  if (options.kill)
    schedule_kill();
  if (options.leave)
    schedule_leave();
  plan_simulation_result out;
  for (std::uint64_t n = 0; out.failure.empty() && world_.sim.step(); ++n) {
    if (n % check_every == 0 && !killed_)
      out.failure = two_live();
    if (n > events_limit)
      out.failure = "the run does not come to an end";
  }
  if (out.failure.empty())
    out.failure = broken_invariant();
  for (const auto& n : nodes_) {
    out.steals += n->steals();
    if (n->engine())
      out.migrations += n->engine()->count().migrations;
  }
  out.messages = world_.net.count().sent;
  out.kills = world_.net.count().kills;
  out.tasks = static_cast<std::uint64_t>(world_.edges->tasks());
  out.hash = world_.sim.hash();
  return out;
}

// A node of the view takes the plan with it when it dies, and so does a guest
// with blocks; what did come has to be right all the same.
std::string simulated_cluster::broken_invariant() const {
  std::size_t lost = 0;
  for (const auto& n : nodes_)
    lost += n->lost_blocks();
  const auto missing =
      std::count_if(roots_.begin(), roots_.end(), [](const auto& each) {
        return !static_cast<bool>(each.second);
      });
  const bool may_end_early = killed_ && (!guest_killed_ || lost > 0);
  if (missing > 0 && !may_end_early)
    return fmt::format("{} roots never came", missing);
  if (auto wrong = compare_with_synchronous(); !wrong.empty())
    return wrong;
  return killed_ ? "" : left_over();
}

std::string simulated_cluster::compare_with_synchronous() const {
  std::string wrong;
  synchronous_options how;
  how.hooks = simulated_hooks();
  how.sink = [&](layer_id layer, const shape& index,
                 const block& right) -> result<void> {
    const auto linear = linear_of(world_.edges->grid_of(layer), index);
    const auto& got = roots_.at(pack({layer, linear}));
    if (got
        && (got.bytes() != right.bytes()
            || std::memcmp(got.data(), right.data(), right.bytes()) != 0))
      wrong = fmt::format("root {}/{} differs from synchronous", layer, linear);
    return {};
  };
  const auto done = run_synchronously(*world_.edges, how);
  return done ? wrong : "synchronous: " + done.error().what;
}

// At most one node has a task in a phase in which it could run or be read.
std::string simulated_cluster::two_live() const {
  std::map<std::uint64_t, int> live;
  for (const auto& n : nodes_) {
    if (!n->engine())
      continue;
    n->engine()->tasks().each([&](task_record& r) {
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
  }
  for (const auto& [low, count] : live)
    if (count > 1)
      return fmt::format("task {}/{} lives on {} nodes", unpack(low).layer,
                         unpack(low).index, count);
  return {};
}

std::string simulated_cluster::left_over() const {
  std::uint64_t done = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i]->engine())
      continue;
    done += nodes_[i]->engine()->count().tasks_done;
    if (auto wrong = left_on(i); !wrong.empty())
      return wrong;
  }
  const auto tasks = static_cast<std::uint64_t>(world_.edges->tasks());
  if (done != tasks)
    return fmt::format("{} tasks ran instead of {}", done, tasks);
  return {};
}

std::string simulated_cluster::left_on(std::size_t node) const {
  const auto& engine = *nodes_[node]->engine();
  std::string wrong;
  engine.tasks().each([&](task_record& r) {
    const auto phase = r.state.phase();
    const bool over = phase == task_phase::released
                      || (!r.state.mine() && phase == task_phase::away);
    if (!over)
      wrong = fmt::format("task {}/{} is {} on node {} at the end",
                          r.key().layer, r.key().index, name_of(phase), node);
  });
  if (!wrong.empty())
    return wrong;
  if (nodes_[node]->memory_used() != 0)
    return fmt::format("node {} still counts {} bytes at the end", node,
                       nodes_[node]->memory_used());
  if (engine.fetching() != 0)
    return fmt::format("node {} still waits for a block at the end", node);
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
    sum.steals += one.steals;
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
