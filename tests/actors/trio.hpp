#pragma once

#include "actors/mobility.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// Three machines and what is on its way between them. Nothing happens by
/// itself: the test delivers, drops and lets handlers end.
class trio {
public:
  struct flying {
    std::size_t from;
    std::size_t to;
    mobile_message message;
  };

  explicit trio(mobility_options options = {}, std::size_t batch = 1) {
    options.batch = batch;
    for (std::size_t n = 0; n < 3; ++n)
      machines_.push_back(std::make_unique<mobility>(id(n), options));
    for (std::size_t n = 0; n < 3; ++n) {
      take_view(n, {0, 1, 2});
      feed(n, mobility_event::register_type{"type"});
    }
    settle();
    timers.clear();
  }

  /// What the nodes would have agreed on, with node 0 as the first. A view of
  /// fewer nodes is the next one.
  static view view_of(const std::vector<std::size_t>& members) {
    view v;
    v.id = {id(0), 5 - members.size()};
    for (std::size_t n = 0; n < 3; ++n)
      (std::ranges::count(members, n) ? v.members : v.departed)
          .push_back(id(n));
    return v;
  }
  void take_view(std::size_t n, const std::vector<std::size_t>& members) {
    feed(n, mobility_event::view{view_of(members)});
  }

  static node_id id(std::size_t n) {
    return {n + 1};
  }
  mobility& at(std::size_t n) {
    return *machines_[n];
  }

  /// An actor on node `n`; `home` says where its home shall be.
  actor_id spawn(std::size_t n, std::size_t home) {
    const std::vector<node_id> view{id(0), id(1), id(2)};
    actor_id a;
    do
      a = actor_id::stateful(id(n), ++births_);
    while (home_of(a, view) != id(home));
    feed(n, mobility_event::spawned{a, "type", false});
    return a;
  }

  void feed(std::size_t n, mobility_input event) {
    mobility_outputs out;
    machines_[n]->handle(std::move(event), out);
    for (auto& o : out) {
      if (auto* t = std::get_if<instruction::transmit>(&o))
        air.push_back({n, t->to.value - 1, std::move(t->message)});
      else if (auto* r = std::get_if<instruction::run>(&o))
        runs.emplace_back(n, *r);
      else if (auto* s = std::get_if<instruction::save>(&o))
        saves.emplace_back(n, *s);
      else if (auto* e = std::get_if<instruction::restore>(&o))
        restores.emplace_back(n, *e);
      else if (auto* a = std::get_if<instruction::arm>(&o))
        timers.emplace_back(n, *a);
      else if (auto* d = std::get_if<instruction::order_done>(&o))
        done[d->number] = d->outcome;
      else if (auto* l = std::get_if<instruction::located>(&o))
        found[l->number] = l->where;
      else if (auto* up = std::get_if<instruction::resumed>(&o))
        resumed.push_back(up->instance);
    }
  }

  void send(std::size_t n, const actor_id& from, const actor_id& to) {
    feed(n, mobility_event::posted{from, {to, 0, {}}});
  }
  void order(std::size_t n, const actor_id& a, std::size_t target,
             std::uint64_t number) {
    feed(n, mobility_event::ordered{a, id(target), number});
  }

  /// Delivers the oldest message; false if none is on its way.
  bool deliver() {
    if (air.empty())
      return false;
    auto m = std::move(air.front());
    air.pop_front();
    if (m.to == dead_)
      return true;
    feed(m.to, mobility_event::received{id(m.from), std::move(m.message)});
    return true;
  }
  /// Lets the oldest handler end, having sent this, and those of its batch.
  instruction::run end_handler(std::vector<outgoing_message> sent = {},
                               std::size_t ran = 99) {
    BOOST_REQUIRE(!runs.empty());
    auto [n, r] = std::move(runs.front());
    runs.pop_front();
    mobility_event::handled end{r.instance, std::move(sent), {}};
    end.more = r.more;
    end.ran = std::min(ran, r.more.size());
    feed(n, std::move(end));
    return r;
  }
  void save() {
    BOOST_REQUIRE(!saves.empty());
    auto [n, s] = saves.front();
    saves.pop_front();
    feed(n, mobility_event::saved{s.instance, s.attempt, {}, {}});
  }
  void restore() {
    BOOST_REQUIRE(!restores.empty());
    auto [n, r] = restores.front();
    restores.pop_front();
    feed(n, mobility_event::restored{r.attempt, {}});
  }
  /// Fires the last timer of this kind that was armed at `n`.
  void fire(std::size_t n, mobility_timer::kind kind) {
    const auto last =
        std::find_if(timers.rbegin(), timers.rend(), [&](auto& t) {
          return t.first == n && t.second.timer.what == kind;
        });
    BOOST_REQUIRE(last != timers.rend());
    feed(n, mobility_event::timed_out{last->second.timer});
  }
  /// As if it had never been: what is on its way to and from it, too.
  void kill(std::size_t n) {
    std::erase_if(air, [n](auto& f) { return f.from == n || f.to == n; });
    const auto on = [n](auto& each) {
      return each.first == n;
    };
    std::erase_if(runs, on);
    std::erase_if(saves, on);
    std::erase_if(restores, on);
    std::erase_if(timers, on);
    dead_ = n;
  }
  /// Takes all messages of a type out of the air.
  template <class T>
  std::size_t drop() {
    return std::erase_if(
        air, [](auto& f) { return std::holds_alternative<T>(f.message); });
  }
  /// Everything, until nothing moves but timers.
  void settle() {
    for (;;) {
      if (deliver())
        continue;
      if (!runs.empty())
        handled.push_back(end_handler());
      else if (!saves.empty())
        save();
      else if (!restores.empty())
        restore();
      else
        return;
    }
  }

  std::deque<flying> air;
  std::deque<std::pair<std::size_t, instruction::run>> runs;
  std::deque<std::pair<std::size_t, instruction::save>> saves;
  std::deque<std::pair<std::size_t, instruction::restore>> restores;
  std::vector<std::pair<std::size_t, instruction::arm>> timers;
  std::vector<instruction::run> handled;
  std::map<std::uint64_t, migration_outcome> done;
  std::map<std::uint64_t, location> found;
  std::vector<instance_id> resumed;

private:
  std::vector<std::unique_ptr<mobility>> machines_;
  std::uint64_t births_ = 0;
  std::size_t dead_ = 99;
};

/// The numbers of the messages that an actor handled.
inline std::string sequences(const std::vector<instruction::run>& handled,
                             const actor_id& who) {
  std::string out;
  for (auto& r : handled) {
    if (r.instance.actor != who)
      continue;
    if (r.what.what == mail::kind::message)
      out += std::to_string(r.what.sequence) + ' ';
    for (auto& m : r.more)
      out += std::to_string(m.sequence) + ' ';
  }
  return out;
}

} // namespace tern
