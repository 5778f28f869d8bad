#include "dataflow/runtime/executor.hpp"

#include "actors/link/socket.hpp"
#include "actors/node.hpp"
#include "actors/trace/trace_exchange.hpp"
#include "actors/trace/trace_file.hpp"
#include "dataflow/graph/memory_need.hpp"
#include "dataflow/graph/synchronous.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/hooks.hpp"
#include "dataflow/runtime/kernel_library.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/local_nodes.hpp"
#include "dataflow/runtime/node_process.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/plan_finder.hpp"
#include "dataflow/runtime/plan_run.hpp"
#include "dataflow/runtime/resource_places.hpp"
#include "dataflow/runtime/running_call.hpp"
#include "dataflow/runtime/service.hpp"
#include "dataflow/runtime/spiller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <utility>

namespace tern {

namespace {

std::uint64_t random_number() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source() | 1;
}

unsigned cores() {
  return std::max(1u, std::thread::hardware_concurrency());
}

/// Whether blocks can go to disk; else why not.
using disk = result<void>;

/// Of the nodes that a plan is for. Without nodes of its own, all memory is for
/// blocks.
plan_projection project(const edge_index& edges,
                        const memory_question& question, std::size_t threads) {
  plan_projection out;
  out.need = project_memory(edges, question);
  const auto limit = [&](std::uint64_t blocks) {
    return question.nodes
           * (question.owner ? ledger::limit_with(blocks) : blocks);
  };
  out.smallest_memory = limit(out.need.limit_with_disk(threads));
  out.smallest_without_disk = limit(out.need.limit(threads));
  return out;
}

// A plan that cannot fit is refused before anything runs. `each`: the smallest
// limit among its nodes; 0: none.
result<void> check_memory(const plan_projection& plan, std::uint64_t each,
                          const disk& spills) {
  const auto nodes = plan.need.nodes.size();
  const auto smallest =
      spills ? plan.smallest_memory : plan.smallest_without_disk;
  if (smallest <= each * nodes)
    return {};
  auto why =
      fmt::format("a task takes up to {}", size_text(plan.need.largest_task));
  if (plan.need.peak_small > plan.need.largest_task)
    why = fmt::format("blocks that are too small to be spilled take {}",
                      size_text(plan.need.peak_small));
  if (!spills)
    why = fmt::format("its blocks take {} there at once and cannot be spilled "
                      "({})",
                      size_text(plan.need.peak), spills.error().what);
  return fail(
      failure_kind::memory,
      fmt::format("the plan does not fit in {} of memory{}: {}; the smallest "
                  "--memory that would do is {}",
                  size_text(each), nodes > 1 ? " on each node" : "", why,
                  size_text(smallest)));
}

std::string words_of(node_id who, const std::vector<member>& members) {
  for (const auto& m : members)
    if (m.id == who)
      return m.port == 0 ? "this process" : describe(m);
  return "node " + to_string(who);
}

// Of what the nodes remember, and for how long they may think about it.
constexpr auto all_there_is = std::chrono::hours(24);
constexpr auto flight_limit = std::chrono::seconds(3);

// Until nodes that still take a dead process for a member know better.
constexpr auto death_limit = std::chrono::seconds(10);

/// All schedulers but `synchronous`: a node of its own, and a plan for each
/// computation.
class node_executor final : public executor {
public:
  explicit node_executor(session_options options)
    : options_(std::move(options)) {}
  ~node_executor() override {
    if (records_)
      node_->record_traces(false);
    pump_.reset();
    gate_.close();
    for (const auto& [plan, run] : kept_)
      service_->forget(plan, run->view());
    kept_.clear();
    service_.reset();
    node_.reset();
    children_.reset();
  }

  result<void> start();
  result<run_report> compute(std::span<const array> arrays,
                             const compute_hooks& hooks) override;
  result<run_report> compute(graph work, const compute_hooks& hooks) override;
  plan_projection project(std::span<const array> arrays) override;
  result<held_arrays> hold(std::span<const array> arrays) override;
  void drop(std::uint64_t plan) override;
  result<plan> find_plan(std::uint64_t id) override;
  result<run_report> attach(plan p, const compute_hooks& hooks) override;
  result<std::vector<node_trace>> traces() override;
  result<trace_totals> write_trace() override;
  std::vector<trace_plan> traced_plans() override;

private:
  class current_run;

