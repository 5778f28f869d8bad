#include "bench/pairs.hpp"

#include <fmt/format.h>

#include <utility>

namespace tern::bench {

namespace {

constexpr double slack_of_a_rival = 1.25;

/// The rival at its usual speed, so that a comparison means something?
bool is_sound(double rival, const promise& p) {
  if (!p.known_rival)
    return true;
  return p.larger_is_better ? rival * slack_of_a_rival >= *p.known_rival
                            : rival <= *p.known_rival * slack_of_a_rival;
}

} // namespace

pairs interleave(unsigned repeats,
                 const std::function<std::optional<double>()>& ours,
                 const std::function<std::optional<double>()>& theirs) {
  pairs found;
  for (unsigned i = 0; i < repeats; ++i) {
    if (const auto x = ours())
      found.ours.push_back(*x);
    if (!theirs)
      continue;
    if (const auto x = theirs())
      found.theirs.push_back(*x);
  }
  return found;
}

promise at_most(double limit) {
  promise p;
  p.at_most = limit;
  return p;
}

row compare(std::string bench, std::string name, std::string unit,
            std::string rival_name, const pairs& figures, const promise& p) {
  row r;
  r.bench = std::move(bench);
  r.name = std::move(name);
  r.unit = std::move(unit);
  r.rival_name = std::move(rival_name);
  r.ours = median(figures.ours);
  r.spread = spread(figures.ours);
  if (!figures.theirs.empty()) {
    r.rival = median(figures.theirs);
    r.ratio = p.larger_is_better ? r.ours / *r.rival : *r.rival / r.ours;
  }
  if (figures.ours.empty()) {
    r.ok = false;
    r.budget = "no run ended well";
  } else if (p.at_least) {
    r.budget = fmt::format("ratio >= {:g}", *p.at_least);
    if (!r.ratio || !is_sound(*r.rival, p))
      r.ok = std::nullopt;
    else
      r.ok = *r.ratio >= *p.at_least;
  } else if (p.at_most) {
    r.budget = fmt::format("<= {:g} {}", *p.at_most, r.unit);
    r.ok = r.ours <= *p.at_most;
  } else if (p.more_than) {
    r.budget = fmt::format(">= {:g} {}", *p.more_than, r.unit);
    r.ok = r.ours >= *p.more_than;
  }
  return r;
}

row of_all_runs(row r, const pairs& figures, std::size_t runs) {
  if (figures.ours.size() < runs) {
    r.budget =
        fmt::format("{} of {} runs failed", runs - figures.ours.size(), runs);
    r.ok = false;
  }
  return r;
}

} // namespace tern::bench
