#include "actors/trace/message_flights.hpp"

#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

// Above any clock; sums of two fit.
constexpr std::uint64_t latest_time = std::uint64_t{1} << 61;

std::int64_t bounded(std::uint64_t time) noexcept {
  return static_cast<std::int64_t>(std::min(time, latest_time));
}

struct seen_ends {
  std::optional<flight_end> sent;
  std::optional<flight_end> received;
  std::uint16_t kind = 0;
};

/// What the messages between two nodes, `low` < `high` by position, tell.
struct clock_bounds {
  static constexpr auto none = std::numeric_limits<std::int64_t>::max();

  std::uint64_t messages = 0;
  std::int64_t up = none;   ///< shortest by the clocks, from low to high
  std::int64_t down = none; ///< and back

  /// What to add to the times of `high` if those of `low` are right: within
  /// [-up, down].
  std::int64_t offset() const noexcept {
    const auto least = up == none ? -none : -up;
    if (least <= 0 && 0 <= down)
      return 0;
    if (up == none || down == none || least > down)
      return up == none ? down : least;
    return least + (down - least) / 2;
  }
};

using node_pair = std::pair<std::size_t, std::size_t>;

std::map<node_pair, clock_bounds>
bounds_of(std::span<const message_flight> flights) {
  std::map<node_pair, clock_bounds> all;
  for (const auto& f : flights) {
    if (f.sent.node == f.received.node)
      continue;
    const bool up = f.sent.node < f.received.node;
    auto& pair = all[std::minmax(f.sent.node, f.received.node)];
    auto& shortest = up ? pair.up : pair.down;
    shortest =
        std::min(shortest, bounded(f.received.time) - bounded(f.sent.time));
    ++pair.messages;
  }
  return all;
}

/// What is to be added to the times of `to` more than to those of `from`.
struct clock_step {
  std::uint64_t messages = 0;
  std::size_t from = 0;
  std::size_t to = 0;
  std::int64_t offset = 0;

  friend auto operator<=>(const clock_step&, const clock_step&) = default;
};

} // namespace

std::vector<message_flight> flights_in(const trace_content& trace) {
  std::unordered_map<std::uint64_t, seen_ends> ends;
  for (std::size_t node = 0; node < trace.nodes.size(); ++node)
    for (const auto& thread : trace.nodes[node].threads)
      for (const auto& e : thread.events) {
        if (!is_message(e) || e.argument == 0)
          continue;
        auto& seen = ends[e.argument];
        auto& end = e.kind == trace_kind::sent ? seen.sent : seen.received;
        end = {node, e.time, actor_of(trace.nodes[node], e)};
        seen.kind = e.extra;
      }
  std::vector<message_flight> flights;
  for (const auto& [number, seen] : ends)
    if (seen.sent && seen.received)
      flights.push_back({number, static_cast<message_kind>(seen.kind),
                         *seen.sent, *seen.received});
  std::ranges::sort(flights, {}, &message_flight::number);
  return flights;
}

std::vector<std::int64_t>
align_clocks(const trace_content& trace,
             std::span<const message_flight> flights) {
  const auto size = trace.nodes.size();
  std::vector<std::vector<clock_step>> steps(size);
  for (const auto& [pair, bounds] : bounds_of(flights)) {
    const auto [low, high] = pair;
    const auto offset = bounds.offset();
    steps[low].push_back({bounds.messages, low, high, offset});
    steps[high].push_back({bounds.messages, high, low, -offset});
  }
  std::vector<std::int64_t> offsets(size);
  std::vector<bool> placed(size);
  std::priority_queue<clock_step> next; // from nodes that are placed
  const auto place = [&](std::size_t node) {
    placed[node] = true;
    for (const auto& step : steps[node])
      next.push(step);
  };
  for (std::size_t first = 0; first < size; ++first) {
    if (placed[first])
      continue;
    for (place(first); !next.empty();) {
      const auto step = next.top();
      next.pop();
      if (placed[step.to])
        continue;
      offsets[step.to] =
          std::clamp(offsets[step.from] + step.offset, -bounded(latest_time),
                     bounded(latest_time));
      place(step.to);
    }
  }
  return offsets;
}

std::int64_t aligned_time(std::uint64_t time, std::int64_t offset) noexcept {
  return bounded(time) + offset;
}

} // namespace tern
