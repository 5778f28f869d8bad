#include "apps/tern/commands/trace_output.hpp"

#include <fmt/format.h>

#include <iostream>

namespace tern {

void tell_of_trace(const std::string& path, const trace_totals& in) {
  const auto lost =
      in.lost > 0 ? fmt::format(" ({} more were lost)", in.lost) : "";
  const auto silent =
      in.silent > 0
          ? fmt::format(" ({} nodes did not give their last ones)", in.silent)
          : "";
  std::cerr << fmt::format(
      "trace: {} events of {} nodes in {}{}{}\n"
      "  at a glance: tern trace summary {}\n"
      "  to look at it: tern trace export {} --format chrome -o trace.json, "
      "then open trace.json in ui.perfetto.dev\n",
      in.events, in.nodes, path, lost, silent, path, path);
}

} // namespace tern
