#include "bench/savina.hpp"
#include "bench/savina_actors.hpp"

#include <iostream>
#include <stdexcept>

namespace tern::bench {

namespace {

using case_of_ours = std::uint64_t (*)(actor_system&, const savina_size&);

case_of_ours run_of(std::string_view name) {
  constexpr std::pair<std::string_view, case_of_ours> all[] = {
      {"ping-pong", tern_ping_pong},
      {"thread-ring", tern_thread_ring},
      {"fork-join-throughput", tern_throughput},
      {"fork-join-creation", tern_creation},
      {"counting", tern_counting},
      {"chameneos", tern_chameneos},
      {"big", tern_big},
      {"philosophers", tern_philosophers},
  };
  for (const auto& [known, run] : all)
    if (known == name)
      return run;
  throw std::invalid_argument("no such case");
}

} // namespace

int run_savina_once(const std::string& name, double scale) {
  const auto& c = savina_case_of(name);
  const auto run = run_of(name);
  actor_system here;
  return time_savina(c, scale, [&](const savina_size& size) {
    const auto steps = run(here, size);
    if (here.host().failed_handlers() > 0)
      throw std::runtime_error("a handler failed");
    return steps;
  });
}

} // namespace tern::bench
