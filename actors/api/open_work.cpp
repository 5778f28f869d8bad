#include "actors/api/open_work.hpp"

#include <algorithm>

namespace tern {

std::uint64_t open_work::open(request r) {
  const auto number = next_request_++;
  deadlines_.emplace(r.deadline, number);
  requests_.emplace(number, std::move(r));
  return number;
}

open_work::continuation
open_work::end(std::map<std::uint64_t, request>::iterator r) {
  auto then = std::move(r->second.then);
  deadlines_.erase({r->second.deadline, r->first});
  requests_.erase(r);
  return then;
}

std::optional<open_work::continuation> open_work::close(std::uint64_t number) {
  const auto found = requests_.find(number);
  if (found == requests_.end())
    return {};
  return end(found);
}

std::vector<open_work::continuation> open_work::close_all(const actor_id& to) {
  std::vector<continuation> out;
  for (auto r = requests_.begin(); r != requests_.end();) {
    const auto each = r++;
    if (each->second.to == to)
      out.push_back(end(each));
  }
  return out;
}

std::int32_t open_work::last_continuation() const {
  std::int32_t last = -1;
  for (const auto& [number, r] : requests_)
    last = std::max(last, r.then.member);
  return last;
}

void open_work::add(time when, later what) {
  later_.emplace(when, std::move(what));
}

open_work::due open_work::take_due(time now) {
  due out;
  while (!later_.empty() && later_.begin()->first <= now) {
    out.messages.push_back(std::move(later_.begin()->second));
    later_.erase(later_.begin());
  }
  while (!deadlines_.empty() && deadlines_.begin()->first <= now)
    out.expired.push_back(end(requests_.find(deadlines_.begin()->second)));
  return out;
}

std::optional<open_work::time> open_work::next_due() const {
  std::optional<time> first;
  const auto take = [&](time t) {
    first = first ? std::min(*first, t) : t;
  };
  if (!later_.empty())
    take(later_.begin()->first);
  if (!deadlines_.empty())
    take(deadlines_.begin()->first);
  return first;
}

bool open_work::wait_for_room(const actor_id& to,
                              std::vector<std::byte> payload,
                              std::size_t limit) {
  if (waiting_for(to) >= std::min(limit, most_waiting))
    return false;
  waiting_[to].push_back(std::move(payload));
  ++all_waiting_;
  return true;
}

std::optional<std::vector<std::byte>>
open_work::drop_oldest(const actor_id& to,
                       bool (*may_go)(std::span<const std::byte> payload)) {
  const auto found = waiting_.find(to);
  if (found == waiting_.end())
    return {};
  auto& queue = found->second;
  const auto first =
      std::ranges::find_if(queue, [&](auto& p) { return may_go(p); });
  if (first == queue.end())
    return {};
  auto gone = std::move(*first);
  queue.erase(first);
  --all_waiting_;
  if (queue.empty())
    waiting_.erase(found);
  return gone;
}

const std::vector<std::byte>*
open_work::next_waiting(const actor_id& to) const {
  const auto found = waiting_.find(to);
  return found == waiting_.end() ? nullptr : &found->second.front();
}

void open_work::sent(const actor_id& to) {
  const auto found = waiting_.find(to);
  if (found == waiting_.end())
    return;
  found->second.pop_front();
  --all_waiting_;
  if (found->second.empty())
    waiting_.erase(found);
}

std::deque<std::vector<std::byte>> open_work::drop_waiting(const actor_id& to) {
  auto found = waiting_.extract(to);
  if (!found)
    return {};
  all_waiting_ -= found.mapped().size();
  return std::move(found.mapped());
}

void open_work::abandon() {
  requests_.clear();
  deadlines_.clear();
  later_.clear();
  watched.clear();
}

std::vector<actor_id> open_work::receivers_waiting() const {
  std::vector<actor_id> out;
  for (const auto& [to, queue] : waiting_)
    out.push_back(to);
  return out;
}

namespace {

void put(archive_writer& to, const actor_id& id) {
  to(id.high, id.low);
}

actor_id get(archive_reader& from) {
  actor_id id;
  from(id.high, id.low);
  return id;
}

/// As many items as the bytes can hold.
template <class F>
void each(archive_reader& from, F&& f) {
  std::uint64_t n = 0;
  from(n);
  for (; n > 0 && from.failed().empty(); --n)
    f();
}

std::uint64_t count(std::size_t n) {
  return n;
}

} // namespace

void open_work::save(archive_writer& to, time now) const {
  to(next_request_, count(requests_.size()));
  for (const auto& [number, r] : requests_) {
    to(number, r.then, r.deadline - now, r.since - now, r.tag);
    put(to, r.to);
  }
  to(count(later_.size()));
  for (const auto& [when, what] : later_) {
    to(when - now, what.payload);
    put(to, what.to);
  }
  to(count(waiting_.size()));
  for (const auto& [receiver, queue] : waiting_) {
    put(to, receiver);
    to(std::vector<std::vector<std::byte>>(queue.begin(), queue.end()));
  }
  for (const auto* ids : {&watchers, &watched}) {
    to(count(ids->size()));
    for (const auto& id : *ids)
      put(to, id);
  }
  links.save(to);
  put(to, parent);
  to(parent_key, child_key);
  restarts.save(to, now);
  to(std::vector<std::byte>(born.bytes().begin(), born.bytes().end()));
}

void open_work::load(archive_reader& from, time now) {
  from(next_request_);
  each(from, [&] {
    std::uint64_t number = 0;
    request r;
    from(number, r.then, r.deadline, r.since, r.tag);
    r.deadline = bounded(r.deadline) + now;
    r.since = bounded(r.since) + now;
    r.to = get(from);
    if (requests_.contains(number))
      return from.fail("two requests of one number");
    deadlines_.emplace(r.deadline, number);
    requests_.emplace(number, std::move(r));
  });
  each(from, [&] {
    time when{};
    later what;
    from(when, what.payload);
    what.to = get(from);
    later_.emplace(bounded(when) + now, std::move(what));
  });
  each(from, [&] {
    const auto receiver = get(from);
    std::vector<std::vector<std::byte>> queue;
    from(queue);
    all_waiting_ += queue.size();
    if (!queue.empty())
      waiting_[receiver] = {queue.begin(), queue.end()};
  });
  for (auto* ids : {&watchers, &watched})
    each(from, [&] { ids->insert(get(from)); });
  links.load(from);
  parent = get(from);
  from(parent_key, child_key);
  restarts.load(from, now);
  std::vector<std::byte> state;
  from(state);
  if (!state.empty())
    born = buffer::copy(state);
}

} // namespace tern
