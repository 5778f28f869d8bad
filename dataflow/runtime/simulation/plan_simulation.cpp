// One cluster in one thread: the nodes (simulated_node.hpp), the submitter and
// its heir (simulated_submitter.hpp), and the checks.

#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include "dataflow/graph/synchronous.hpp"
#include "dataflow/runtime/simulation/simulated_node.hpp"
#include "dataflow/runtime/simulation/simulated_submitter.hpp"

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
  /// Its address is behind those of the nodes, that of its heir behind it.
  std::size_t submitter() const noexcept {
    return world_.options.nodes;
  }
  simulated_submitter& who_waits() const {
    return *submitters_[world_.net.alive(submitter()) ? 0 : 1];
  }
  bool is_guest(std::size_t node) const noexcept {
    return node >= world_.view.places.size();
  }

  void submit();
  void introduce_nodes();
  void order_moves();
  void schedule_pauses();
  void schedule_kills();
  bool plan_lives() const;
  void kill(std::size_t node);
  void schedule_cut();
  void cut(std::size_t a, std::size_t b);
  void is_down(std::size_t victim, std::size_t to);
  void schedule_leave();
  std::string compare_with_synchronous() const;
  std::string broken_invariant() const;
  std::string two_live() const;
  std::string left_over() const;
  std::string left_on(std::size_t node) const;

  simulated_world world_;
  std::vector<std::unique_ptr<simulated_node>> nodes_;
  std::vector<std::unique_ptr<simulated_submitter>> submitters_;
  bool killed_ = false;
};

simulated_cluster::simulated_cluster(const plan_simulation_options& o)
  : world_{o,
           simulation::simulator{o.seed},
           {world_.sim, o.nodes + 2, weather()},
           std::make_shared<const edge_index>(
               o.rechunks ? random_rechunks(o.seed) : random_plan(o.seed)),
           {}} {
  auto& rng = world_.sim.rng();
  world_.inline_bytes = rng.chance(0.5) ? 0 : 64;
  world_.least_part = o.rechunks ? 1 : least_part_bytes;
  world_.longest_kernel = (rng.chance(0.5) ? 300 : 3000) * microsecond;
  constexpr std::uint64_t beliefs[] = {0, 100'000, 5'000'000};
  world_.measured_kernel = beliefs[rng.below(3)];
  const auto places = places_in_view(world_);
  for (std::size_t i = 0; i < places; ++i)
    world_.view.places.push_back({world_.id_of(i), 1});
  world_.view.submitter = world_.id_of(submitter());
  for (std::size_t i = 0; i < o.nodes; ++i)
    nodes_.push_back(std::make_unique<simulated_node>(world_, i));
  for (std::size_t i = 0; i < 2; ++i)
    submitters_.push_back(
        std::make_unique<simulated_submitter>(world_, submitter() + i));
  world_.net.on_message(
      [this](std::size_t to, std::size_t from, simulated_message m) {
        if (to >= submitter())
          submitters_[to - submitter()]->receive(from, std::move(m));
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
  submitters_[0]->submit();
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

// One process, often two or three at different times, the submitter among them.
void simulated_cluster::schedule_kills() {
  auto& rng = world_.sim.rng();
  do {
    const auto victim = rng.below(nodes_.size() + 1);
    world_.sim.after(rng.below(20'000) * microsecond,
                     [this, victim] { kill(victim); });
  } while (rng.chance(0.4));
}

void simulated_cluster::schedule_leave() {
  auto& rng = world_.sim.rng();
  const auto node = rng.below(nodes_.size());
  world_.net.after(node, rng.below(10'000) * microsecond,
                   [this, node] { nodes_[node]->leave(); });
}

// Those who are left are told one after the other. Some time after the
// submitter's death somebody attaches to its plan.
void simulated_cluster::kill(std::size_t victim) {
  if (!world_.net.alive(victim))
    return;
  world_.net.kill(victim);
  killed_ = true;
  auto& rng = world_.sim.rng();
  for (std::size_t peer = 0; peer < nodes_.size() + submitters_.size(); ++peer)
    is_down(victim, peer);
  if (victim == submitter())
    world_.net.after(submitter() + 1, rng.below(60) * millisecond,
                     [this] { submitters_[1]->attach(); });
}

void simulated_cluster::is_down(std::size_t victim, std::size_t to) {
  world_.net.after(to, (1 + world_.sim.rng().below(20)) * millisecond,
                   [this, to, victim] {
                     if (to >= submitter())
                       submitters_[to - submitter()]->down(victim);
                     else
                       nodes_[to]->down(victim);
                   });
}

void simulated_cluster::schedule_cut() {
  auto& rng = world_.sim.rng();
  const auto a = rng.below(nodes_.size());
  const auto b = rng.below(nodes_.size());
  if (a != b)
    world_.sim.after(rng.below(20'000) * microsecond,
                     [this, a, b] { cut(std::min(a, b), std::max(a, b)); });
}

// Each takes the other for dead, while the rest sees both. Some time later the
// second ends, as one that cannot stay does.
void simulated_cluster::cut(std::size_t a, std::size_t b) {
  if (!world_.net.alive(a) || !world_.net.alive(b))
    return;
  killed_ = true;
  world_.net.cut(a, b);
  world_.net.cut(b, a);
  is_down(a, b);
  is_down(b, a);
  world_.sim.after((20 + world_.sim.rng().below(80)) * millisecond,
                   [this, b] { kill(b); });
}

// A node of the view does.
bool simulated_cluster::plan_lives() const {
  for (std::size_t i = 0; i < world_.view.places.size(); ++i)
    if (world_.net.alive(i) && !nodes_[i]->is_out())
      return true;
  return false;
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
    schedule_kills();
  if (options.cut)
    schedule_cut();
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
    out.migrations += n->migrations();
  }
  out.messages = world_.net.count().sent;
  out.kills = world_.net.count().kills;
  out.tasks = static_cast<std::uint64_t>(world_.edges->tasks());
  out.hash = world_.sim.hash();
  return out;
}

std::string simulated_cluster::broken_invariant() const {
  const auto missing = who_waits().missing();
  if (missing > 0 && plan_lives())
    return fmt::format("{} roots never came", missing);
  if (missing > 0 && !who_waits().has_given_up())
    return fmt::format("{} roots are waited for that nobody can make", missing);
  if (auto wrong = compare_with_synchronous(); !wrong.empty())
    return wrong;
  return plan_lives() ? left_over() : "";
}

std::string simulated_cluster::compare_with_synchronous() const {
  std::string wrong;
  synchronous_options how;
  how.hooks = simulated_hooks();
  how.sink = [&](layer_id layer, const shape& index,
                 const block& right) -> result<void> {
    const auto linear = linear_of(world_.edges->grid_of(layer), index);
    const auto& got = who_waits().roots().at(pack({layer, linear}));
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
    if (!nodes_[i]->engine() || !world_.net.alive(i))
      continue;
    done += nodes_[i]->engine()->count().tasks_done;
    if (auto wrong = left_on(i); !wrong.empty())
      return wrong;
  }
  const auto tasks = static_cast<std::uint64_t>(world_.edges->tasks());
  if (!killed_ && done != tasks)
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
