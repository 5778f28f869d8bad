#include "bench/actors.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"

#include <optional>
#include <string>
#include <utility>

namespace tern::bench {

namespace {

std::optional<double> figure(const std::string& kind) {
  const auto text = output_of(own_path(), {"actors-once", kind});
  return text.empty() ? std::nullopt : std::optional(std::stod(text));
}

struct line {
  const char* name;
  const char* kind;
  const char* unit;
  promise kept;
};

} // namespace

std::vector<row> run_actors(unsigned repeats) {
  constexpr auto none = std::nullopt;
  const promise at_most_3_times{1.0 / 3, none, none, false, none};
  const line lines[] = {
      {"messages to another process",
       "rate",
       "1/s",
       {none, none, 1e6, true, none}},
      {"10,000 actors moved at once",
       "batch",
       "s",
       {none, 1, none, false, none}},
      {"longest wait around 200 moves",
       "gap",
       "ms",
       {none, 8, none, false, none}},
      {"an idle actor", "idle", "B", {none, 1600, none, false, none}},
  };
  std::vector<row> rows;
  rows.push_back(compare(
      "actors", "to another process and back", "us", "TCP",
      interleave(
          repeats, [] { return figure("trip"); }, [] { return figure("tcp"); }),
      at_most_3_times));
  for (const auto& l : lines)
    rows.push_back(compare("actors", l.name, l.unit, "",
                           interleave(repeats, [&] { return figure(l.kind); }),
                           l.kept));
  return rows;
}

} // namespace tern::bench
