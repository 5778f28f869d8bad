// What a node does before it leaves the cluster by itself.
//
//   leaving     it takes no actor any more: PREPARE is refused, and who was
//               told to come is told not to, unless its state is here
//   emptying    its own actors are ordered elsewhere (evacuation.hpp), by
//               orders like any other; those born meanwhile follow
//   paying      what pinned actors sent is acknowledged, the last words of
//               ended ones are handled, and homes have heard of their ends
//   going       the nodes agree on a view without it (view_agreement.cpp)
//
// Only the last step is one that others see, and they see a node that died and
// had nothing: every actor that left it is in the report of another node, so
// the census (mobility_census.cpp) misses none, and nobody is told of an end. A
// move that has lost its RELEASED is ended by that view, as after a death.
#include "actors/mobility.hpp"

#include <algorithm>

namespace tern {

void mobility::on(mobility_event::leaving&) {
  leaving_ = true;
  if (faults_.take_when_leaving)
    return;
  for (auto& g : target_.guests())
    if (!g.has_state)
      carry_out(g.source, g.attempt, target_.on_abort(g.attempt));
}

std::vector<actor_id> mobility::movable() const {
  std::vector<actor_id> out;
  for (auto& [actor, r] : residents_)
    if (!r->pinned && !r->ended)
      out.push_back(actor);
  std::ranges::sort(out);
  return out;
}

bool mobility::has_debts() const {
  if (faults_.leave_in_debt)
    return false;
  const auto is_untold = [this](auto& d) {
    const auto home = directory_.home(d.first);
    return d.second.ended_here && !d.second.reported && home && home != self_;
  };
  return census_.has_open() || !target_.guests().empty()
         || std::ranges::any_of(dead_, is_untold)
         || std::ranges::any_of(residents_,
                                [this](auto& r) { return owes(*r.second); });
}

// One that stays though it could go ends here, with what it said.
bool mobility::owes(const resident& r) const {
  return r.ended || (r.pinned && std::ranges::any_of(r.sending, [](auto& s) {
                       return !s.second.drained();
                     }));
}

} // namespace tern