  result<void> start_node(unsigned threads, bool listen,
                          const std::string& host = {});
  result<void> start_nodes();
  result<void> start_processes();
  result<void> join_cluster();
  plan_view view() const;
  void note(const plan& p);
  std::size_t leaving() const;
  result<run_report> attempt(const graph& work, const plan_view& where,
                             const compute_hooks& hooks, std::size_t kept);
  plan_projection project_on(const plan_view& where, const edge_index& edges,
                             bool keeps_roots) const;
  result<void> check_memory_of(const plan_view& where, const edge_index& edges,
                               bool keeps_roots) const;
  result<run_report> run(const graph& work, plan_view& where,
                         const compute_hooks& hooks, std::size_t kept);
  compute_hooks with_flight_file(const compute_hooks& hooks,
                                 std::uint64_t plan);
  result<void> write_flight(const std::string& file);

  session_options options_;
  std::unique_ptr<local_nodes> children_;
  std::unique_ptr<node> node_;
  std::unique_ptr<dataflow_service> service_;
  std::unique_ptr<trace_pump> pump_; ///< with a file to trace to
  bool records_ = false;             ///< without one
  /// Inside a call: should its node die, it runs again and makes plans anew.
  const bool is_nested_ = running_call::current() != nullptr;
  std::atomic<bool> told_of_stall_{false};
  gate gate_;
  mutable std::mutex mutex_; ///< guards what follows
  std::set<plan_run*> runs_; ///< that go on
  std::map<std::uint64_t, std::unique_ptr<plan_run>> kept_; ///< hold arrays
  std::vector<node_id> leaving_;  ///< nodes that take no new plan
  std::vector<trace_plan> noted_; ///< for whoever reads the traces
};

/// Who hears of nodes that die, as long as it runs.
class node_executor::current_run {
public:
  current_run(node_executor& of, plan_run& run) : of_(of), run_(run) {
    std::lock_guard guard{of_.mutex_};
    of_.runs_.insert(&run_);
  }
  ~current_run() {
    std::lock_guard guard{of_.mutex_};
    of_.runs_.erase(&run_);
  }
  current_run(const current_run&) = delete;
  current_run& operator=(const current_run&) = delete;

private:
  node_executor& of_;
  plan_run& run_;
};

result<void> node_executor::start_node(unsigned threads, bool listen,
                                       const std::string& host) {
  node_config config;
  if (!host.empty())
    config.host = host;
  config.threads = threads;
  config.listen = listen;
  config.memory_limit = options_.memory;
  if (threads > 0)
    config.resources = text_of(options_.resources);
  auto started = node::start(config);
  if (!started)
    return tl::make_unexpected(started.error());
  node_ = std::move(*started);
  service_ = std::make_unique<dataflow_service>(*node_, options_.kernels, true,
                                                options_.spill_directory);
  node_->on_down(
      gate_.guard([this](const member& who, const std::string& reason) {
        std::lock_guard guard{mutex_};
        for (auto* run : runs_)
          run->node_down(who, reason);
        for (const auto& [plan, run] : kept_)
          run->node_down(who, reason);
      }));
  return {};
}

result<void> node_executor::start_processes() {
  const auto count = options_.nodes > 0 ? options_.nodes : cores();
  const auto threads =
      options_.threads > 0 ? options_.threads : std::max(1u, cores() / count);
  children_ = std::make_unique<local_nodes>();
  // started as a node, but `main` did not know: it would start nodes for ever
  if (std::getenv(node_process_variable))
    return fail(failure_kind::refused,
                "this process was started to be a node: a program that uses "
                "the scheduler `processes` calls tern::node_main at the "
                "beginning of main, or names another executable");
  const auto executable =
      options_.executable.empty() ? this_executable() : options_.executable;
  local_nodes::options how{executable, count, threads, options_.memory / count,
                           options_.spill_directory};
  how.resources = text_of(options_.resources);
  for (const auto& file : options_.libraries) // a name is not searched for
    how.libraries.push_back(std::filesystem::absolute(file).string());
  if (auto ok = children_->start(how); !ok)
    return ok;
  if (auto ok = start_node(0, true); !ok)
    return ok;
  const auto& first = children_->all().front();
  return node_->join(first.host, first.port);
}

// Members dial each other, so all of them have to reach this one.
result<void> node_executor::join_cluster() {
  const auto host = own_address_towards(options_.join_host, options_.join_port);
  if (!host)
    return tl::make_unexpected(host.error());
  if (!is_loopback(*host) && !options_.insecure)
    return fail(
        failure_kind::refused,
        fmt::format("to join {} this process has to listen on {}, and "
                    "nodes do not authenticate each other yet; "
                    "--insecure if the network is trusted",
                    address_text(options_.join_host, options_.join_port),
                    *host));
  if (auto ok = start_node(0, true, *host); !ok)
    return ok;
  return node_->join(options_.join_host, options_.join_port);
}

result<void> node_executor::start() {
  if (auto ok = start_nodes(); !ok)
    return ok;
  if (!options_.trace_file.empty()) {
    auto pump = trace_pump::start(*node_, options_.trace_file);
    if (!pump)
      return tl::make_unexpected(pump.error());
    pump_ = std::move(*pump);
  } else if (options_.trace || options_.record) {
    node_->record_traces(true);
    records_ = true;
  }
  return {};
}

result<void> node_executor::start_nodes() {
  switch (options_.scheduler) {
  case scheduler::processes:
    return start_processes();
  case scheduler::cluster:
    return join_cluster();
  default:
    if (auto loaded = load_kernels(options_.libraries, options_.kernels);
        !loaded)
      return tl::make_unexpected(loaded.error());
    return start_node(options_.threads > 0 ? options_.threads : cores(), false);
  }
}

std::size_t node_executor::leaving() const {
  std::lock_guard guard{mutex_};
  return leaving_.size();
}

plan_view node_executor::view() const {
  plan_view v;
  v.submitter = node_->id();
  std::lock_guard guard{mutex_};
  for (const auto& m : node_->members())
    if (m.threads > 0
        && std::find(leaving_.begin(), leaving_.end(), m.id) == leaving_.end())
      v.places.push_back(
          {m.id, m.threads,
           parse_resources(m.resources).value_or(resource_counts{})});
  return v;
}

plan_projection node_executor::project_on(const plan_view& where,
                                          const edge_index& edges,
                                          bool keeps_roots) const {
  std::size_t threads = 1;
  for (const auto& place : where.places)
    threads = std::max<std::size_t>(threads, place.capacity);
  const placement owners{edges, where};
  return tern::project(
      edges,
      {.nodes = where.places.size(),
       .owner = [&](const block_key& key) { return owners.owner(key); },
       .keeps_roots = keeps_roots,
       .spills_above = spill_file::largest_kept},
      threads);
}

plan_projection node_executor::project(std::span<const array> arrays) {
  const edge_index edges{optimize(lower(arrays))};
  return project_on(view(), edges, false);
}

result<void> node_executor::check_memory_of(const plan_view& where,
                                            const edge_index& edges,
                                            bool keeps_roots) const {
  std::uint64_t each = 0;
  for (const auto& m : node_->members())
    for (const auto& place : where.places)
      if (m.id == place.node && m.memory_limit > 0)
        each = each == 0 ? m.memory_limit : std::min(each, m.memory_limit);
  if (each == 0)
    return {};
  return check_memory(project_on(where, edges, keeps_roots), each,
                      options_.scheduler == scheduler::cluster
                          ? disk{} // of the nodes; they are not asked
                          : disk_for_spilling(options_.spill_directory));
}

result<run_report> node_executor::compute(std::span<const array> arrays,
                                          const compute_hooks& hooks) {
  return compute(optimize(lower(arrays)), hooks);
}

result<run_report> node_executor::compute(graph work,
                                          const compute_hooks& hooks) {
  auto where = view();
  return run(work, where, hooks, 0);
}

result<held_arrays> node_executor::hold(std::span<const array> arrays) {
  auto work = with_receipts(optimize(lower(arrays)));
  auto where = view();
  held_arrays held;
  held.layers.assign(work.roots.begin()
                         + static_cast<std::ptrdiff_t>(arrays.size()),
                     work.roots.end());
  auto report = run(work, where, {}, arrays.size());
  if (!report)
    return tl::make_unexpected(report.error());
  for (const auto& place : where.places)
    held.nodes.push_back(place.node);
  held.plan = report->plan;
  held.report = std::move(*report);
  return held;
}

void node_executor::drop(std::uint64_t plan) {
  std::unique_ptr<plan_run> ended;
  {
    std::lock_guard guard{mutex_};
    const auto found = kept_.find(plan);
    if (found == kept_.end())
      return;
    ended = std::move(found->second);
    kept_.erase(found);
  }
  service_->forget(plan, ended->view());
}

// Once more without the nodes that are about to leave, if some said so; `where`
// is then the view that was taken.
result<run_report> node_executor::run(const graph& work, plan_view& where,
                                      const compute_hooks& hooks,
                                      std::size_t kept) {
  for (;;) {
    const auto known = leaving();
    auto report = attempt(work, where, hooks, kept);
    const bool refused =
        !report && report.error().kind == failure_kind::refused;
    if (!refused || leaving() == known)
      return report;
    where = view();
  }
}

result<run_report> node_executor::attempt(const graph& work,
                                          const plan_view& where,
                                          const compute_hooks& hooks,
                                          std::size_t kept) {
  plan p;
  p.id = random_number();
  p.view = where;
  p.rotate = options_.rotate;
  p.record = options_.record;
  p.work = work;
  if (is_nested_)
    p.keep_seconds = 0;
  if (p.view.places.empty())
    return fail(failure_kind::unreachable, "no node of the cluster takes work");
  note(p);
  auto edges = std::make_shared<const edge_index>(work);
  const auto all = node_->members();
  if (auto known = check_resources(
          *edges, where, [&](node_id who) { return words_of(who, all); });
      !known)
    return tl::make_unexpected(known.error());
  if (auto fits = check_memory_of(where, *edges, kept > 0); !fits)
    return tl::make_unexpected(fits.error());
  const waiting_task waits;
  if (waits.is_refused())
    return fail(failure_kind::refused,
                fmt::format("more than {} functions of a node wait for others",
                            compute_pool::most_waiting));
  auto until_the_end = hooks;
  until_the_end.cancelled = [&] {
    return waits.is_abandoned() || (hooks.cancelled && hooks.cancelled());
  };
  // with compute threads in this process the node's own id is the engine's
  const auto name =
      node_->self().threads > 0 ? node_id{random_number()} : node_->id();
  const auto run_id = p.id;
  auto run = std::make_unique<plan_run>(*service_, std::move(p), name,
                                        std::move(edges), kept);
  auto report = [&] {
    const current_run here{*this, *run};
    return run->run(with_flight_file(until_the_end, run_id));
  }();
  const auto gone = run->leaving();
  std::lock_guard guard{mutex_};
  leaving_.insert(leaving_.end(), gone.begin(), gone.end());
  if (report && kept > 0) // it still has a part in what becomes of the blocks
    kept_[report->plan] = std::move(run);
  return report;
}

// A session may trace for long and never ask, so the oldest go.
void node_executor::note(const plan& p) {
  if (pump_)
    return pump_->add({p.id, options_.trace_words, encode(p)});
  if (!options_.trace && !options_.record)
    return;
  trace_plan noted{p.id, options_.trace_words, encode(p)};
  std::lock_guard guard{mutex_};
  auto sum = noted.bytes.size();
  auto first = noted_.end();
  while (first != noted_.begin()
         && sum + std::prev(first)->bytes.size() <= most_plan_bytes)
    sum += (--first)->bytes.size();
  noted_.erase(noted_.begin(), first);
  noted_.push_back(std::move(noted));
}

std::vector<trace_plan> node_executor::traced_plans() {
  std::lock_guard guard{mutex_};
  return std::exchange(noted_, {});
}

result<plan> node_executor::find_plan(std::uint64_t id) {
  std::vector<node_id> nodes;
  for (const auto& place : view().places)
    nodes.push_back(place.node);
  return tern::find_plan(*service_, id, nodes);
}

result<run_report> node_executor::attach(plan p, const compute_hooks& hooks) {
  const auto lives = [&] {
    const auto all = node_->members();
    return std::any_of(all.begin(), all.end(), [&](const member& m) {
      return m.id == p.round.submitter;
    });
  };
  const auto limit = std::chrono::steady_clock::now() + death_limit;
  while (lives() && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  if (lives())
    return fail(failure_kind::refused,
                fmt::format("the process that submitted plan {:x} (node {}) "
                            "lives and waits for its result",
                            p.id, to_string(p.round.submitter)));
  auto edges = std::make_shared<const edge_index>(p.work);
  const auto id = p.id;
  plan_run run{*service_, std::move(p), node_->id(), std::move(edges)};
  const current_run here{*this, run};
  const auto all = node_->members();
  for (const auto& place : run.view().places) { // they died while it waited
    member gone;
    gone.id = place.node;
    if (std::none_of(all.begin(), all.end(),
                     [&](const member& m) { return m.id == gone.id; }))
      run.node_down(gone, "it had left before");
  }
  return run.attach(with_flight_file(hooks, id));
}

result<std::vector<node_trace>> node_executor::traces() {
  return node_->collect_traces(std::chrono::seconds(10));
}

result<trace_totals> node_executor::write_trace() {
  if (!pump_)
    return fail(failure_kind::refused, "this session traces to no file");
  return pump_->write_all();
}

// What all nodes did before it stalled, once.
compute_hooks node_executor::with_flight_file(const compute_hooks& hooks,
                                              std::uint64_t plan) {
  auto more = hooks;
  if (!hooks.stalled)
    return more;
  more.stalled = [this, &hooks, plan](const std::string& what) {
    hooks.stalled(what);
    if (told_of_stall_.exchange(true))
      return;
    const auto file = (std::filesystem::path{options_.flight_directory}
                       / fmt::format("tern-stalled-{:016x}.tern-trace", plan))
                          .string();
    const auto written = write_flight(file);
    hooks.stalled(written ? fmt::format("what the nodes did before that is in "
                                        "{}: tern trace summary {}",
                                        file, file)
                          : written.error().what);
  };
  return more;
}

result<void> node_executor::write_flight(const std::string& file) {
  auto out = trace_writer::create(file);
  if (!out)
    return tl::make_unexpected(out.error());
  return out->add(
      trace_exchange::of(*node_).flight(all_there_is, flight_limit));
}

/// The caller's thread, in order.
class synchronous_executor final : public executor {
public:
  explicit synchronous_executor(session_options options)
    : kernels_(std::move(options.kernels)), memory_(options.memory),
      resources_(std::move(options.resources)) {}

  result<run_report> compute(std::span<const array> arrays,
                             const compute_hooks& hooks) override {
    return compute(optimize(lower(arrays)), hooks);
  }

  result<run_report> compute(graph work, const compute_hooks& hooks) override {
    std::lock_guard guard{mutex_};
    return run(std::move(work), hooks);
  }

  plan_projection project(std::span<const array> arrays) override {
    const edge_index edges{optimize(lower(arrays))};
    return tern::project(edges, {}, 1);
  }

  result<held_arrays> hold(std::span<const array> arrays) override;
  void drop(std::uint64_t plan) override {
    std::lock_guard guard{mutex_};
    held_.erase(plan);
  }

  result<plan> find_plan(std::uint64_t id) override {
    return fail(failure_kind::not_found,
                fmt::format("the scheduler `synchronous` keeps no plans, {:x} "
                            "neither",
                            id));
  }
  result<run_report> attach(plan, const compute_hooks&) override {
    return fail(failure_kind::refused,
                "the scheduler `synchronous` has no plans to attach to");
  }

  result<std::vector<node_trace>> traces() override {
    return std::vector<node_trace>{};
  }
  result<trace_totals> write_trace() override {
    return trace_totals{};
  }
  std::vector<trace_plan> traced_plans() override {
    return {};
  }

private:
  result<run_report> run(graph work, const compute_hooks& hooks);
  block take(const held_call& from, std::int64_t index) const;

  kernel_registry kernels_;
  std::uint64_t memory_; ///< bytes; 0: no limit
  resource_counts resources_;
  std::mutex mutex_; ///< of the one computation at a time
  std::map<std::uint64_t, std::map<block_key, block>> held_; ///< by plan
  std::uint64_t last_plan_ = 0;
};

block synchronous_executor::take(const held_call& from,
                                 std::int64_t index) const {
  const auto plan = held_.find(from.plan);
  if (plan != held_.end())
    if (const auto found = plan->second.find({from.layer, index});
        found != plan->second.end())
      return found->second;
  throw task_error{{failure_kind::not_found,
                    "another session holds this array, or none any more"}};
}

result<held_arrays> synchronous_executor::hold(std::span<const array> arrays) {
  auto work = optimize(lower(arrays));
  std::lock_guard guard{mutex_};
  held_arrays held;
  held.layers = work.roots;
  held.nodes = {node_id{1}};
  held.plan = ++last_plan_;
  auto& blocks = held_[held.plan];
  compute_hooks hooks;
  hooks.sink = [&](std::size_t array, const shape& index, const shape&,
                   const block& data) -> result<void> {
    const auto cut = grid(arrays[array].cut());
    blocks[{held.layers[array], linear_of(cut, index)}] = data;
    return {};
  };
  auto report = run(std::move(work), hooks);
  if (!report) {
    held_.erase(held.plan);
    return tl::make_unexpected(report.error());
  }
  held.report = std::move(*report);
  return held;
}

result<run_report> synchronous_executor::run(graph work,
                                             const compute_hooks& hooks) {
  const auto begin = std::chrono::steady_clock::now();
  const running_call here{{.kernels = &kernels_, .resources = &resources_}, {}};
  const edge_index edges{std::move(work)};
  const plan_view alone{{{node_id{1}, 1, resources_}}, node_id{1}};
  if (auto known = check_resources(
          edges, alone, [](node_id) { return std::string{"this process"}; });
      !known)
    return tl::make_unexpected(known.error());
  if (memory_ > 0)
    if (auto fits =
            check_memory(tern::project(edges, {}, 1), memory_,
                         fail(failure_kind::refused,
                              "the scheduler `synchronous` never does that"));
        !fits)
      return tl::make_unexpected(fits.error());
  const auto& roots = edges.source().roots;
  synchronous_options how;
  how.hooks = hooks_with(kernels_, edges,
                         [this](const held_call& from, std::int64_t index) {
                           return take(from, index);
                         });
  how.sink = [&](layer_id root, const shape& index,
                 const block& made) -> result<void> {
    if (!hooks.sink)
      return {};
    shape start;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
      start.push_back(edges.at(root).out[axis].start(index[axis]));
    for (std::size_t array = 0; array < roots.size(); ++array)
      if (roots[array] == root)
        if (auto ok = hooks.sink(array, index, start, made); !ok)
          return ok;
    return {};
  };
  if (hooks.failed)
    how.failed = [&](layer_id root, const failure& why) {
      for (std::size_t array = 0; array < roots.size(); ++array)
        if (roots[array] == root)
          hooks.failed(array, why);
    };
  how.progress = [&](std::int64_t done, std::int64_t tasks) {
    if (hooks.progress)
      hooks.progress(static_cast<std::uint64_t>(done),
                     static_cast<std::uint64_t>(tasks));
  };
  how.cancelled = hooks.cancelled;
  how.hooks.abandoned = hooks.cancelled;
  const auto done = run_synchronously(edges, how);
  if (!done)
    return tl::make_unexpected(done.error());
  run_report report;
  report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  report.tasks = static_cast<std::uint64_t>(done->tasks);
  report.peak_bytes = done->peak_bytes;
  return report;
}

} // namespace

std::optional<scheduler> scheduler_named(std::string_view name) noexcept {
  if (name == "synchronous" || name == "sync")
    return scheduler::synchronous;
  if (name == "threads")
    return scheduler::threads;
  if (name == "processes")
    return scheduler::processes;
  if (name == "cluster")
    return scheduler::cluster;
  return std::nullopt;
}

result<std::unique_ptr<executor>> executor::open(session_options options) {
  if (options.scheduler == scheduler::synchronous) {
    if (auto loaded = load_kernels(options.libraries, options.kernels); !loaded)
      return tl::make_unexpected(loaded.error());
    if (!options.trace_file.empty()) // it records nothing
      if (auto file = trace_writer::create(options.trace_file); !file)
        return tl::make_unexpected(file.error());
    return std::make_unique<synchronous_executor>(std::move(options));
  }
  auto s = std::make_unique<node_executor>(std::move(options));
  if (auto ok = s->start(); !ok)
    return tl::make_unexpected(ok.error());
  return s;
}

} // namespace tern
