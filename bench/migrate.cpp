#include "bench/migrate.hpp"

#include "bench/child.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace tern::bench {

namespace {

struct figures {
  std::vector<double> p50, p99, max, failed, wrong, messages;
};

bool take(const std::string& text, figures& into) {
  const auto said = nlohmann::json::parse(text, nullptr, false);
  if (said.is_discarded() || !said.is_object())
    return false;
  into.p50.push_back(said.value("p50", 0.0));
  into.p99.push_back(said.value("p99", 0.0));
  into.max.push_back(said.value("max", 0.0));
  into.failed.push_back(said.value("failed", 0.0));
  into.wrong.push_back(said.value("wrong", 0.0));
  into.messages.push_back(said.value("messages", 0.0));
  return true;
}

row figure(const std::string& name, const char* unit,
           const std::vector<double>& values, std::optional<double> limit) {
  row r;
  r.bench = "migrate";
  r.name = name;
  r.unit = unit;
  r.ours = median(values);
  r.spread = spread(values);
  if (limit) {
    r.budget = fmt::format("<= {:g} {}", *limit, unit);
    r.ok = !values.empty() && r.ours <= *limit;
  }
  return r;
}

void report(const std::string& name, const figures& f, bool budgeted,
            std::vector<row>& rows) {
  const auto limit = [&](double x) {
    return budgeted ? std::optional(x) : std::nullopt;
  };
  rows.push_back(figure(name + " frozen p50", "us", f.p50, limit(1000)));
  rows.push_back(figure(name + " frozen p99", "us", f.p99, limit(3000)));
  rows.push_back(figure(name + " frozen max", "us", f.max, {}));
  rows.push_back(figure(name + " messages", "", f.messages, {}));
  // All runs, not their median: one lost message is one too many.
  for (const auto& [what, values] :
       {std::pair{" lost, doubled, swapped", &f.wrong},
        std::pair{" moves that failed", &f.failed}}) {
    auto r = figure(name + what, "", *values, 0.0);
    r.ours =
        values->empty() ? 0 : *std::max_element(values->begin(), values->end());
    r.ok = !values->empty() && r.ours == 0;
    rows.push_back(r);
  }
}

} // namespace

std::vector<row> run_migrate(std::size_t moves, unsigned repeats) {
  const std::vector<std::pair<std::string, std::size_t>> cases = {
      {"1 kB", 1000}, {"1 MB", 1'000'000}};
  std::vector<figures> found(cases.size());
  for (unsigned i = 0; i < repeats; ++i)
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const auto text = output_of(own_path(), {"migrate-once",
                                               std::to_string(cases[c].second),
                                               std::to_string(moves)});
      if (!take(text, found[c]))
        std::cerr << "tern-bench migrate: a run failed\n";
    }
  std::vector<row> rows;
  for (std::size_t c = 0; c < cases.size(); ++c)
    report(cases[c].first, found[c], c == 0, rows);
  return rows;
}

} // namespace tern::bench
