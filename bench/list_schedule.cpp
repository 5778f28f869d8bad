// The clock jumps from one end of a task to the next. All tasks that end at one
// moment are over before another begins: the order in which they are seen does
// not matter.

#include "bench/list_schedule.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace tern::bench {

namespace {

class schedule {
public:
  schedule(const timed_graph& tasks, unsigned machines)
    : tasks_(tasks), paths_(remaining_paths(tasks)), readers_(tasks.size()),
      missing_(tasks.size()), free_(machines) {
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      missing_[i] = tasks[i].reads.size();
      for (const auto input : tasks[i].reads)
        readers_[input].push_back(i);
      if (missing_[i] == 0)
        make_ready(i);
    }
  }

  double run() {
    begin_what_can();
    while (!running_.empty()) {
      now_ = running_.top().first;
      while (!running_.empty() && running_.top().first <= now_)
        end_the_first();
      begin_what_can();
    }
    return now_;
  }

private:
  using number = std::uint32_t;

  void make_ready(number task) {
    // of equal paths the smaller number
    ready_.emplace(-paths_[task], task);
  }

  void begin_what_can() {
    for (; free_ > 0 && !ready_.empty(); --free_) {
      const auto task = ready_.top().second;
      ready_.pop();
      running_.emplace(now_ + tasks_[task].seconds, task);
    }
  }

  void end_the_first() {
    const auto task = running_.top().second;
    running_.pop();
    ++free_;
    for (const auto reader : readers_[task])
      if (--missing_[reader] == 0)
        make_ready(reader);
  }

  using by_smallest =
      std::priority_queue<std::pair<double, number>,
                          std::vector<std::pair<double, number>>,
                          std::greater<>>;

  const timed_graph& tasks_;
  std::vector<double> paths_;
  std::vector<std::vector<number>> readers_;
  std::vector<std::size_t> missing_; ///< inputs
  unsigned free_;
  double now_ = 0;
  by_smallest ready_;   ///< by remaining path
  by_smallest running_; ///< by end
};

} // namespace

double list_schedule(const timed_graph& tasks, unsigned machines) {
  return schedule{tasks, std::max(1u, machines)}.run();
}

timed_graph by_remaining_path(const timed_graph& tasks) {
  const auto paths = remaining_paths(tasks);
  std::vector<std::uint32_t> order(tasks.size());
  std::iota(order.begin(), order.end(), 0u);
  // stable: a task of no length has the path of one that reads it
  std::ranges::stable_sort(order, std::greater<>{},
                           [&](std::uint32_t task) { return paths[task]; });
  std::vector<std::uint32_t> numbers(tasks.size());
  for (std::uint32_t i = 0; i < order.size(); ++i)
    numbers[order[i]] = i;
  timed_graph sorted;
  for (const auto task : order) {
    sorted.push_back(tasks[task]);
    for (auto& input : sorted.back().reads)
      input = numbers[input];
  }
  return sorted;
}

double schedule_bound(const timed_graph& tasks, unsigned machines) {
  const auto paths = remaining_paths(tasks);
  const auto longest =
      paths.empty() ? 0.0 : *std::max_element(paths.begin(), paths.end());
  return std::max(longest, work_in(tasks) / std::max(1u, machines));
}

} // namespace tern::bench
