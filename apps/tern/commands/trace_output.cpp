#include "apps/tern/commands/trace_output.hpp"

#include "actors/trace/trace_file.hpp"

#include <fmt/format.h>

#include <iostream>

namespace tern {

result<void> save_traces(const std::string& path,
                         const std::vector<node_trace>& nodes) {
  auto file = trace_writer::create(path);
  if (!file)
    return tl::make_unexpected(file.error());
  if (auto ok = file->add(nodes); !ok)
    return ok;
  std::size_t events = 0;
  for (const auto& n : nodes)
    for (const auto& t : n.threads)
      events += t.events.size();
  std::cerr << fmt::format(
      "trace: {} events of {} nodes in {}\n"
      "  at a glance: tern trace summary {}\n"
      "  to look at it: tern trace export {} --format chrome -o trace.json, "
      "then open trace.json in ui.perfetto.dev\n",
      events, nodes.size(), path, path, path);
  return {};
}

} // namespace tern
