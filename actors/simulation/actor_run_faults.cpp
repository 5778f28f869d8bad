// What goes wrong in a run: pauses, deaths, and views that follow them.
#include "actors/simulation/actor_run.hpp"

#include <algorithm>

namespace tern::simulation {

void actor_run::plan_faults() {
  if (options_.bad_network)
    for (auto pauses = sim_.rng().below(5); pauses > 0; --pauses) {
      const auto n = sim_.rng().below(options_.nodes);
      const auto length = pick(60 * millisecond);
      sim_.after(pick(traffic_time), [=, this] { pause(n, length); });
    }
  plan_deaths();
  plan_leaves();
  sim_.after(traffic_time + 50 * millisecond, [this] {
    calm_ = true;
    net_.heal();
  });
  sim_.after(traffic_time + 150 * millisecond, [this] {
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      if (dead_[n])
        net_.kill(n); // those that woke up would ask for ever
  });
}

void actor_run::pause(std::size_t n, sim_time length) {
  if (dead_[n])
    return;
  net_.pause(n);
  sim_.after(length, [=, this] {
    if (!dead_[n])
      net_.resume(n);
  });
}

void actor_run::plan_deaths() {
  sim_.after(pick(traffic_time), [this] { die(mortal(), false); });
  for (std::size_t i = 0; i < options_.kills; ++i) {
    const auto n = 1 + sim_.rng().below(options_.nodes - 1);
    const bool wakes_up = sim_.rng().chance(0.3);
    sim_.after(pick(traffic_time), [=, this] { die(n, wakes_up); });
  }
}

// One that wakes up was only stopped, and does not know that the others have
// gone on without it.
void actor_run::die(std::size_t n, bool wakes_up) {
  if (dead_[n])
    return;
  dead_[n] = true;
  ++kills_;
  note_losses(n);
  if (wakes_up)
    net_.pause(n);
  else
    net_.kill(n);
  if (!options_.agree) {
    if (wakes_up)
      wake(n);
    return sim_.after(pick(20 * millisecond), [this] { change_view(); });
  }
  tell_of_death(n);
}

void actor_run::tell_of_death(std::size_t n) {
  for (std::size_t other = 0; other < nodes_.size(); ++other)
    if (other != n) {
      net_.after(other, pick(20 * millisecond),
                 [=, this] { hear_of_death(other, n); });
      net_.after(n, pick(20 * millisecond),
                 [=, this] { hear_of_death(n, other); });
    }
}

// When the others have all gone on without it; it may hear of that or not.
void actor_run::wake(std::size_t n) {
  sim_.after(45 * millisecond + pick(60 * millisecond), [=, this] {
    net_.resume(n);
    if (sim_.rng().chance(0.5))
      take_view(n, agreed());
  });
}

// --- agreed by the nodes themselves

// Each with each, sooner or later; the two do not know it at the same time.
void actor_run::meet() {
  for (std::size_t a = 0; a < nodes_.size(); ++a)
    for (std::size_t b = a + 1; b < nodes_.size(); ++b) {
      const auto when = pick(40 * millisecond);
      const auto up = [this](std::size_t n, std::size_t peer) {
        if (!nodes_[n].down.contains(peer))
          agree(n, nodes_[n].agreement->on_peer_up(id_of(peer)));
      };
      net_.after(a, when + pick(2 * millisecond), [=] { up(a, b); });
      net_.after(b, when + pick(2 * millisecond), [=] { up(b, a); });
    }
}

void actor_run::hear_of_death(std::size_t n, std::size_t of) {
  nodes_[n].down.insert(of);
  agree(n, nodes_[n].agreement->on_peer_down(id_of(of)));
}

void actor_run::agree(std::size_t n, view_agreement::instructions list) {
  for (auto& i : list) {
    if (auto* t = std::get_if<view_agreement::transmit>(&i)) {
      net_.send(n, index_of(t->to), std::move(t->message));
    } else if (auto* a = std::get_if<view_agreement::arm>(&i)) {
      net_.after(n, static_cast<sim_time>(a->delay.count()),
                 [this, n, generation = a->generation] {
                   agree(n, nodes_[n].agreement->on_time(generation));
                 });
    } else if (auto* v = std::get_if<view_agreement::adopted>(&i)) {
      feed(n, mobility_event::view{v->v});
    } else if (auto* out = std::get_if<view_agreement::expelled>(&i)) {
      feed(n, mobility_event::view{out->v});
    }
  }
  if (leaves_.contains(n))
    end_if_left(n);
}

// --- agreed for them

// What only this node had may be lost, also if its source has not released it
// yet: that may still do so.
void actor_run::note_losses(std::size_t n) {
  for (auto& actor : actors_) {
    if (!nodes_[n].machine->is_here(actor))
      continue;
    const auto epoch = nodes_[n].machine->believed(actor).value_or(location{});
    bool elsewhere = false;
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      const auto& there = *nodes_[other].machine;
      if (!dead_[other] && there.is_here(actor) && !there.is_dead(actor))
        elsewhere |= there.believed(actor)->epoch > epoch.epoch;
    }
    if (!elsewhere)
      lost_.insert(actor);
  }
}

void actor_run::change_view() {
  ++view_number_;
  const auto v = agreed();
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (!dead_[n])
      net_.after(n, pick(20 * millisecond), [=, this] { take_view(n, v); });
}

void actor_run::take_view(std::size_t n, const view& v) {
  if (v.id.number > nodes_[n].machine->now().id.number)
    feed(n, mobility_event::view{v});
}

} // namespace tern::simulation
