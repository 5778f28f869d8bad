#include "apps/tern/traced_run.hpp"

#include "apps/tern/commands/options.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>

namespace tern {

result<traced_run> load_traced_run(const std::string& path,
                                   const std::string& plan) {
  std::optional<std::uint64_t> id;
  if (!plan.empty()) {
    const auto read = parse_plan(plan);
    if (!read)
      return tl::make_unexpected(read.error());
    id = *read;
  }
  auto trace = load_trace(path);
  if (!trace)
    return tl::make_unexpected(trace.error());
  auto found = plan_in(*trace, id);
  if (!found)
    return fail(found.error().kind, path + ": " + found.error().what);
  edge_index edges{found->what.work};
  plan_history history{*trace, found->what.id, edges};
  return traced_run{std::move(*trace), std::move(*found), std::move(edges),
                    std::move(history)};
}

result<traced_run> load_traced_run(const std::string& path,
                                   const std::string& plan,
                                   const block_key& task) {
  auto run = load_traced_run(path, plan);
  if (run && !run->edges.is_needed(task))
    return fail(failure_kind::not_found,
                fmt::format("{}: plan {:x} has no task {}", path,
                            run->plan.what.id, text_of(task)));
  return run;
}

int exit_status_of(const failure& why) noexcept {
  return why.kind == failure_kind::refused ? exit_usage : exit_failed;
}

} // namespace tern
