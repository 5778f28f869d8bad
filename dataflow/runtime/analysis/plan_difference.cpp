// Tasks are compared in the order of their keys, in which inputs come before
// their readers. A task that differs may do so only because an input of it did:
// what is looked for is one of which no input, near or far, differs. There may
// be several, on branches that have nothing to do with each other; the one that
// began first is told.

#include "dataflow/runtime/analysis/plan_difference.hpp"

#include "dataflow/graph/same_work.hpp"
#include "dataflow/runtime/analysis/seen_input.hpp"
#include "dataflow/runtime/held_call.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

namespace tern {

namespace {

constexpr task_aspect all_aspects[] = {task_aspect::outcome, task_aspect::count,
                                       task_aspect::place, task_aspect::order};

task_account account_of(const edge_index& edges, const compared_run& run,
                        const block_key& task, bool with_order) {
  task_account out;
  const auto all = run.history.executions_of(task);
  out.count = all.size();
  if (all.empty())
    return out;
  out.last = &all.back();
  out.failed = out.last->failed;
  out.node = run.numbers[out.last->node];
  if (!with_order)
    return out;
  auto inputs =
      inputs_seen(edges, run.history, task, out.last->node, out.last->fired);
  std::ranges::stable_sort(inputs, {}, &seen_input::there);
  for (const auto& in : inputs)
    out.order.push_back(in.slot);
  return out;
}

/// All tasks that ran in either, in order of key.
std::vector<block_key> tasks_of(const plan_history& a, const plan_history& b) {
  std::vector<block_key> all;
  for (const auto* history : {&a, &b})
    for (const auto& e : history->executions())
      all.push_back(e.task);
  std::ranges::sort(all);
  const auto rest = std::ranges::unique(all);
  all.erase(rest.begin(), rest.end());
  return all;
}

/// When a task began, since its plan did: in the first run, else in the other.
std::int64_t beginning_of(const task_difference& d, const compared_run& a,
                          const compared_run& b) {
  return d.a.last ? d.a.last->fired - a.history.begin()
                  : d.b.last->fired - b.history.begin();
}

/// Whether `d` rather than `other` is where the runs part. A task that ran in
/// one run only may be missing because the other run ended early.
bool is_before(const task_difference& d, const task_difference& other,
               const compared_run& a, const compared_run& b) {
  const auto order = [&](const task_difference& x) {
    return std::tuple{!x.a.last || !x.b.last, beginning_of(x, a, b)};
  };
  return order(d) < order(other);
}

bool same_edges(const explicit_edges* a, const explicit_edges* b) {
  return a == b
         || (a && b && a->offsets == b->offsets
             && a->predecessors == b->predecessors);
}

/// Without what is random about a run: which plan holds an array.
layer comparable(layer l) {
  l.edges = nullptr;
  if (auto* call = std::get_if<op_call>(&l.op))
    if (auto held = decode_held(*call))
      call->arguments.clear();
  return l;
}

} // namespace

std::string_view name_of(task_aspect aspect) noexcept {
  switch (aspect) {
  case task_aspect::outcome:
    return "outcome";
  case task_aspect::count:
    return "count";
  case task_aspect::place:
    return "place";
  case task_aspect::order:
    return "order";
  }
  return {};
}

bool task_account::differs(const task_account& other, task_aspect in) const {
  const bool both = last && other.last;
  switch (in) {
  case task_aspect::outcome:
    return (last == nullptr) != (other.last == nullptr)
           || failed != other.failed;
  case task_aspect::count:
    return both && count != other.count;
  case task_aspect::place:
    return both && node != other.node;
  case task_aspect::order:
    return both && order != other.order;
  }
  return false;
}

plan_difference compare_runs(const edge_index& edges, const compared_run& a,
                             const compared_run& b,
                             const std::array<bool, task_aspects>& heeded) {
  plan_difference out;
  std::set<block_key> touched; // differ, or depend on what does
  const auto tasks = tasks_of(a.history, b.history);
  out.tasks = tasks.size();
  for (const auto& task : tasks) {
    const bool with_order =
        heeded[static_cast<std::size_t>(task_aspect::order)];
    task_difference d{task, task_aspect::outcome,
                      account_of(edges, a, task, with_order),
                      account_of(edges, b, task, with_order)};
    bool differs = false;
    for (const auto aspect : all_aspects) {
      const auto i = static_cast<std::size_t>(aspect);
      if (!heeded[i] || !d.a.differs(d.b, aspect))
        continue;
      ++out.differing[i];
      d.what = differs ? d.what : aspect;
      differs = true;
    }
    bool caused = false;
    if (!touched.empty())
      edges.each_input(task, [&](std::uint32_t, const block_key& from) {
        caused = caused || touched.contains(from);
      });
    if (differs || caused)
      touched.insert(touched.end(), task);
    if (differs && !caused && (!out.first || is_before(d, *out.first, a, b)))
      out.first = std::move(d);
  }
  return out;
}

std::optional<layer_id> first_other_layer(const graph& a, const graph& b) {
  const auto shared = std::min(a.layers.size(), b.layers.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const auto& x = a.layers[i];
    const auto& y = b.layers[i];
    if (!same_edges(x.edges.get(), y.edges.get())
        || !same_work(comparable(x), comparable(y)))
      return static_cast<layer_id>(i);
  }
  if (a.layers.size() != b.layers.size())
    return static_cast<layer_id>(shared);
  if (a.roots == b.roots)
    return std::nullopt;
  const auto other = std::ranges::mismatch(a.roots, b.roots);
  return other.in1 != a.roots.end() ? *other.in1 : *other.in2;
}

} // namespace tern
