#include "actors/census.hpp"

namespace tern {

void view_census::begin(const view& v, node_id self, std::uint64_t births) {
  view_ = v;
  self_ = self;
  missing_ = {v.members.begin(), v.members.end()};
  missing_.erase(self);
  births_ = {{self, births}};
  kept_.clear();
  owed_.clear();
  awaited_.clear();
  asked_.clear();
}

bool view_census::take_report(node_id from, std::uint64_t births) {
  if (missing_.erase(from) == 0)
    return false;
  births_[from] = births;
  return missing_.empty();
}

// An actor that was born since its birth node reported is in no report.
bool view_census::covers(const actor_id& actor) const {
  const node_id birth{actor.high};
  if (actor.kind() != actor_kind::stateful || view_.has_lost(birth))
    return view_.has_lost(birth);
  const auto known = births_.find(birth);
  return known != births_.end() && actor.counter() <= known->second;
}

void view_census::await(const actor_id& actor) {
  awaited_.insert(actor);
  missing_.insert(self_);
}

bool view_census::decide(const actor_id& actor) {
  return awaited_.erase(actor) != 0 && awaited_.empty();
}

void view_census::add_to_report(node_id home, const actor_id& actor,
                                std::uint32_t epoch) {
  const auto report = owed_.find(home);
  if (awaited_.contains(actor) && report != owed_.end())
    report->second.here.push_back({actor, epoch});
}

bool view_census::ask(node_id home, const actor_id& actor) {
  auto& q = asked_[home];
  if (!q.actors.insert(actor).second)
    return false;
  q.number = ++last_number_;
  return true;
}

bool view_census::answered(node_id home, std::uint64_t number) {
  const auto q = asked_.find(home);
  if (q == asked_.end() || q->second.number != number)
    return false;
  asked_.erase(q);
  return true;
}

} // namespace tern
