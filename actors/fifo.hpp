#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace tern {

/// A queue in one piece of memory, which it keeps while it is short: most
/// queues here have one item, for a moment. Iterators and references last until
/// the next change. For one thread at a time.
template <class T>
class fifo {
public:
  fifo() = default;
  template <class Iterator>
  fifo(Iterator first, Iterator last) : items_(first, last) {}

  bool empty() const noexcept {
    return first_ == items_.size();
  }
  std::size_t size() const noexcept {
    return items_.size() - first_;
  }
  T& front() {
    return items_[first_];
  }
  const T& front() const {
    return items_[first_];
  }
  T& back() {
    return items_.back();
  }
  const T& back() const {
    return items_.back();
  }
  const T& operator[](std::size_t i) const {
    return items_[first_ + i];
  }
  auto begin() const noexcept {
    return items_.begin() + static_cast<std::ptrdiff_t>(first_);
  }
  auto end() const noexcept {
    return items_.end();
  }

  void push_back(T item) {
    if (items_.size() == items_.capacity() && first_ >= items_.size() / 2)
      close_gap();
    items_.push_back(std::move(item));
  }
  void push_front(T item) {
    if (first_ > 0)
      items_[--first_] = std::move(item);
    else
      items_.insert(items_.begin(), std::move(item));
  }
  void pop_front() {
    items_[first_++] = T{}; // what it held is free from here on
    if (empty())
      clear();
  }
  void clear() {
    first_ = 0;
    if (items_.capacity() > most_kept)
      items_ = {};
    else
      items_.clear();
  }

private:
  static constexpr std::size_t most_kept = 64;

  void close_gap() {
    items_.erase(items_.begin(),
                 items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::vector<T> items_; // those before first_ are gone
  std::size_t first_ = 0;
};

} // namespace tern
