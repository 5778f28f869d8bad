#include "bench/balance.hpp"

#include "bench/child.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace tern::bench {

namespace {

struct figures {
  std::vector<double> rate, moves, settled, fullest, lost;
};

constexpr double least_ratio = 1.5; // of two, with two processors

void run_once(const std::string& policy, const balance_bench_options& how,
              figures& into) {
  const auto text =
      output_of(own_path(),
                {"balance-once", policy, std::to_string(how.actors),
                 fmt::format("{}", how.settle), fmt::format("{}", how.window)});
  const auto said = nlohmann::json::parse(text, nullptr, false);
  if (said.is_discarded() || !said.is_object()) {
    std::cerr << "tern-bench balance: a run failed\n";
    return;
  }
  into.rate.push_back(said.value("rate", 0.0));
  into.moves.push_back(said.value("moves", 0.0));
  into.settled.push_back(said.value("settled", 0.0));
  into.fullest.push_back(said.value("fullest", 0.0));
  into.lost.push_back(said.value("lost", 1.0));
}

row figure(const std::string& name, const char* unit,
           const std::vector<double>& values) {
  row r;
  r.bench = "balance";
  r.name = name;
  r.unit = unit;
  r.ours = median(values);
  r.spread = spread(values);
  r.ok = !values.empty();
  return r;
}

row at_most(row r, double limit) {
  r.budget = fmt::format("<= {:g} {}", limit, r.unit);
  r.ok = *r.ok && r.ours <= limit;
  return r;
}

} // namespace

std::vector<row> run_balance(const balance_bench_options& how) {
  double busy = 0; // with what others do, before this began
  const bool disturbed = ::getloadavg(&busy, 1) == 1 && busy > 1;
  figures none;
  figures load;
  for (unsigned i = 0; i < (how.check ? 1 : how.repeats); ++i) {
    run_once("none", how, none);
    run_once("load", how, load);
  }
  const auto actors = static_cast<double>(how.actors);
  auto speed =
      figure(fmt::format("{} busy actors", how.actors), "steps/s", load.rate);
  speed.rival_name = "policy none";
  speed.rival = median(none.rate);
  if (*speed.rival > 0)
    speed.ratio = speed.ours / *speed.rival;
  if (!how.check) {
    speed.budget = fmt::format(">= {:g} x policy none", least_ratio);
    if (std::thread::hardware_concurrency() < 2 || disturbed)
      speed.ok = std::nullopt; // the second node has no processor to itself
    else
      speed.ok = speed.ratio && *speed.ratio >= least_ratio;
  }
  auto still = figure("moves with policy none", "", none.moves);
  // All runs, not their median: one lost actor is one too many.
  auto lost = figure("actors that were lost", "", load.lost);
  lost.ours = load.lost.empty()
                  ? 0
                  : *std::max_element(load.lost.begin(), load.lost.end());
  return {speed,
          at_most(figure("moves", "", load.moves), actors),
          figure("until the last move", "s", load.settled),
          at_most(figure("actors on the fuller node", "", load.fullest),
                  0.65 * actors),
          at_most(still, 0),
          at_most(lost, 0)};
}

} // namespace tern::bench
