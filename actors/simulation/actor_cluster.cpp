#include "actors/simulation/actor_cluster.hpp"

#include "actors/simulation/actor_run.hpp"

namespace tern::simulation {

actor_simulation_result
actor_simulation(const actor_simulation_options& options) {
  actor_simulation_result out;
  for (auto seed = options.first_seed; seed <= options.last_seed; ++seed) {
    actor_run one(seed, options);
    auto why = one.go();
    ++out.seeds;
    out.messages += one.messages();
    out.migrations += one.migrations();
    out.kills += one.kills();
    out.left += one.left();
    out.judged += one.is_judged() ? 1 : 0;
    out.events += one.events();
    out.hash = (out.hash ^ one.hash()) * 0x100000001b3ull;
    if (why.empty())
      continue;
    if (out.failed++ == 0) {
      out.first_failing = seed;
      out.why = fmt::format("seed {}: {}", seed, why);
    }
    if (options.stop_at_first)
      break;
  }
  return out;
}

} // namespace tern::simulation
