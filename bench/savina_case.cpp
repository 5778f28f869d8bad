#include "bench/savina_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace tern::bench {

namespace {

std::uint64_t rounds(const savina_size& s) {
  return s.rounds;
}
std::uint64_t actors(const savina_size& s) {
  return s.actors;
}
std::uint64_t rounds_of_all(const savina_size& s) {
  return s.actors * s.rounds;
}

// The numbers of actors are those of the paper, but for creation; the rounds
// make a run of the rival's take some tenths of a second.
constexpr savina_case cases[] = {
    {"ping-pong", "round trip", {2, 400'000}, rounds},
    {"thread-ring", "hop", {100, 800'000}, rounds},
    {"fork-join-throughput", "message", {60, 20'000}, rounds_of_all},
    {"fork-join-creation", "actor", {200'000, 1}, actors},
    {"counting", "message", {2, 2'000'000}, rounds},
    {"chameneos", "meeting", {100, 300'000}, rounds},
    {"big", "ping", {120, 3'000}, rounds_of_all},
    {"philosophers", "meal", {20, 20'000}, rounds_of_all},
};

// Fewer than these do not make the case: few enough philosophers are all
// neighbours of each other, a meeting takes two.
constexpr std::uint64_t fewest_actors = 5;
constexpr std::uint64_t fewest_rounds = 10;

std::uint64_t part_of(std::uint64_t n, double scale) {
  return static_cast<std::uint64_t>(static_cast<double>(n) * scale);
}

} // namespace

savina_size savina_case::at(double scale) const {
  if (full.rounds == 1)
    return {std::max(part_of(full.actors, scale), fewest_actors), 1};
  return {full.actors, std::max(part_of(full.rounds, scale), fewest_rounds)};
}

std::span<const savina_case> savina_cases() {
  return cases;
}

const savina_case& savina_case_of(std::string_view name) {
  const auto found = std::ranges::find(cases, name, &savina_case::name);
  if (found == std::end(cases))
    throw std::invalid_argument(fmt::format("no Savina case {}", name));
  return *found;
}

int time_savina(const savina_case& c, double scale, const savina_run& run) {
  using clock = std::chrono::steady_clock;
  const auto size = c.at(scale);
  try {
    const auto begin = clock::now();
    const auto done = run(size);
    const std::chrono::duration<double> took = clock::now() - begin;
    if (done != c.steps(size))
      throw std::runtime_error(
          fmt::format("{} steps instead of {}", done, c.steps(size)));
    std::cout << fmt::format("{{\"seconds\": {}, \"value\": {}}}\n",
                             took.count(), done)
              << std::flush;
    return 0;
  } catch (const std::exception& e) {
    std::cerr << fmt::format("savina {}: {}\n", c.name, e.what());
    return 1;
  }
}

} // namespace tern::bench
