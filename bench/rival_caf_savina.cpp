// The rival of `tern-bench savina`: the same cases on bare CAF, with the
// settings that a node of tern gives it. Usage: rival-caf-savina CASE SCALE.

#include "bench/rival_caf_savina.hpp"

#include <caf/actor_system_config.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace {

using namespace tern::bench;
using case_of_cafs = std::uint64_t (*)(caf::actor_system&, const savina_size&);

case_of_cafs run_of(std::string_view name) {
  constexpr std::pair<std::string_view, case_of_cafs> all[] = {
      {"ping-pong", caf_ping_pong},
      {"thread-ring", caf_thread_ring},
      {"fork-join-throughput", caf_throughput},
      {"fork-join-creation", caf_creation},
      {"counting", caf_counting},
      {"chameneos", caf_chameneos},
      {"big", caf_big},
      {"philosophers", caf_philosophers},
  };
  for (const auto& [known, run] : all)
    if (known == name)
      return run;
  throw std::invalid_argument("no such case");
}

/// As in actors/caf_compat.cpp.
struct settings : caf::actor_system_config {
  settings() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
    set("scheduler.max-throughput", std::size_t{100});
  }
};

int run(const std::string& name, double scale) {
  const auto& c = savina_case_of(name);
  const auto f = run_of(name);
  settings how;
  caf::actor_system here{how};
  here.await_actors_before_shutdown(false);
  const auto status =
      time_savina(c, scale, [&](const savina_size& s) { return f(here, s); });
  std::quick_exit(status); // some keep each other alive
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  try {
    return run(argv[1], std::strtod(argv[2], nullptr));
  } catch (const std::exception& e) {
    std::cerr << "rival-caf-savina: " << e.what() << '\n';
    return 2;
  }
}
