#include "bench/graph_shapes.hpp"

#include "actors/simulation/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace tern::bench {

namespace {

constexpr std::size_t fewest_tasks = 16;
constexpr std::size_t stages = 4;       // of a fan-out
constexpr std::size_t chain_length = 8; // of a pipeline
constexpr std::size_t layer_width = 24;
constexpr std::size_t most_inputs = 3;  // in layers
constexpr double spread_of_times = 0.6; // of their logarithms

class maker {
public:
  explicit maker(std::uint64_t seed) : random_(seed) {}

  std::uint32_t add(std::vector<std::uint32_t> reads) {
    tasks_.push_back({seconds(), std::move(reads)});
    return static_cast<std::uint32_t>(tasks_.size() - 1);
  }

  void fan_out(std::size_t tasks) {
    const auto wide = tasks / stages - 1;
    auto narrow = add({});
    for (std::size_t stage = 0; stage < stages; ++stage) {
      std::vector<std::uint32_t> middle;
      for (std::size_t i = 0; i < wide; ++i)
        middle.push_back(add({narrow}));
      narrow = add(std::move(middle));
    }
  }

  void pipelines(std::size_t tasks) {
    for (std::size_t chain = 0; chain < tasks / chain_length; ++chain) {
      auto last = add({});
      for (std::size_t i = 1; i < chain_length; ++i)
        last = add({last});
    }
  }

  void tree(std::size_t tasks) {
    const auto leaves = static_cast<std::uint32_t>((tasks + 1) / 2);
    for (std::uint32_t i = 0; i < leaves; ++i)
      add({});
    for (std::uint32_t i = 0; i + 1 < leaves; ++i)
      add({2 * i, 2 * i + 1});
  }

  void layered(std::size_t tasks) {
    const auto width = std::min(layer_width, tasks / 2);
    for (std::size_t layer = 0; layer < tasks / width; ++layer)
      for (std::size_t i = 0; i < width; ++i)
        add(layer == 0 ? std::vector<std::uint32_t>{}
                       : some_of((layer - 1) * width, width));
  }

  timed_graph take() {
    return std::move(tasks_);
  }

private:
  /// Lognormal, by Box and Muller: the mean of the logarithms is 0.
  double seconds() {
    const auto radius = std::sqrt(-2 * std::log(1 - random_.unit()));
    const auto angle = 2 * std::numbers::pi * random_.unit();
    return std::exp(spread_of_times * radius * std::cos(angle));
  }

  /// One to three different ones of `count` from `first` on.
  std::vector<std::uint32_t> some_of(std::size_t first, std::size_t count) {
    std::vector<std::uint32_t> chosen;
    const auto wanted = random_.between(1, most_inputs);
    while (chosen.size() < wanted) {
      const auto one = static_cast<std::uint32_t>(first + random_.below(count));
      if (std::ranges::find(chosen, one) == chosen.end())
        chosen.push_back(one);
    }
    return chosen;
  }

  simulation::random_source random_;
  timed_graph tasks_;
};

} // namespace

std::vector<std::string> graph_shapes() {
  return {"fan-out", "pipelines", "tree", "layered"};
}

timed_graph make_shape(const std::string& shape, std::size_t tasks,
                       std::uint64_t seed) {
  tasks = std::max(tasks, fewest_tasks);
  maker made{seed};
  if (shape == "fan-out")
    made.fan_out(tasks);
  else if (shape == "pipelines")
    made.pipelines(tasks);
  else if (shape == "tree")
    made.tree(tasks);
  else if (shape == "layered")
    made.layered(tasks);
  else
    throw std::invalid_argument("there is no shape " + shape);
  return made.take();
}

} // namespace tern::bench
