#include "bench/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace tern::bench {

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const auto n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double spread(const std::vector<double>& values) {
  if (values.empty())
    return 0;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *high - *low;
}

namespace {

void print_json(const row& r) {
  auto number = [](const std::optional<double>& x) {
    return x ? nlohmann::ordered_json(*x) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json out;
  out["bench"] = r.bench;
  out["case"] = r.name;
  out["unit"] = r.unit;
  out["ours"] = r.ours;
  out["spread"] = r.spread;
  out["rival_name"] = r.rival_name;
  out["rival"] = number(r.rival);
  out["ratio"] = number(r.ratio);
  out["budget"] = r.budget;
  out["ok"] =
      r.ok ? nlohmann::ordered_json(*r.ok) : nlohmann::ordered_json(nullptr);
  std::cout << out.dump() << '\n';
}

std::string text_of(const std::optional<double>& x) {
  return x ? fmt::format("{:.4g}", *x) : "-";
}

} // namespace

void print(const std::vector<row>& rows, bool json) {
  if (!json)
    std::cout << fmt::format(
        "{:32} {:>10} {:>10} {:10} {:>10} {:>7}  {:24} {}\n", "case", "ours",
        "spread", "unit", "rival", "ratio", "budget", "ok");
  for (const auto& r : rows) {
    if (json) {
      print_json(r);
      continue;
    }
    std::cout << fmt::format(
        "{:32} {:>10.4g} {:>10.2g} {:10} {:>10} {:>7}  {:24} {}\n", r.name,
        r.ours, r.spread, r.unit, text_of(r.rival), text_of(r.ratio), r.budget,
        !r.ok ? "-" : (*r.ok ? "yes" : "NO"));
  }
}

} // namespace tern::bench
