#pragma once

#include "actors/node.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace tern {

/// Who handles which kind of message.
///
/// Any thread may register and look up; a handler that is replaced lives on,
/// for a thread may be in it.
class handler_table {
public:
  static constexpr std::size_t kinds = 1024;

  /// Throws `std::out_of_range` for a kind above the last.
  void set(message_kind kind, node::handler f) {
    auto& place = places_.at(static_cast<std::size_t>(kind));
    std::lock_guard guard{mutex_};
    owned_.push_back(std::make_unique<node::handler>(std::move(f)));
    place.store(owned_.back().get(), std::memory_order_release);
  }

  /// Calls the handler of `message.kind`; false if there is none.
  bool call(incoming& message) const {
    auto number = static_cast<std::size_t>(message.kind);
    if (number >= kinds)
      return false;
    auto handler = places_[number].load(std::memory_order_acquire);
    if (!handler)
      return false;
    (*handler)(message);
    return true;
  }

private:
  std::array<std::atomic<const node::handler*>, kinds> places_{};
  std::mutex mutex_;
  std::vector<std::unique_ptr<node::handler>> owned_;
};

} // namespace tern
