#include "dataflow/runtime/held_blocks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tern {

namespace {

using std::chrono::milliseconds;

// A block may be on its way to another node, or a plan between two rounds, when
// it is asked for, so the question is asked again, later each time.
// Each answer is the whole block, so not too soon.
constexpr auto first_wait = milliseconds(500);
constexpr std::size_t doublings = 6; // up to 32 s

} // namespace

void held_blocks::fetch(const held_call& from, std::int64_t index,
                        receiver then) {
  const name what{from.plan, pack({from.layer, index})};
  if (auto data = world_.here(what.first, what.second)) {
    then(std::move(data));
    return;
  }
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    auto& e = expected_[what];
    e.nodes = from.nodes;
    e.waiting.push_back(std::move(then));
    if (e.waiting.size() > 1)
      return; // it has been asked for
  }
  ask(what);
}

void held_blocks::ask(name what) {
  std::vector<node_id> living;
  std::size_t attempt = 0;
  {
    std::lock_guard guard{mutex_};
    const auto found = expected_.find(what);
    if (found == expected_.end())
      return;
    living = found->second.nodes;
    attempt = found->second.attempts++;
  }
  std::erase_if(living, [&](node_id who) { return !world_.lives(who); });
  if (auto data = world_.here(what.first, what.second)) // it came meanwhile
    hand_out(what, std::move(data));
  else if (living.empty())
    hand_out(what,
             fail(failure_kind::not_found,
                  fmt::format("no node of plan {}, which held this array, is "
                              "there any more",
                              what.first)));
  else {
    world_.later(first_wait * (1u << std::min(attempt, doublings)),
                 [this, what] { ask(what); });
    world_.ask(what.first, living[attempt % living.size()],
               message_of(message_kind::want, what.second));
  }
}

bool held_blocks::hand_out(name what, const result<block>& got) {
  std::vector<receiver> waiting;
  {
    std::lock_guard guard{mutex_};
    const auto found = expected_.find(what);
    if (found == expected_.end())
      return false;
    waiting = std::move(found->second.waiting);
    expected_.erase(found);
  }
  for (const auto& then : waiting)
    then(got);
  return true;
}

bool held_blocks::arrived(std::uint64_t plan, const dataflow_message& m) {
  if (m.data)
    return hand_out({plan, m.from}, m.data);
  if (m.error)
    return hand_out({plan, m.from}, tl::make_unexpected(m.error->why));
  return false;
}

void held_blocks::close() {
  std::map<name, entry> forgotten;
  std::lock_guard guard{mutex_};
  closed_ = true;
  forgotten.swap(expected_);
}

} // namespace tern
