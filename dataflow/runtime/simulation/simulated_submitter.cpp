#include "dataflow/runtime/simulation/simulated_submitter.hpp"

#include <algorithm>
#include <utility>

namespace tern {

simulated_submitter::simulated_submitter(simulated_world& world,
                                         std::size_t index)
  : world_(world), index_(index), id_(world.id_of(index)) {
  const auto& edges = *world_.edges;
  for (auto layer : edges.source().roots) {
    const auto& needed = edges.needed(layer);
    for (std::int64_t rank = 0; rank < needed.size(); ++rank)
      roots_.emplace(pack(edges.at_rank(layer, rank)), block{});
  }
}

void simulated_submitter::submit() {
  rounds_.emplace(world_.view, id_);
  placement_.emplace(*world_.edges, world_.view);
  ask_for_all();
}

void simulated_submitter::attach() {
  rounds_.emplace(world_.view, id_);
  for (auto who : dead_)
    rounds_->exclude(who);
  rounds_->attach();
  begin_round();
}

std::size_t simulated_submitter::missing() const {
  return static_cast<std::size_t>(
      std::count_if(roots_.begin(), roots_.end(), [](const auto& each) {
        return !static_cast<bool>(each.second);
      }));
}

bool simulated_submitter::has_given_up() const {
  const auto& places = world_.view.places;
  return !rounds_ || rounds_->is_out()
         || std::all_of(places.begin(), places.end(), [&](const auto& place) {
              return rounds_->current().excludes(place.node);
            });
}

void simulated_submitter::send_to_owner(std::uint64_t root,
                                        dataflow_message m) {
  world_.net.send(index_, placement_->owner(unpack(root)),
                  {id_in_round_, std::move(m), nullptr});
}

void simulated_submitter::ask_for_all() {
  for (const auto& [root, data] : roots_)
    if (!data) {
      auto m = message_of(message_kind::want, root);
      m.asker = id_;
      send_to_owner(root, std::move(m));
    }
}

void simulated_submitter::release(std::uint64_t root) {
  auto done = message_of(message_kind::release, root);
  done.ordinal = world_.edges->consumers(unpack(root));
  send_to_owner(root, std::move(done));
}

void simulated_submitter::receive(std::size_t from, simulated_message m) {
  if (!rounds_)
    return;
  if (m.news) {
    const auto who = world_.id_of(from);
    if (rounds_->receive(who, m.news->round, m.news->told.at(who)))
      begin_round();
    else if (rounds_->is_missed_in(m.news->round))
      tell({who}, {});
    else
      try_next_round();
    return;
  }
  const auto found = roots_.find(m.task.from);
  if (m.task.kind != message_kind::block_data || found == roots_.end()
      || found->second)
    return;
  found->second = m.task.data;
  if (placement_)
    release(m.task.from);
}

void simulated_submitter::down(std::size_t peer) {
  dead_.insert(world_.id_of(peer));
  if (rounds_ && rounds_->exclude(world_.id_of(peer)))
    begin_round();
}

// -- rounds -------------------------------------------------------------------

void simulated_submitter::begin_round() {
  placement_.reset();
  id_in_round_ = id_in_round(simulated_node::plan_id, rounds_->current());
  std::vector<block_key> got;
  for (const auto& [root, data] : roots_)
    if (data)
      got.push_back(unpack(root));
  census mine;
  mine.roots = runs_of(std::move(got));
  tell(rounds_->others(), mine);
  rounds_->receive(id_, rounds_->current(), mine);
  try_next_round();
}

void simulated_submitter::tell(const std::vector<node_id>& whom, census what) {
  auto news = std::make_shared<simulated_news>();
  news->round = rounds_->current();
  news->told[id_] = std::move(what);
  for (auto each : whom)
    world_.net.send(index_, world_.index_of(each), {0, {}, news});
}

// What came since it told what it had is released; the rest is asked for.
void simulated_submitter::try_next_round() {
  if (placement_ || !rounds_->complete())
    return;
  const auto rest = std::make_shared<const remaining_work>(
      *world_.edges, world_.view, simulated_node::plan_id, rounds_->current(),
      rounds_->told());
  placement_.emplace(*world_.edges, world_.view, rest);
  for (const auto& [root, data] : roots_)
    if (data && rest->is_wanted(unpack(root)))
      release(root);
  ask_for_all();
}

} // namespace tern
