#include "bench/cluster.hpp"

#include "actors/node.hpp"
#include "dataflow/api/run_error.hpp"
#include "dataflow/runtime/plan_run.hpp"
#include "dataflow/runtime/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace tern::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(120); // for one plan
constexpr auto joining = std::chrono::seconds(10);

template <class T>
T value_or_throw(result<T> r) {
  if (!r)
    throw run_error{r.error()};
  return std::move(*r);
}

std::uint64_t random_number() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source() | 1;
}

} // namespace

/// This process among the members: a node without compute threads.
struct cluster::submitter {
  submitter() : self(value_or_throw(node::start({.threads = 0}))) {
    service = std::make_unique<dataflow_service>(*self, kernel_registry{});
    self->on_down([this](const member& who, const std::string& reason) {
      std::lock_guard guard{mutex};
      if (current)
        current->node_down(who, reason);
    });
  }

  /// The members that compute, in the order in which they were started.
  plan_view::place place_of(const started_node& wanted) const {
    for (const auto& m : self->members())
      if (m.pid == wanted.pid())
        return {m.id, std::max(1u, m.threads)};
    throw run_error{{failure_kind::unreachable,
                     fmt::format("process {} is no member", wanted.pid())}};
  }

  void set(plan_run* run) {
    std::lock_guard guard{mutex};
    current = run;
  }

  std::unique_ptr<node> self;
  std::unique_ptr<dataflow_service> service;
  std::mutex mutex;
  plan_run* current = nullptr;
};

cluster::cluster(unsigned nodes) {
  for (unsigned i = 0; i < nodes; ++i)
    nodes_.push_back(std::make_unique<started_node>(own_path(), address()));
  submitter_ = std::make_unique<submitter>();
  auto& self = *submitter_->self;
  if (auto ok = self.join(nodes_.front()->host(), nodes_.front()->port()); !ok)
    throw run_error{ok.error()};
  const auto limit = clock::now() + joining;
  while (self.members().size() <= nodes && clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

cluster::~cluster() {
  submitter_->service.reset();
}

std::string cluster::address() const {
  return nodes_.empty() ? std::string{} : nodes_.front()->address();
}

run_report cluster::run(graph work, unsigned places, compute_hooks hooks) {
  plan p;
  p.id = random_number();
  p.view.submitter = submitter_->self->id();
  const auto count = places == 0 ? nodes_.size() : std::size_t{places};
  for (std::size_t i = 0; i < std::min(count, nodes_.size()); ++i)
    p.view.places.push_back(submitter_->place_of(*nodes_[i]));
  auto edges = std::make_shared<const edge_index>(work);
  p.work = std::move(work);
  const auto limit = clock::now() + patience;
  if (!hooks.cancelled)
    hooks.cancelled = [limit] {
      return clock::now() > limit;
    };
  plan_run run{*submitter_->service, std::move(p), submitter_->self->id(),
               std::move(edges)};
  submitter_->set(&run);
  auto report = run.run(hooks);
  submitter_->set(nullptr);
  return value_or_throw(std::move(report));
}

void cluster::record() {
  submitter_->self->record_traces(true);
}

std::vector<node_trace> cluster::traces() {
  return submitter_->self->collect_traces();
}

} // namespace tern::bench
