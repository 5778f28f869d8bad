// One run of `tern-bench graphs`.

#include "bench/cluster.hpp"
#include "bench/graph_file.hpp"
#include "bench/graph_shapes.hpp"
#include "bench/graphs.hpp"
#include "bench/list_schedule.hpp"
#include "bench/naps.hpp"
#include "dataflow/api/run_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <set>
#include <utility>

namespace tern::bench {

namespace {

timed_graph graph_of(const std::string& kind, const std::string& source,
                     const graphs_options& how) {
  if (kind != "file")
    return make_shape(source, how.tasks, how.seed);
  auto read = read_graph_file(source);
  if (!read)
    throw run_error{read.error()};
  return std::move(*read);
}

/// The longer the way that is left, the sooner.
std::vector<std::int32_t> priorities_of(const timed_graph& tasks, bool blind) {
  constexpr double steps = 1'000'000;
  std::vector<std::int32_t> priorities(tasks.size());
  if (blind)
    return priorities;
  const auto paths = remaining_paths(tasks);
  const auto longest = *std::ranges::max_element(paths);
  for (std::size_t i = 0; i < paths.size(); ++i)
    priorities[i] = static_cast<std::int32_t>(steps * paths[i] / longest);
  return priorities;
}

using notes_by_task = std::map<std::size_t, nap_note>;

compute_hooks hooks_into(notes_by_task& notes, std::size_t& twice) {
  compute_hooks hooks;
  hooks.any_order = true;
  hooks.sink = [&](std::size_t task, const shape&, const shape&,
                   const block& made) -> result<void> {
    twice += notes.emplace(task, note_in(made)).second ? 0 : 1;
    return {};
  };
  return hooks;
}

/// What is wrong with a run; empty: nothing.
std::string mistake_in(const timed_graph& tasks, const notes_by_task& notes) {
  if (notes.size() != tasks.size())
    return fmt::format("{} of {} tasks have run", notes.size(), tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i)
    for (const auto input : tasks[i].reads)
      if (notes.at(i).begun < notes.at(input).ended)
        return fmt::format("task {} began before its input {} had ended", i,
                           input);
  return {};
}

struct figures {
  double seconds = 0; ///< first begin to last end
  double slept = 0;
  std::size_t processes = 0;
};

figures figures_of(const notes_by_task& notes) {
  figures f;
  auto first = notes.begin()->second.begun;
  auto last = first;
  std::set<std::int64_t> pids;
  for (const auto& [task, note] : notes) {
    first = std::min(first, note.begun);
    last = std::max(last, note.ended);
    f.slept += note.seconds();
    pids.insert(note.pid);
  }
  f.seconds = static_cast<double>(last - first) * 1e-9;
  f.processes = pids.size();
  return f;
}

} // namespace

int run_graphs_once(const std::string& kind, const std::string& source,
                    const graphs_options& how) {
  auto tasks = graph_of(kind, source, how);
  const auto unscaled = list_schedule(tasks, how.nodes);
  tasks = scaled(std::move(tasks), how.seconds / unscaled);
  const auto ideal = list_schedule(tasks, how.nodes);
  if (!how.blind)
    tasks = by_remaining_path(tasks);

  cluster nodes{how.nodes};
  notes_by_task notes;
  std::size_t twice = 0;
  nodes.run(linked_naps(tasks, priorities_of(tasks, how.blind)), 0,
            hooks_into(notes, twice));
  auto mistake = mistake_in(tasks, notes);
  if (twice > 0)
    mistake = fmt::format("{} results came twice", twice);
  if (!mistake.empty()) {
    std::cerr << source << ": " << mistake << '\n';
    return 1;
  }
  const auto found = figures_of(notes);
  std::cout << fmt::format(
      "{{\"over\": {:.6f}, \"seconds\": {:.6f}, \"ideal\": {:.6f}, "
      "\"bound\": {:.6f}, \"overslept\": {:.6f}, \"tasks\": {}, "
      "\"processes\": {}}}\n",
      found.seconds / ideal, found.seconds, ideal,
      schedule_bound(tasks, how.nodes), found.slept - work_in(tasks),
      tasks.size(), found.processes);
  return 0;
}

} // namespace tern::bench
