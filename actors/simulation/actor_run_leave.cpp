// Nodes that go by themselves, as host_leave.cpp has them do it. One that is
// not through in time dies.
#include "actors/simulation/actor_run.hpp"

namespace tern::simulation {

namespace {

constexpr sim_time look_again = 2 * millisecond;
constexpr sim_time leave_time = 80 * millisecond;

} // namespace

void actor_run::plan_leaves() {
  for (std::size_t i = 0; i < options_.leaves; ++i) {
    const auto n = 1 + sim_.rng().below(options_.nodes - 1);
    sim_.after(pick(traffic_time), [=, this] { leave(n); });
  }
}

void actor_run::leave(std::size_t n) {
  if (dead_[n] || leaves_.contains(n))
    return;
  leaves_.emplace(n, evacuation{id_of(n)});
  feed(n, mobility_event::leaving{});
  if (options_.agree)
    agree(n, nodes_[n].agreement->on_leaving());
  empty(n);
  sim_.after(leave_time, [=, this] {
    die(n, false);
    end_leaver(n);
  });
}

void actor_run::empty(std::size_t n) {
  auto& machine = *nodes_[n].machine;
  auto& plan = leaves_.at(n);
  if (dead_[n])
    return;
  const auto here = machine.movable();
  const auto choose = [&](const std::set<node_id>& barred) {
    std::vector<node_id> free;
    for (const auto id : machine.now().members)
      if (index_of(id) != mortal() && !barred.contains(id))
        free.push_back(id);
    return free.empty() ? node_id{} : free[sim_.rng().below(free.size())];
  };
  for (const auto& o : plan.next(here, choose)) {
    moves_out_[orders_ + 1] = {n, o.actor};
    order(n, o.actor, index_of(o.to));
  }
  if (here.empty() && plan.is_over() && !machine.has_debts())
    go(n);
  else
    net_.after(n, look_again, [=, this] { empty(n); });
}

void actor_run::note_answer(const instruction::order_done& done) {
  if (const auto move = moves_out_.extract(done.number)) {
    const auto& [n, actor] = move.mapped();
    leaves_.at(n).on_answer(actor, done.outcome);
  }
}

// It has nothing left, and nobody waits for anything of it.
void actor_run::go(std::size_t n) {
  check_leaver(n);
  dead_[n] = true;
  ++left_;
  if (options_.agree)
    return agree(n, nodes_[n].agreement->on_leave());
  sim_.after(pick(20 * millisecond), [this] { change_view(); });
  net_.after(n, 50 * millisecond, [=, this] { net_.kill(n); });
}

void actor_run::check_leaver(std::size_t n) {
  for (auto& [ends, history] : pairs_)
    if (ends.first == nodes_[n].gateway && !is_gone(ends.second)
        && history.sent > history.ended + history.told)
      broken(fmt::format("{} left before {} had handled what it sent",
                         to_string(ends.first), to_string(ends.second)));
}

// The others hold a view without it.
void actor_run::end_if_left(std::size_t n) {
  if (dead_[n] && nodes_[n].agreement->has_left())
    end_leaver(n);
}

void actor_run::end_leaver(std::size_t n) {
  if (!options_.agree || !net_.alive(n))
    return;
  net_.kill(n);
  tell_of_death(n);
}

} // namespace tern::simulation
