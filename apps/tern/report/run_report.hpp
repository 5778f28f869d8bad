#pragma once

#include "actors/trace/trace_file.hpp"
#include "serialization/failure.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tern {

/// How much of a run its report holds, beside the stream's own limits.
struct report_limits {
  std::size_t plans = 8;
  std::size_t layers = 500;
  std::size_t path_steps = 100;
  std::size_t actors = 1000;
  std::size_t story_events = 100;    ///< of one actor
  std::size_t events = 10'000;       ///< of all actors
  std::int64_t path_tasks = 200'000; ///< no path is sought in larger plans
};

/// All that a report shows of a run, for its script: {"title", "tern", "files",
/// "summary", "layers", "plans", "stream", "actors", "notes"}. `notes` says in
/// words whatever was merged or left out. Fails with `not_found` if nothing
/// happened in the trace.
result<nlohmann::ordered_json> report_of(const trace_content& trace,
                                         const std::string& title,
                                         const std::vector<std::string>& files,
                                         const report_limits& limits = {});

} // namespace tern
