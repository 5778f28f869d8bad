#include "actors/trace/frame_digest.hpp"

#include "actors/mix.hpp"
#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace tern {

namespace {

// Numbers of one node's messages are alike above these (tracer.hpp), and close
// to each other below within one frame.
constexpr int counter_bits = 40;
// Of a frame; more are one range.
constexpr std::size_t most_ranges = 64;
// No actor's: its kind is none.
constexpr std::uint64_t no_actor_key = 1;

/// Each once, in no order; not 0, which marks what is free.
class distinct_keys {
public:
  explicit distinct_keys(std::size_t most)
    : table_(std::bit_ceil(2 * most + 1)) {}

  void add(std::uint64_t key) {
    const auto last = table_.size() - 1;
    auto at = static_cast<std::size_t>(mix(key)) & last;
    while (table_[at] != 0 && table_[at] != key)
      at = (at + 1) & last;
    table_[at] = key;
  }

  std::vector<std::uint64_t> take() {
    std::erase(table_, 0);
    return std::move(table_);
  }

private:
  std::vector<std::uint64_t> table_;
};

/// Widens the range of the number's node.
void note(std::uint64_t number, frame_digest& to) {
  const auto alike = [&](const auto& range) {
    return range.first >> counter_bits == number >> counter_bits;
  };
  auto range = std::ranges::find_if(to.numbers, alike);
  if (range == to.numbers.end() && to.numbers.size() < most_ranges)
    range = to.numbers.insert(range, {number, number});
  if (range == to.numbers.end())
    range = to.numbers.begin(); // which then holds more than one node's
  range->first = std::min(range->first, number);
  range->second = std::max(range->second, number);
}

void digest(const trace_events& run, frame_digest& to) {
  const auto& events = run.thread.events;
  to.what = frame_digest::content::events;
  to.node = run.node;
  to.thread = run.thread.thread;
  to.events = events.size();
  to.first = events.empty() ? 0 : ~std::uint64_t{0};
  distinct_keys keys{events.size()};
  for (const auto& e : events) {
    to.first = std::min(to.first, e.time);
    to.last = std::max(to.last, e.time);
    keys.add(actor_key(e.actor));
    if (is_message(e) && e.argument != 0)
      note(e.argument, to);
  }
  to.actors = key_filter{keys.take()};
}

} // namespace

bool frame_digest::may_hold_any(std::span<const std::uint64_t> sorted) const {
  return std::ranges::any_of(numbers, [&](const auto& range) {
    const auto found = std::ranges::lower_bound(sorted, range.first);
    return found != sorted.end() && *found <= range.second;
  });
}

frame_digest digest_of(const frame_place& place, const trace_record* record) {
  frame_digest out;
  out.place = place;
  if (!record)
    return out;
  if (const auto* node = std::get_if<node_trace>(record)) {
    out.what = frame_digest::content::node;
    out.node = node->node;
  } else if (const auto* run = std::get_if<trace_events>(record)) {
    digest(*run, out);
  } else if (std::holds_alternative<trace_header>(*record)) {
    out.what = frame_digest::content::header;
  }
  return out;
}

std::uint64_t actor_key(std::uint64_t low) noexcept {
  switch (actor_id{0, low}.kind()) {
  case actor_kind::service:
  case actor_kind::stateful:
  case actor_kind::keyed:
  case actor_kind::task:
    return low;
  default:
    return no_actor_key;
  }
}

} // namespace tern
