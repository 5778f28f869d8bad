#pragma once

#include "actors/link/link.hpp"

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace tern {

/// The links of a node by peer, and what those that ended have counted.
/// Any thread may use it.
class link_table {
public:
  std::shared_ptr<link> find(node_id peer) const {
    std::shared_lock guard{mutex_};
    auto found = links_.find(peer);
    return found != links_.end() ? found->second : nullptr;
  }

  std::vector<std::shared_ptr<link>> all() const {
    std::shared_lock guard{mutex_};
    std::vector<std::shared_ptr<link>> list;
    list.reserve(links_.size());
    for (auto& [peer, l] : links_)
      list.push_back(l);
    return list;
  }

  /// Calls `f` with each link while the table is locked for changes.
  template <class F>
  void for_each(F&& f) const {
    std::shared_lock guard{mutex_};
    for (auto& [peer, l] : links_)
      f(*l);
  }

  void insert(std::shared_ptr<link> l) {
    std::unique_lock guard{mutex_};
    auto peer = l->peer();
    links_.emplace(peer, std::move(l));
  }

  /// Takes a closed link out; its counters stay in the sum.
  void remove(const link& l) {
    std::unique_lock guard{mutex_};
    auto found = links_.find(l.peer());
    if (found == links_.end() || found->second.get() != &l)
      return;
    ended_ = sum(ended_, l.count());
    ended_.queued = 0;
    links_.erase(found);
  }

  link::counters count() const {
    std::shared_lock guard{mutex_};
    auto total = ended_;
    for (auto& [peer, l] : links_)
      total = sum(total, l->count());
    return total;
  }

private:
  static link::counters sum(link::counters a, const link::counters& b) {
    a.messages_sent += b.messages_sent;
    a.bytes_sent += b.bytes_sent;
    a.bytes_lent += b.bytes_lent;
    a.bytes_received += b.bytes_received;
    a.dropped += b.dropped;
    a.queued += b.queued;
    return a;
  }

  mutable std::shared_mutex mutex_;
  std::unordered_map<node_id, std::shared_ptr<link>> links_;
  link::counters ended_;
};

} // namespace tern
