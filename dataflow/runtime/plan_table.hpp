#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tern {

/// The plans of a node, and what came for plans that it does not have yet.
///
/// A node that has a plan does not wait for the others to have it, so messages
/// may come before the submission. Each is looked up and, where there is no
/// host for it, parked *in one step*: between two steps the plan could open,
/// and what was parked after that would lie there for ever. A plan that is over
/// takes nothing any more. Any thread.
template <class Host, class Message>
class plan_table {
public:
  using host_ptr = std::shared_ptr<Host>;

  /// `parked_limit`: messages a plan, what is beyond it is dropped.
  /// `over_limit`: ended plans that are remembered.
  explicit plan_table(std::size_t parked_limit = 100'000,
                      std::size_t over_limit = 4096)
    : parked_limit_(parked_limit), over_limit_(over_limit) {}

  host_ptr find(std::uint64_t id) const {
    std::lock_guard guard{mutex_};
    return find_locked(id);
  }

  /// The plan's host; or null, and `m` is parked or dropped.
  host_ptr find_or_park(std::uint64_t id, Message& m) {
    std::lock_guard guard{mutex_};
    auto host = find_locked(id);
    if (host || over_.contains(id))
      return host;
    auto& waiting = parked_[id];
    if (waiting.size() < parked_limit_)
      waiting.push_back(std::move(m));
    return nullptr;
  }

  /// Opens the plan for messages. Before that, those that are parked go to
  /// `deliver(message)`, without a lock, until no more came meanwhile. False:
  /// the plan is over already.
  template <class Deliver>
  bool open(std::uint64_t id, const host_ptr& host, Deliver&& deliver) {
    for (;;) {
      auto step = try_open(id, host);
      if (step.opened)
        return true;
      if (step.parked.empty())
        return false;
      for (auto& m : step.parked)
        deliver(std::move(m));
    }
  }

  /// Ends the plan: its host if it had one, for the caller to close.
  host_ptr end(std::uint64_t id) {
    std::lock_guard guard{mutex_};
    if (over_.insert(id).second)
      order_.push_back(id);
    if (order_.size() > over_limit_) {
      over_.erase(order_.front());
      order_.pop_front();
    }
    parked_.erase(id);
    const auto found = plans_.find(id);
    if (found == plans_.end())
      return nullptr;
    auto host = std::move(found->second);
    plans_.erase(found);
    return host;
  }

  bool is_over(std::uint64_t id) const {
    std::lock_guard guard{mutex_};
    return over_.contains(id);
  }

  /// All plans that are open, by id.
  std::vector<std::pair<std::uint64_t, host_ptr>> all() const {
    std::vector<std::pair<std::uint64_t, host_ptr>> out;
    std::lock_guard guard{mutex_};
    out.assign(plans_.begin(), plans_.end());
    std::sort(out.begin(), out.end(),
              [](auto& a, auto& b) { return a.first < b.first; });
    return out;
  }

private:
  struct opening {
    bool opened = false; ///< false with nothing parked: the plan is over
    std::vector<Message> parked;
  };
  opening try_open(std::uint64_t id, const host_ptr& host) {
    std::lock_guard guard{mutex_};
    if (over_.contains(id))
      return {};
    const auto found = parked_.find(id);
    if (found != parked_.end() && !found->second.empty())
      return {false, std::exchange(found->second, {})};
    parked_.erase(id);
    plans_[id] = host;
    return {true, {}};
  }
  host_ptr find_locked(std::uint64_t id) const {
    const auto found = plans_.find(id);
    return found == plans_.end() ? nullptr : found->second;
  }

  const std::size_t parked_limit_;
  const std::size_t over_limit_;
  mutable std::mutex mutex_; ///< guards what follows
  std::unordered_map<std::uint64_t, host_ptr> plans_;
  std::unordered_map<std::uint64_t, std::vector<Message>> parked_;
  std::unordered_set<std::uint64_t> over_;
  std::deque<std::uint64_t> order_; ///< of over_, oldest first
};

} // namespace tern
