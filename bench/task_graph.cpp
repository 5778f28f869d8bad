#include "bench/task_graph.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace tern::bench {

namespace {

// Linear congruential generator with the constants of POSIX.1-2001's rand().
std::uint32_t draw(std::uint64_t task, std::uint64_t input,
                   std::uint32_t width) {
  std::uint64_t x = (task * 1000003 + input * 10007 + 12345) & 0x7fffffff;
  x = (x * 1103515245ull + 12345) & 0x7fffffff;
  return static_cast<std::uint32_t>((x >> 8) % width);
}

class builder {
public:
  void reads(std::uint64_t task) {
    graph.predecessors.push_back(static_cast<std::uint32_t>(task));
  }
  std::uint32_t close() {
    graph.offsets.push_back(graph.predecessors.size());
    return static_cast<std::uint32_t>(graph.size() - 1);
  }
  task_graph graph;
};

std::vector<std::uint32_t> add_tasks(builder& b, const std::string& kind,
                                     std::size_t n, std::uint32_t width) {
  std::vector<std::uint32_t> ends;
  if (kind == "independent") {
    for (std::size_t i = 0; i < n; ++i)
      ends.push_back(b.close());
  } else if (kind == "chain") {
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0)
        b.reads(i - 1);
      ends = {b.close()};
    }
  } else if (kind == "tree") {
    const auto leaves = (n + 1) / 2;
    for (std::size_t i = 0; i < 2 * leaves - 1; ++i) {
      if (i >= leaves) {
        b.reads(2 * (i - leaves));
        b.reads(2 * (i - leaves) + 1);
      }
      ends = {b.close()};
    }
  } else {
    const auto layers = n / width;
    for (std::size_t layer = 0; layer < layers; ++layer)
      for (std::uint32_t j = 0; j < width; ++j) {
        const auto task = layer * width + j;
        for (std::uint64_t k = 0; layer > 0 && k < 3; ++k)
          b.reads((layer - 1) * width + draw(task, k, width));
        const auto id = b.close();
        if (layer + 1 == layers)
          ends.push_back(id);
      }
  }
  return ends;
}

} // namespace

task_graph make_task_graph(const std::string& kind, std::size_t n,
                           std::uint32_t width) {
  constexpr std::size_t fan_in = 1000;
  builder b;
  auto ends = add_tasks(b, kind, n, width);
  while (ends.size() > 1) {
    std::vector<std::uint32_t> next;
    for (std::size_t i = 0; i < ends.size(); i += fan_in) {
      for (auto j = i; j < std::min(i + fan_in, ends.size()); ++j)
        b.reads(ends[j]);
      next.push_back(b.close());
    }
    ends = std::move(next);
  }
  return std::move(b.graph);
}

std::size_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void print_run(const task_run& r) {
  std::printf("{\"build_seconds\":%.9f,\"run_seconds\":%.9f,"
              "\"bytes_per_task\":%.1f,\"checksum\":%u}\n",
              r.build_seconds, r.run_seconds, r.bytes_per_task, r.checksum);
  std::fflush(stdout);
}

} // namespace tern::bench
