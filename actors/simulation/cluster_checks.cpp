// What is promised to every program, whatever it checks by itself. No use of
// the typed API may break it: if one does, the fault is not the program's.

#include "actors/simulation/cluster_impl.hpp"

#include <fmt/format.h>

namespace tern::simulation {

// One that was taken for dead may run what has died with it.
void cluster::impl::check_alone(std::size_t n, const actor_id& actor) {
  if (!lives(n) || !nodes_[n]->machine->runs_here(actor))
    return;
  if (told_of_.contains(actor))
    broken("who is told to be gone is", name_of(actor));
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n && lives(other) && nodes_[other]->machine->runs_here(actor))
      broken("an actor runs on one node",
             fmt::format("{} on {} and {}", name_of(actor), n, other));
}

void cluster::impl::hear_of_end(std::size_t n, const actor_id& of) {
  if (!lives(n))
    return;
  told_of_.insert(of);
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    check_alone(other, of);
}

} // namespace tern::simulation
