// Many runs, and from the first that breaks something to a small one. A seed
// draws which of the faults it has, for faults hide each other: "swarm testing"
// (Groce et al., ISSTA 2012).
//
// Shrinking is greedy: whatever breaks the same with less is taken, until
// nothing does. A smaller run draws other numbers, so a few seeds are tried for
// each before it counts as one that holds.

#include "actors/simulation/try_seeds.hpp"

#include <algorithm>

namespace tern::simulation {

namespace {

constexpr std::uint64_t seeds_a_step = 20;
// while shrinking
constexpr std::size_t most_runs = 1'000;
constexpr std::uint64_t most_events = 20'000'000;

struct one_run {
  verdict v;
  std::vector<std::string> history;
};

one_run run_once(const options& o, const scenario& f) {
  cluster c{o};
  std::string thrown;
  try {
    f(c);
  } catch (const std::exception& e) {
    thrown = e.what();
  } catch (...) {
    thrown = "what is no std::exception";
  }
  auto v = c.so_far();
  if (v.holds() && !thrown.empty()) {
    v.broken = "the scenario does not throw";
    v.why = thrown;
  }
  if (v.holds())
    v = c.run();
  return {std::move(v), c.history()};
}

options draw_from(const options& most, std::uint64_t seed) {
  options o = most;
  o.seed = seed;
  random_source rng(seed ^ 0x737761726d);
  const auto maybe = [&](auto& fault) {
    if (rng.chance(0.5))
      fault = {};
  };
  maybe(o.moves);
  maybe(o.bad.loss);
  maybe(o.bad.duplicate);
  maybe(o.bad.straggle);
  maybe(o.bad.kills);
  maybe(o.bad.pauses);
  maybe(o.bad.cuts);
  maybe(o.bad.clogs);
  maybe(o.bad.skew);
  maybe(o.bad.expels);
  return o;
}

/// All that is one step smaller, the largest steps first.
std::vector<options> smaller(const options& o) {
  std::vector<options> all;
  const auto with = [&](auto&& change) {
    options next = o;
    change(next);
    if (next != o)
      all.push_back(next);
  };
  const auto without = [&](auto faults::*fault) {
    with([&](options& n) { n.bad.*fault = {}; });
  };
  with([](options& n) { n.nodes = 1; });
  with([](options& n) { n.nodes = std::max<std::size_t>(n.nodes - 1, 1); });
  with([](options& n) { n.rotate = false; });
  with([](options& n) { n.load = std::min<std::size_t>(n.load, 1); });
  with([](options& n) { n.load -= n.load / 2; });
  with([](options& n) { n.load -= n.load > 1; });
  without(&faults::loss);
  without(&faults::duplicate);
  without(&faults::straggle);
  without(&faults::skew);
  for (auto fault : {&faults::kills, &faults::expels, &faults::pauses,
                     &faults::cuts, &faults::clogs}) {
    without(fault);
    with([&](options& n) { n.bad.*fault -= n.bad.*fault > 0; });
  }
  with([](options& n) { n.moves = 0; });
  with([](options& n) { n.moves /= 2; });
  with([](options& n) { n.moves -= n.moves > 0; });
  return all;
}

class shrinking {
public:
  shrinking(finding& f, const scenario& run) : found_(f), run_(run) {}

  void go() {
    while (one_step())
      continue;
  }

private:
  bool has_time() const {
    return runs_ < most_runs && events_ < most_events;
  }

  bool one_step() {
    for (const auto& candidate : smaller(found_.small))
      if (breaks_the_same(candidate))
        return true;
    return false;
  }

  bool breaks_the_same(options o) {
    const auto seed = found_.small.seed;
    for (std::uint64_t i = 0; i < seeds_a_step && has_time(); ++i) {
      o.seed = seed + i;
      ++runs_;
      auto v = run_once(o, run_).v;
      events_ += v.events;
      if (v.broken != found_.what.broken)
        continue;
      found_.small = o;
      found_.shrunk = std::move(v);
      return true;
    }
    return false;
  }

  finding& found_;
  const scenario& run_;
  std::size_t runs_ = 0;
  std::uint64_t events_ = 0;
};

finding examine(const options& o, verdict v, const scenario& run) {
  finding f{o, v, o, v, {}, true};
  const auto again = run_once(o, run).v;
  f.repeats = again.hash == v.hash && again.broken == v.broken;
  if (f.repeats)
    shrinking(f, run).go();
  auto told = f.small;
  told.tell = true;
  f.history = run_once(told, run).history;
  return f;
}

} // namespace

verdict try_one(const options& o, const scenario& run) {
  return run_once(o, run).v;
}

search_result try_seeds(std::uint64_t first, std::uint64_t last,
                        const scenario& run, const options_for_seed& choose) {
  search_result out;
  for (auto seed = first; seed <= last && !out.found; ++seed) {
    const auto o = choose(seed);
    auto v = try_one(o, run);
    ++out.seeds;
    out.events += v.events;
    out.hash = (out.hash ^ v.hash) * 0x100000001b3ull;
    if (!v)
      out.found = examine(o, std::move(v), run);
  }
  return out;
}

search_result try_seeds(std::uint64_t first, std::uint64_t last,
                        const scenario& run, const options& most) {
  return try_seeds(first, last, run, options_for_seed{[&](std::uint64_t seed) {
                     return draw_from(most, seed);
                   }});
}

std::string to_string(const search_result& r, std::size_t lines) {
  if (!r.found)
    return "all " + std::to_string(r.seeds) + " seeds hold";
  const auto& f = *r.found;
  auto text = to_string(f.what);
  if (!f.repeats)
    return text
           + "\nand not the same the second time: is there a clock, a random "
             "device, an address or a thread in it?";
  text += "\nas found: " + to_string(f.first);
  text += "\nsmaller:  " + to_string(f.small) + '\n' + to_string(f.shrunk);
  const auto shown = std::min(lines, f.history.size());
  for (auto i = f.history.size() - shown; i < f.history.size(); ++i)
    text += '\n' + f.history[i];
  return text;
}

} // namespace tern::simulation
