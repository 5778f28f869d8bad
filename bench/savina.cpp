#include "bench/savina.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/savina_case.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace tern::bench {

namespace {

/// Of the rival's time.
constexpr double most_times = 1.5;

/// Runs of one program; counts those that did not come to the right result.
class side {
public:
  side(std::string program, std::vector<std::string> words)
    : program_(std::move(program)), words_(std::move(words)) {}

  /// Microseconds a step.
  std::optional<double> operator()() {
    const auto r = time_program(program_, words_);
    if (!r) {
      ++failed_;
      std::cerr << fmt::format("tern-bench savina: {} {} went wrong\n",
                               program_, fmt::join(words_, " "));
      return std::nullopt;
    }
    return r->seconds * 1e6 / r->value;
  }
  bool failed() const noexcept {
    return failed_ > 0;
  }

private:
  std::string program_;
  std::vector<std::string> words_;
  unsigned failed_ = 0;
};

row measure(const savina_case& c, const savina_options& o,
            const std::string& rival) {
  const std::string name{c.name};
  const auto scale = fmt::format("{}", o.scale);
  side ours{own_path(), {"savina-once", name, scale}};
  side theirs{rival, {name, scale}};
  std::function<std::optional<double>()> rivals_turn;
  if (!rival.empty())
    rivals_turn = std::ref(theirs);
  promise p;
  if (!o.check)
    p.at_least = 1 / most_times;
  auto r = compare(
      "savina", name, fmt::format("us/{}", c.step), "CAF 0.17.6",
      interleave(o.check ? 1 : o.repeats, std::ref(ours), rivals_turn), p);
  r.budget =
      o.check ? "right results" : fmt::format("<= {:g} x rival", most_times);
  if (ours.failed() || theirs.failed()) {
    r.budget += ": WRONG";
    r.ok = false;
  }
  if (ours.failed())
    r.ratio = std::nullopt;
  return r;
}

} // namespace

std::vector<std::string> savina_names() {
  std::vector<std::string> names;
  for (const auto& c : savina_cases())
    names.emplace_back(c.name);
  return names;
}

std::vector<row> run_savina(const savina_options& o) {
  const auto rival = program_beside("rival-caf-savina");
  std::vector<row> rows;
  for (const auto& c : savina_cases())
    if (o.only.empty() || std::ranges::find(o.only, c.name) != o.only.end())
      rows.push_back(measure(c, o, rival));
  return rows;
}

} // namespace tern::bench
