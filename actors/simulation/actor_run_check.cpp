// What has to hold: at each step, and at the end.
#include "actors/simulation/actor_run.hpp"

#include <algorithm>

namespace tern::simulation {

// Whether it lives in a view that this node did not come to yet. For those in
// the node's own view it is gone, and they may say so; should the two views
// meet later, what is sent to it then arrives.
bool actor_run::is_elsewhere(std::size_t n, const actor_id& actor) const {
  const auto& here = nodes_[n].machine->now();
  bool is_somewhere = false;
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    const auto& there = *nodes_[other].machine;
    if (dead_[other] || !there.is_here(actor))
      continue;
    is_somewhere = true;
    if (here.has(id_of(other)) || there.now().id.lineage == here.id.lineage)
      return false;
  }
  return options_.agree && is_somewhere;
}

// Only of those that did.
void actor_run::hear_of_end(std::size_t n, const actor_id& self,
                            const mail& m) {
  if (is_elsewhere(n, m.from)) {
    apart_ = true;
    return;
  }
  if (!is_gone(m.from))
    broken(fmt::format("{} was told that {} ended, which lives",
                       to_string(self), to_string(m.from)));
  const auto& last_words = pairs_[{m.from, self}];
  if (!lost_.contains(m.from) && last_words.ended != last_words.sent)
    broken(fmt::format("{} heard of the end of {} before its last words",
                       to_string(self), to_string(m.from)));
  told_of_.insert(m.from);
  pairs_[{self, m.from}].heard = true;
  pairs_[{self, m.from}].told += m.channel;
}

void actor_run::check_alone(std::size_t n, const actor_id& actor) {
  if (!nodes_[n].machine->runs_here(actor))
    return; // one that is taken for dead must not run it either
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n && !dead_[other] && nodes_[other].machine->runs_here(actor))
      broken(fmt::format("{} runs on nodes {} and {}", to_string(actor), n,
                         other));
}

void actor_run::check_message(const routed_message& m) {
  if (m.head.hops > quick_options().hop_limit)
    broken("a message for " + to_string(m.head.to) + " wanders");
  if (m.kind == message_kind::channel_ack
      && m.head.sequence > pairs_[{m.head.to, m.head.from}].ended)
    broken(to_string(m.head.from) + " acknowledged what it did not handle");
}

// One that died before the others had taken it in is not known to be dead; what
// was sent to its actors is sent for ever.
bool actor_run::is_judged() const {
  const auto truth = agreed();
  if (apart_)
    return false;
  return !options_.agree || std::ranges::all_of(truth.members, [&](node_id n) {
    const auto& now = nodes_[index_of(n)].agreement->now();
    auto members = now.members;
    std::ranges::sort(members);
    return members == truth.members
           && std::ranges::all_of(truth.departed, [&](node_id dead) {
                return now.has_lost(dead);
              });
  });
}

void actor_run::check_end() {
  check_pairs();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    for (auto& [instance, w] : nodes_[n].running) {
      if (dead_[n])
        continue;
      if (!w.waiting.empty())
        broken(to_string(instance.actor) + " waits for room that there is");
      if (w.wants_waking)
        broken(to_string(instance.actor) + " was never woken");
    }
  for (auto& [order, n] : given_)
    if (!dead_[n] && !answered_.contains(order))
      broken("an order was never answered");
  check_places();
}

// With its node, which was the only one to have it.
bool actor_run::has_died(const actor_id& actor) const {
  if (actor.kind() == actor_kind::service)
    return dead_[index_of({actor.high})];
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!dead_[n] && nodes_[n].machine->runs_here(actor))
      return false;
  return lost_.contains(actor);
}

// Handled, or its sender was told that it may not be.
void actor_run::check_pairs() {
  for (auto& [ends, history] : pairs_) {
    const auto& [from, to] = ends;
    if (has_died(from))
      continue; // a prefix arrived, as each receiver has checked
    const bool excused = is_gone(to)
                         && (history.sent <= history.ended + history.told
                             || stopped_.contains(from));
    if (has_died(to) && history.sent > 0 && !history.heard
        && !stopped_.contains(from) && !stopped_.contains(to))
      broken(fmt::format("{} never heard that {} died", to_string(from),
                         to_string(to)));
    if (history.sent != history.ended && !excused)
      broken(fmt::format("{} of {} messages from {} to {} were handled, {} "
                         "told to be lost",
                         history.ended, history.sent, to_string(from),
                         to_string(to), history.told));
  }
}

void actor_run::check_places() {
  auto members = agreed().members;
  std::ranges::sort(members);
  for (auto& actor : actors_) {
    std::size_t places = 0;
    std::size_t place = 0;
    for (std::size_t n = 0; n < options_.nodes; ++n)
      if (!dead_[n] && nodes_[n].machine->runs_here(actor)) {
        ++places;
        place = n;
      }
    const bool may_be_gone = is_gone(actor);
    if (places > 1 || (places == 0 && !may_be_gone)
        || (places == 1 && stopped_.contains(actor)))
      broken(fmt::format("{} runs on {} nodes", to_string(actor), places));
    if (places == 1 && told_of_.contains(actor))
      broken(to_string(actor) + " lives, and was told to be gone");
    const auto& home = *nodes_[index_of(home_of(actor, members))].machine;
    const auto known = home.believed(actor);
    if (places == 0 ? !home.is_dead(actor)
                    : !known || known->node != id_of(place))
      broken(fmt::format("the home of {} takes node {} for its place, which is "
                         "on {} of {}",
                         to_string(actor), known ? index_of(known->node) : 99,
                         places, place));
  }
}

} // namespace tern::simulation
