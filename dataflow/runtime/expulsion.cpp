#include "dataflow/runtime/expulsion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 500ms;
constexpr unsigned looks_a_pause = 10;  ///< then pauses are twice as long
constexpr unsigned longest_pause = 5;   ///< 2^5 times as long
constexpr unsigned most_silences = 120; ///< some 20 minutes: then it is dead
constexpr auto at_a_door = 1s;
constexpr auto patience_of_lower = 1500ms; ///< more than the higher id has
constexpr auto patience_for_session = 2s;
constexpr auto lonely_patience = 4500ms;
constexpr auto patience_of_few = 6s;
constexpr auto patience = 12s;

} // namespace

bool part_of_cluster::should_yield() const noexcept {
  const auto longer = lowest ? patience_of_lower : 0ms;
  if (slept)
    return waited >= longer + (waited_for ? patience_for_session : 0s);
  if (here == 1 && !waited_for)
    return waited > lonely_patience + longer;
  if (here < there)
    return waited > patience_of_few;
  return !lowest && waited > patience;
}

std::string part_of_cluster::text() const {
  return fmt::format("{} of {} nodes that live see each other here{}{}", here,
                     here + there, slept ? "; this one was stopped" : "",
                     waited_for ? "; a session is here" : "");
}

// One that was silent is not yielded to before it had time to yield itself.
void sought_node::note(bool answered, time now) {
  next = now;
  if (answered) {
    if (std::exchange(silences, 0) > 0)
      since = now;
    return;
  }
  const auto doublings = std::min(++silences / looks_a_pause, longest_pause);
  next += look_every * (1u << doublings);
}

expulsion::expulsion(node& self, std::vector<member> others,
                     std::vector<node_process::peer> contacts,
                     std::function<void()> yield)
  : self_(self), yield_(std::move(yield)), contacts_(std::move(contacts)),
    has_lost_(!others.empty()) {
  for (const auto& who : others)
    before_.push_back({who, false, 0, clock::now(), clock::now()});
  self_.on_down(gate_.guard([this](const member& who, const std::string&) {
    if (who.threads > 0)
      thread_.post(
          [this, who, slept = pauses_.was_paused()] { lost(who, slept); });
  }));
  if (!before_.empty())
    thread_.post([this] { look(); });
}

expulsion::~expulsion() {
  stop();
}

void expulsion::stop() {
  stopped_.store(true);
  gate_.close();
  thread_.stop();
}

std::vector<member> expulsion::others() const {
  std::vector<member> out;
  if (stronger_.id)
    out.push_back(stronger_);
  for (const auto& m : self_.members())
    if (m.threads > 0 && m.id != self_.id())
      out.push_back(m);
  for (const auto& one : lost_)
    out.push_back(one.who);
  for (const auto& one : before_)
    out.push_back(one.who);
  return out;
}

std::string expulsion::reason() const {
  return stronger_.id ? fmt::format("yields to {}:{}: {}", stronger_.host,
                                    stronger_.port, reason_)
                      : std::string{};
}

bool expulsion::is_alone() const {
  const auto all = self_.members();
  return std::ranges::none_of(all, [&](const member& m) {
    return m.threads > 0 && m.id != self_.id();
  });
}

bool expulsion::is_member(node_id who) const {
  const auto all = self_.members();
  return std::ranges::find(all, who, &member::id) != all.end();
}

void expulsion::lost(const member& who, bool slept) {
  has_lost_ = true;
  lost_.push_back({who, slept, 0, clock::now(), clock::now()});
  look_again();
}

void expulsion::look_again() {
  if (!std::exchange(looks_, true))
    thread_.post_after(look_every, [this] {
      looks_ = false;
      look();
    });
}

// All at once: one that is stopped lets the whole time pass, and while this
// node waits for several of them the next one would yield to it.
std::vector<const sought_node*>
expulsion::living(std::vector<sought_node>& sought) {
  std::vector<std::pair<sought_node*, std::future<bool>>> asked;
  for (auto& one : sought)
    if (!stopped_.load() && clock::now() >= one.next && !is_member(one.who.id))
      asked.emplace_back(
          &one, std::async([this, &one] { return self_.lives(one.who); }));
  std::vector<const sought_node*> out;
  for (auto& [one, answer] : asked) {
    const bool answered = answer.get();
    one->note(answered, clock::now());
    if (answered)
      out.push_back(one);
  }
  return out;
}

void expulsion::look() {
  const auto there = living(lost_);
  for (const auto* one : there)
    if (const auto mine = part(*one, there.size());
        mine.should_yield() && yield_) {
      stronger_ = one->who;
      reason_ = mine.text();
      return std::exchange(yield_, {})();
    }
  join_before();
  if (there.empty() && has_lost_ && is_alone())
    join_contacts();
  for (auto* sought : {&lost_, &before_})
    std::erase_if(*sought, [](const sought_node& one) {
      return one.silences >= most_silences;
    });
  if (!lost_.empty() || !before_.empty() || (has_lost_ && is_alone()))
    look_again();
}

// A node that has come back joins all that are left: they may be in two parts
// themselves.
void expulsion::join_before() {
  for (const auto* one : living(before_))
    if (!is_member(one->who.id) && !stopped_.load())
      static_cast<void>(self_.join(one->who.host, one->who.port));
  std::erase_if(before_, [this](const sought_node& one) {
    return is_member(one.who.id);
  });
}

// One that nobody is left to tell of does what its process did at its start,
// but does not stay long at a door that nobody opens.
void expulsion::join_contacts() {
  for (const auto& where : contacts_)
    if (!stopped_.load() && is_alone())
      static_cast<void>(self_.join(where.host, where.port, at_a_door));
}

part_of_cluster expulsion::part(const sought_node& one,
                                std::size_t there) const {
  part_of_cluster mine;
  mine.there = there;
  for (const auto& m : self_.members())
    if (m.threads == 0)
      mine.waited_for = true;
    else if (m.id != self_.id())
      ++mine.here;
  mine.slept = one.slept;
  mine.lowest = self_.id() < one.who.id;
  mine.waited = clock::now() - one.since;
  return mine;
}

} // namespace tern
