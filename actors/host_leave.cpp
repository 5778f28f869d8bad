// How a host leaves the cluster: it empties its node, pays what it owes, and
// has the others agree on a view without it (mobility_leave.cpp). Whoever
// called waits, so this looks again every few milliseconds instead of being
// told.
//
// A host that just ends skips the first two steps; what is still here then is
// gone for the others. It waits for their view, too, but not for long: if they
// cannot agree, its farewell has to do.
#include "actors/host_impl.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_again{5};
/// For the others to agree on a view.
constexpr std::chrono::seconds view_patience{1};

} // namespace

/// What callbacks of orders share with who empties the node; they may come when
/// that one has given up.
struct actor_host::impl::emptying {
  explicit emptying(node_id self) : plan(self) {}

  std::mutex mutex; ///< guards the plan
  std::condition_variable answered;
  evacuation plan;
};

leave_report actor_host::impl::leave_cluster(std::chrono::nanoseconds timeout) {
  const auto limit = steady_clock::now() + timeout;
  leaving_ = true;
  balance(balance_options{});
  apply(mobility_event::leaving{});
  agree([](view_agreement& a) { return a.on_leaving(); });
  auto report = empty(limit);
  report.agreed = depart(std::max(limit, steady_clock::now() + view_patience));
  return report;
}

leave_report actor_host::impl::empty(steady_clock::time_point limit) {
  const auto work = std::make_shared<emptying>(node_.id());
  leave_report report;
  while (!order_next(work, report) && steady_clock::now() < limit) {
    std::unique_lock lock{work->mutex};
    work->answered.wait_until(
        lock, std::min(limit, steady_clock::now() + look_again));
  }
  return report;
}

// Returns whether there is nothing left to do.
bool actor_host::impl::order_next(const std::shared_ptr<emptying>& work,
                                  leave_report& report) {
  std::vector<actor_id> here;
  consult([&](auto&) {
    here = machine_.movable();
    report.settled = !machine_.has_debts();
  });
  const auto others = takers();
  std::unique_lock lock{work->mutex};
  const auto orders =
      work->plan.next(here, [&](const std::set<node_id>& barred) {
        return place(others, barred);
      });
  const bool is_over = work->plan.is_over();
  report.moved = work->plan.moved();
  report.stayed = work->plan.stayed(here);
  lock.unlock();
  for (const auto& o : orders)
    give_order(o.actor, o.to,
               [work, actor = o.actor](const migration_outcome& how) {
                 std::lock_guard guard{work->mutex};
                 work->plan.on_answer(actor, how);
                 work->answered.notify_all();
               });
  flush();
  return is_over && report.settled;
}

// Returns whether no other node counts on this one any more.
bool actor_host::impl::depart(steady_clock::time_point limit) {
  agree([](view_agreement& a) { return a.on_leave(); });
  std::unique_lock lock{views_mutex_};
  view_changed_.wait_until(lock, limit,
                           [this] { return agreement_.has_left(); });
  return agreement_.is_expelled() || agreement_.now().members.size() == 1;
}

void actor_host::impl::say_farewell() {
  depart(steady_clock::now() + view_patience);
  agree([](view_agreement& a) { return a.on_end(); });
}

} // namespace tern
