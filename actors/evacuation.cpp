#include "actors/evacuation.hpp"

namespace tern {

std::vector<evacuation::order>
evacuation::next(const std::vector<actor_id>& here, const chooser& choose) {
  std::vector<order> out;
  has_more_ = false;
  for (const auto& actor : here) {
    auto& p = all_[actor];
    if (p.to || p.gone)
      continue;
    if (open_ == most_open) {
      has_more_ = true;
      break;
    }
    p.to = choose_for(p, choose);
    if (!p.to)
      continue;
    ++open_;
    out.push_back({actor, p.to});
  }
  return out;
}

// Whom all have turned away may find one of them in a better state.
node_id evacuation::choose_for(passenger& p, const chooser& choose) const {
  if (p.rounds == most_rounds)
    return {};
  p.barred.insert(self_);
  if (const auto to = choose(p.barred))
    return to;
  if (p.barred.size() == 1 || ++p.rounds == most_rounds)
    return {};
  p.barred = {self_};
  return choose(p.barred);
}

void evacuation::on_answer(const actor_id& actor,
                           const migration_outcome& how) {
  auto& p = all_[actor];
  if (!p.to)
    return;
  --open_;
  p.gone = how.moved;
  moved_ += how.moved;
  p.why = how.why;
  p.barred.insert(p.to);
  p.to = {};
}

std::vector<evacuation::stay>
evacuation::stayed(const std::vector<actor_id>& here) const {
  std::vector<stay> out;
  for (const auto& actor : here) {
    const auto p = all_.find(actor);
    if (p != all_.end() && p->second.gone)
      continue;
    const bool waits = p == all_.end() || p->second.to;
    if (waits)
      out.push_back({actor, "it was not through in time"});
    else if (p->second.why.empty())
      out.push_back({actor, "there is no other node"});
    else
      out.push_back({actor, p->second.why});
  }
  return out;
}

} // namespace tern
