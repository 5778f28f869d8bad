// What goes wrong in a run, planned at its start. Each kind of fault draws from
// a source of its own: a run without pauses has the same kills, so a smaller
// run is more often one that fails as well.

#include "actors/simulation/cluster_impl.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::simulation {

namespace {

constexpr sim_time hour = 3'600 * second;
/// Until somebody misses a node.
constexpr sim_time notice_delay = 20 * millisecond;

/// A time within [0, most].
sim_time draw(random_source& rng, std::chrono::nanoseconds most) {
  return rng.below(
      static_cast<sim_time>(std::max<std::int64_t>(most.count(), 0)) + 1);
}

} // namespace

void cluster::impl::plan() {
  random_source all(options_.seed ^ 0x7465726e);
  plan_clocks(all.fork());
  moves_ = all.fork();
  program_ = all.fork();
  plan_kills(all.fork());
  plan_pauses(all.fork());
  plan_cuts(all.fork());
  plan_clogs(all.fork());
  plan_expels(all.fork());
  secrets_ = all.fork();
  plan_moves();
}

// No two clocks began together.
void cluster::impl::plan_clocks(random_source rng) {
  for (auto& node : nodes_) {
    node->start = std::chrono::nanoseconds(second + rng.below(hour));
    node->pace = 1 + options_.bad.skew * (2 * rng.unit() - 1);
  }
}

void cluster::impl::plan_moves() {
  for (std::size_t i = 0; i < options_.moves; ++i)
    sim_.after(draw(moves_, options_.bad.during), [this] {
      const auto actor = moves_.next();
      const auto target = moves_.below(options_.nodes);
      if (!actors_.empty())
        order(options_.nodes, actors_[actor % actors_.size()], id_of(target));
    });
}

void cluster::impl::plan_kills(random_source rng) {
  for (std::size_t i = 0; i < options_.bad.kills; ++i) {
    const auto n = rng.below(options_.nodes);
    sim_.after(draw(rng, options_.bad.during), [this, n] {
      if (others_live(n))
        kill(n);
    });
  }
}

bool cluster::impl::others_live(std::size_t n) const {
  for (std::size_t other = 0; other < options_.nodes; ++other)
    if (other != n && lives(other))
      return true;
  return false;
}

void cluster::impl::plan_pauses(random_source rng) {
  for (std::size_t i = 0; i < options_.bad.pauses; ++i) {
    const auto n = rng.below(options_.nodes);
    const auto length = draw(rng, options_.bad.longest);
    sim_.after(draw(rng, options_.bad.during),
               [this, n, length] { pause(n, length); });
  }
}

void cluster::impl::plan_cuts(random_source rng) {
  for (std::size_t i = 0; i < options_.bad.cuts; ++i) {
    const auto a = rng.below(nodes_.size());
    const auto b = rng.below(nodes_.size());
    const bool both = rng.chance(0.5);
    const auto begin = draw(rng, options_.bad.during);
    const auto end = begin + draw(rng, options_.bad.longest);
    if (a == b)
      continue;
    sim_.after(begin, [this, a, b, both] {
      cut(a, b);
      if (both)
        cut(b, a);
    });
    sim_.after(end, [this, a, b, both] {
      mend(a, b);
      if (both)
        mend(b, a);
    });
  }
}

void cluster::impl::plan_clogs(random_source rng) {
  for (std::size_t i = 0; i < options_.bad.clogs; ++i) {
    const auto begin = draw(rng, options_.bad.during);
    for (std::size_t from = 0; from < nodes_.size(); ++from)
      for (std::size_t to = 0; to < nodes_.size(); ++to)
        if (from != to && rng.chance(0.5))
          plan_clog(rng, from, to, begin);
  }
}

// The links of one clog close one by one in its first half and open one by one
// in the second: at half-time none of them lets anything through.
void cluster::impl::plan_clog(random_source& rng, std::size_t from,
                              std::size_t to, sim_time begin) {
  const auto half = options_.bad.longest / 2;
  const auto middle = begin + static_cast<sim_time>(half.count());
  const auto over = static_cast<sim_time>(options_.bad.during.count());
  const auto close = std::min(begin + draw(rng, half), over);
  const auto open = std::min(middle + draw(rng, half), over);
  sim_.after(close, [this, from, to] { clog(from, to); });
  sim_.after(open, [this, from, to] { unclog(from, to); });
}

void cluster::impl::plan_expels(random_source rng) {
  for (std::size_t i = 0; i < options_.bad.expels; ++i) {
    const auto n = rng.below(options_.nodes);
    const auto length = draw(rng, options_.bad.longest);
    sim_.after(draw(rng, options_.bad.during), [this, n, length] {
      if (others_live(n))
        expel(n, length);
    });
  }
}

// -- what a fault is ----------------------------------------------------------

void cluster::impl::kill(std::size_t n) {
  if (!net_.alive(n))
    return;
  touched_ = true;
  tell([&] { return fmt::format("node {} dies", n); });
  net_.kill(n);
  if (!expelled_.contains(n))
    sim_.after(pick(notice_delay), [this] { change_view(); });
}

// It does not know that the others go on without it. What it says when it wakes
// up is heard by those who do not know it either yet, and by nobody else.
void cluster::impl::expel(std::size_t n, sim_time length) {
  if (!lives(n))
    return;
  touched_ = true;
  tell([&] { return fmt::format("node {} stops, and is taken for dead", n); });
  expelled_.insert(n);
  net_.pause(n);
  sim_.after(pick(notice_delay), [this] { change_view(); });
  sim_.after(length, [this, n] { wake(n); });
}

void cluster::impl::wake(std::size_t n) {
  if (!net_.alive(n) || !net_.paused(n))
    return;
  tell([&] { return fmt::format("node {} wakes up", n); });
  net_.resume(n);
}

// They would ask for ever.
void cluster::impl::end_expelled() {
  for (const auto n : expelled_)
    kill(n);
}

void cluster::impl::pause(std::size_t n, sim_time length) {
  if (!lives(n))
    return;
  tell([&] {
    return fmt::format("node {} pauses for {:.3f} ms", n,
                       static_cast<double>(length) / millisecond);
  });
  net_.pause_for(n, length);
}

void cluster::impl::cut(std::size_t from, std::size_t to) {
  tell([&] { return fmt::format("node {} cannot reach node {}", from, to); });
  net_.cut(from, to);
}

void cluster::impl::mend(std::size_t from, std::size_t to) {
  tell([&] { return fmt::format("node {} can reach node {}", from, to); });
  net_.mend(from, to);
}

void cluster::impl::clog(std::size_t from, std::size_t to) {
  tell([&] {
    return fmt::format("the link from node {} to node {} is clogged", from, to);
  });
  net_.clog(from, to);
}

void cluster::impl::unclog(std::size_t from, std::size_t to) {
  tell([&] {
    return fmt::format("the link from node {} to node {} is clear", from, to);
  });
  net_.unclog(from, to);
}

void cluster::impl::heal() {
  tell([] { return std::string("the faults are over"); });
  net_.heal();
}

} // namespace tern::simulation
