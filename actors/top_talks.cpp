#include "actors/top_talks.hpp"

#include <algorithm>

namespace tern {

namespace {

// Never 0, which is the mark of an empty place.
std::uint32_t mark_of(const actor_id& actor, const actor_id& with) {
  const std::hash<actor_id> hash;
  const auto x = (hash(actor) * 0x9e3779b97f4a7c15ull) ^ hash(with);
  return static_cast<std::uint32_t>(x >> 32) | 1u;
}

} // namespace

std::size_t top_talks::find(std::uint32_t mark) const {
  std::uint32_t found = 0; // no early end, so that it is done by vectors
  for (std::uint32_t i = 0; i < capacity; ++i)
    found = std::max(found, marks_[i] == mark ? i + 1 : 0);
  return found;
}

void top_talks::count(const actor_id& actor, const actor_id& with,
                      std::uint64_t messages) {
  const auto mark = mark_of(actor, with);
  if (const auto at = find(mark); at > 0) {
    auto& e = entries_[at - 1];
    if (e.actor == actor && e.with == with) {
      e.count += messages;
      return;
    }
  }
  if (size_ < capacity) {
    marks_[size_] = mark;
    entries_[size_++] = {actor, with, messages, 0};
    return;
  }
  const auto least = std::ranges::min_element(entries_, {}, &entry::count);
  marks_[static_cast<std::size_t>(least - entries_.begin())] = mark;
  *least = {actor, with, least->count + messages, least->count};
}

std::vector<top_talks::entry> top_talks::take() {
  std::vector<entry> out(entries_.begin(),
                         entries_.begin() + static_cast<std::ptrdiff_t>(size_));
  marks_ = {};
  size_ = 0;
  return out;
}

} // namespace tern
