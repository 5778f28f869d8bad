#include "dataflow/runtime/held_blocks.hpp"

#include "dataflow/graph/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tern {

namespace {

using std::chrono::milliseconds;

// A block may be on its way to another node when it is asked for, so the
// question is asked again, later each time.
constexpr auto first_wait = milliseconds(100);
constexpr auto longest_wait = milliseconds(1600);
constexpr std::size_t most_attempts = 10; // some 13 s

} // namespace

block held_blocks::take(const held_call& from, std::int64_t index) {
  const auto task = pack({from.layer, index});
  if (auto data = world_.here(from.plan, task))
    return data;
  return wait_for(from, task);
}

void held_blocks::ask(const held_call& from, std::uint64_t task,
                      std::size_t attempt) {
  std::vector<node_id> living;
  std::copy_if(from.nodes.begin(), from.nodes.end(), std::back_inserter(living),
               world_.lives);
  if (living.empty())
    throw task_error{{failure_kind::not_found,
                      fmt::format("no node of plan {}, which held this array, "
                                  "is there any more",
                                  from.plan)}};
  world_.ask(from.plan, living[attempt % living.size()],
             message_of(message_kind::want, task));
}

block held_blocks::wait_for(const held_call& from, std::uint64_t task) {
  // the entry goes with the last who waits, whatever ends the wait
  struct place {
    held_blocks& all;
    name key;
    entry& at;

    place(held_blocks& a, name k)
      : all(a), key(k), at([&]() -> entry& {
          std::lock_guard guard{a.mutex_};
          auto& e = a.expected_[k];
          ++e.waiting;
          return e;
        }()) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
      std::lock_guard guard{all.mutex_};
      if (--at.waiting == 0)
        all.expected_.erase(key);
    }
  };
  place here{*this, {from.plan, task}};
  auto wait = first_wait;
  for (std::size_t attempt = 0; attempt < most_attempts; ++attempt) {
    ask(from, task, attempt);
    {
      std::unique_lock guard{mutex_};
      changed_.wait_for(guard, wait, [&] {
        return closed_ || here.at.data || here.at.error;
      });
      if (here.at.data)
        return here.at.data;
      if (here.at.error)
        throw task_error{here.at.error->why};
      if (closed_)
        break;
    }
    if (auto data = world_.here(from.plan, task)) // it came meanwhile
      return data;
    wait = std::min(2 * wait, longest_wait);
  }
  throw task_error{{failure_kind::unreachable,
                    fmt::format("no node of plan {} gave a block that it holds",
                                from.plan)}};
}

bool held_blocks::arrived(std::uint64_t plan, const dataflow_message& m) {
  std::lock_guard guard{mutex_};
  const auto found = expected_.find({plan, m.from});
  if (found == expected_.end())
    return false;
  found->second.data = m.data;
  found->second.error = m.error;
  changed_.notify_all();
  return true;
}

void held_blocks::close() {
  std::lock_guard guard{mutex_};
  closed_ = true;
  changed_.notify_all();
}

} // namespace tern
