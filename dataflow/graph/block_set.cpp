#include "dataflow/graph/block_set.hpp"

#include <algorithm>

namespace tern {

block_set block_set::all(const shape& grid) {
  block_set result;
  for (auto n : grid) {
    result.axes.emplace_back();
    if (n > 0)
      result.axes.back().push_back({0, n});
  }
  return result;
}

block_set block_set::none() {
  block_set result;
  result.axes.emplace_back();
  return result;
}

bool block_set::contains(const shape& index) const noexcept {
  if (index.size() != axes.size())
    return false;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (std::none_of(axes[i].begin(), axes[i].end(), [&](const interval& x) {
          return x.first <= index[i] && index[i] < x.last;
        }))
      return false;
  return true;
}

std::int64_t block_set::size() const noexcept {
  std::int64_t n = 1;
  for (auto& a : axes)
    n *= count_of(a);
  return n;
}

std::int64_t block_set::rank(const shape& index) const noexcept {
  return rank(index.data());
}

std::int64_t block_set::rank(const std::int64_t* index) const noexcept {
  std::int64_t result = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    std::int64_t before = 0, members = 0;
    for (auto& x : axes[i]) {
      if (x.first <= index[i])
        before = members + index[i] - x.first;
      members += x.size();
    }
    result = result * members + before;
  }
  return result;
}

shape block_set::at(std::int64_t position) const {
  shape result(axes.size());
  for (auto i = axes.size(); i-- > 0;) {
    auto members = count_of(axes[i]);
    auto place = position % members;
    position /= members;
    for (auto& x : axes[i]) {
      if (place < x.size()) {
        result[i] = x.first + place;
        break;
      }
      place -= x.size();
    }
  }
  return result;
}

void block_set::merge(const block_set& other) {
  if (other.empty())
    return;
  if (empty()) {
    *this = other;
    return;
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].insert(axes[i].end(), other.axes[i].begin(), other.axes[i].end());
    normalise(axes[i]);
  }
}

std::int64_t count_of(const block_set::axis& a) noexcept {
  std::int64_t n = 0;
  for (auto& x : a)
    n += x.size();
  return n;
}

void append(block_set::axis& a, block_interval i) {
  if (!a.empty() && a.back().last >= i.first)
    a.back().last = std::max(a.back().last, i.last);
  else
    a.push_back(i);
}

void normalise(block_set::axis& a) {
  std::sort(a.begin(), a.end(),
            [](auto& x, auto& y) { return x.first < y.first; });
  block_set::axis result;
  for (auto& x : a)
    append(result, x);
  a = std::move(result);
}

} // namespace tern
