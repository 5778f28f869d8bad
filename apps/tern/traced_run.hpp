#pragma once

#include "dataflow/runtime/analysis/plan_history.hpp"
#include "dataflow/runtime/analysis/traced_plan.hpp"

#include <string>

namespace tern {

/// A plan of a trace, ready to be asked about.
struct traced_run {
  trace_content trace;
  traced_plan plan;
  edge_index edges;
  plan_history history;
};

/// From a .tern-trace file; `plan`: its id in hexadecimal digits, empty if
/// there is one only. Fails with `io`, `malformed` or `not_found` and the path,
/// or with `refused` for what is no plan's id or not clear.
result<traced_run> load_traced_run(const std::string& path,
                                   const std::string& plan);

/// The same; fails with `not_found` as well if the plan has no such task.
result<traced_run> load_traced_run(const std::string& path,
                                   const std::string& plan,
                                   const block_key& task);

/// The status to exit with after such a failure.
int exit_status_of(const failure& why) noexcept;

} // namespace tern
