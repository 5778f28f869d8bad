#include "serialization/run_heap.hpp"

#include <iterator>

namespace tern {

void run_heap::add(run r) {
  by_address_.emplace(r.begin, r.size);
  by_size_.emplace(r.size, r.begin);
  bytes_ += r.size;
}

void run_heap::remove(address_map::iterator position) {
  by_size_.erase({position->second, position->first});
  bytes_ -= position->second;
  by_address_.erase(position);
}

void run_heap::insert(run r) {
  if (r.size == 0)
    return;
  auto next = by_address_.lower_bound(r.begin);
  if (next != by_address_.end() && r.begin + r.size == next->first) {
    r.size += next->second;
    auto merged = next++;
    remove(merged);
  }
  if (next != by_address_.begin()) {
    auto previous = std::prev(next);
    if (previous->first + previous->second == r.begin) {
      r.begin = previous->first;
      r.size += previous->second;
      remove(previous);
    }
  }
  add(r);
}

std::optional<std::uintptr_t> run_heap::take(std::size_t size) {
  auto fit = by_size_.lower_bound({size, 0});
  if (fit == by_size_.end())
    return std::nullopt;
  const run found{fit->second, fit->first};
  remove(by_address_.find(found.begin));
  if (found.size > size)
    add({found.begin + size, found.size - size});
  return found.begin;
}

std::optional<run_heap::run> run_heap::take_aligned(std::size_t unit) {
  run best{0, 0};
  auto source = by_address_.end();
  for (auto i = by_address_.begin(); i != by_address_.end(); ++i) {
    const auto begin = (i->first + unit - 1) / unit * unit;
    const auto end = (i->first + i->second) / unit * unit;
    if (begin < end && end - begin > best.size) {
      best = {begin, end - begin};
      source = i;
    }
  }
  if (source == by_address_.end())
    return std::nullopt;
  const run whole{source->first, source->second};
  remove(source);
  if (whole.begin < best.begin)
    add({whole.begin, best.begin - whole.begin});
  const auto best_end = best.begin + best.size;
  const auto whole_end = whole.begin + whole.size;
  if (best_end < whole_end)
    add({best_end, whole_end - best_end});
  return best;
}

} // namespace tern
