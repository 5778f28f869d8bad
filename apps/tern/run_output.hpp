#pragma once

#include "apps/tern/language/object.hpp"
#include "apps/tern/progress_bar.hpp"
#include "apps/tern/result_sink.hpp"
#include "dataflow/runtime/executor.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// What the commands that run plans show of them.

namespace tern {

/// Larger results, in bytes, are for files.
inline constexpr std::uint64_t shown_limit = std::uint64_t{1} << 30;

/// One an array: in memory, or, with a name, in a new file.
result<std::vector<result_sink>> make_sinks(const std::vector<array>& arrays,
                                            const std::string& file);

/// Blocks go to the sinks, one an array; the bar moves; deaths are told on
/// standard error in the name of the command. All outlive the hooks.
compute_hooks hooks_into(std::vector<result_sink>& sinks, progress_bar& bar,
                         const char* command);

/// What `sinks` have put together.
result<std::vector<block>> finish(std::vector<result_sink>& sinks);

struct run_output {
  bool json = false;
  bool in_file = false; ///< the result is in a file: only JSON says anything
};
/// On standard output: the value, with `results` in place of its arrays; as
/// JSON with the counts of the run.
void print_run(const run_output& how, const program_value& shown,
               std::span<const block> results, const run_report& report);

} // namespace tern
