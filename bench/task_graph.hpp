#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The graphs of the benchmark `tasks`, the same for tern and its rivals, in
// compressed rows: task i reads the tasks predecessors[offsets[i]] ...
// predecessors[offsets[i + 1] - 1], all of them before i. The last task reads,
// through a tree of fan-in 1000, every task that nobody else reads.

namespace tern::bench {

struct task_graph {
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> predecessors;

  std::size_t size() const noexcept {
    return offsets.size() - 1;
  }
};

/// `independent`, `chain`, `tree` (binary, from the leaves) or `layered`
/// (layers of `width`, each task reads 3 of the layer before, drawn by a linear
/// congruential generator), with about `n` tasks.
task_graph make_task_graph(const std::string& kind, std::size_t n,
                           std::uint32_t width = 100);

/// What a task computes: 1 and the sum of what it reads, modulo 2^31. The value
/// of the last task checks the whole run.
inline std::uint32_t task_value(std::uint64_t sum) noexcept {
  return static_cast<std::uint32_t>((sum + 1) & 0x7fffffffu);
}

/// Resident memory of this process in bytes.
std::size_t resident_bytes();

inline double seconds_since(std::chrono::steady_clock::time_point t) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - t)
      .count();
}

/// What one run prints, as JSON: the parent reads it back.
struct task_run {
  double build_seconds = 0;
  double run_seconds = 0;
  double bytes_per_task = 0;
  std::uint32_t checksum = 0;
};
void print_run(const task_run& r);

} // namespace tern::bench
