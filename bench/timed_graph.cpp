#include "bench/timed_graph.hpp"

#include <algorithm>

namespace tern::bench {

double work_in(const timed_graph& tasks) {
  double sum = 0;
  for (const auto& task : tasks)
    sum += task.seconds;
  return sum;
}

std::vector<double> remaining_paths(const timed_graph& tasks) {
  std::vector<double> paths(tasks.size());
  for (auto i = tasks.size(); i-- > 0;) {
    paths[i] +=
        tasks[i].seconds; // what follows has been entered by its readers
    for (const auto input : tasks[i].reads)
      paths[input] = std::max(paths[input], paths[i]);
  }
  return paths;
}

timed_graph scaled(timed_graph tasks, double factor) {
  for (auto& task : tasks)
    task.seconds *= factor;
  return tasks;
}

} // namespace tern::bench
