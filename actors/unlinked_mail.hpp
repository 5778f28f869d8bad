#pragma once

#include "actors/envelope.hpp"
#include "serialization/buffer.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tern {

/// Messages for nodes that this one has no link to yet. Who joins a cluster
/// links with its members one after the other, so one of them may send on to it
/// what another has not met yet: dropped, such a message would be missed for
/// ever. What nobody has fetched in `patience` is dropped after all.
/// Any thread.
class unlinked_mail {
public:
  struct letter {
    node_id to;
    message_kind kind;
    envelope head;
    std::vector<std::byte> payload;
    buffer bulk;
    std::chrono::steady_clock::time_point since;
  };

  static constexpr std::size_t most_letters = 65'536;
  static constexpr std::size_t most_bytes = std::size_t{256} << 20;
  static constexpr std::chrono::seconds patience{10};

  /// False: the node is gone, there is no room, or this is closed.
  bool keep(node_id to, message_kind kind, const envelope& head,
            std::span<const std::byte> payload, buffer bulk) {
    const auto now = std::chrono::steady_clock::now();
    std::lock_guard guard{mutex_};
    while (!letters_.empty() && letters_.front().since + patience < now)
      remove_first();
    const auto size = payload.size() + bulk.size();
    if (closed_ || gone_.contains(to.value) || letters_.size() >= most_letters
        || bytes_ + size > most_bytes)
      return false;
    bytes_ += size;
    letters_.push_back({to,
                        kind,
                        head,
                        {payload.begin(), payload.end()},
                        std::move(bulk),
                        now});
    return true;
  }

  /// What has been kept for `to`, in order.
  std::vector<letter> take(node_id to) {
    std::vector<letter> out;
    std::lock_guard guard{mutex_};
    std::deque<letter> others;
    for (auto& l : letters_)
      if (l.to == to) {
        bytes_ -= l.payload.size() + l.bulk.size();
        out.push_back(std::move(l));
      } else {
        others.push_back(std::move(l));
      }
    letters_ = std::move(others);
    return out;
  }

  /// The node has left, or died: it does not come back.
  void gone(node_id who) {
    take(who);
    std::lock_guard guard{mutex_};
    gone_.insert(who.value);
  }

  /// There will be no link any more.
  void close() {
    std::lock_guard guard{mutex_};
    closed_ = true;
    letters_.clear();
    bytes_ = 0;
  }

private:
  void remove_first() {
    bytes_ -= letters_.front().payload.size() + letters_.front().bulk.size();
    letters_.pop_front();
  }

  std::mutex mutex_;
  std::deque<letter> letters_; ///< the oldest first
  std::size_t bytes_ = 0;
  std::unordered_set<std::uint64_t> gone_;
  bool closed_ = false;
};

} // namespace tern
