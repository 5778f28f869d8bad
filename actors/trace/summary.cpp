#include "actors/trace/summary.hpp"

#include "actors/trace/summary_builder.hpp"

#include <limits>

namespace tern {

double trace_summary::busy_share(const node& n) noexcept {
  const auto all =
      static_cast<double>(n.duration) * static_cast<double>(n.compute_threads);
  return all > 0 ? static_cast<double>(n.busy) / all : 0;
}

trace_summary summarise(const trace_content& trace) {
  // a node's events are all there before the next one's
  summary_builder builder{std::numeric_limits<std::size_t>::max()};
  for (const auto& n : trace.nodes) {
    builder.add(n);
    for (const auto& thread : n.threads)
      builder.add(n.node, thread);
  }
  auto out = builder.summary();
  out.truncated = trace.truncated;
  return out;
}

} // namespace tern
