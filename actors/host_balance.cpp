// How a host measures its actors and moves them as the balancer says. Nothing
// of this runs without a policy: a runner then reads one flag when it gets
// something to do, and one a message.
//
// With one, a runner looks at the clock when it gets something to do and when
// it has no more (so not for every message of one that is busy). Messages
// between pairs, for `affinity` alone, go into one of some sketches, by thread,
// so that two workers seldom meet.
#include "actors/actor_runner.hpp"
#include "actors/balance_codec.hpp"
#include "actors/caf_compat.hpp"
#include "actors/host_impl.hpp"
#include "actors/top_talks.hpp"
#include "actors/trace/clock.hpp"

#include <array>

namespace tern {

class actor_host::impl::balance_part {
public:
  balance_part(node_id self, std::uint32_t workers)
    : machine(self, workers, {}) {}

  struct sketch {
    patient_mutex mutex;
    top_talks talks;
  };
  /// One that no other thread is likely to use.
  sketch& mine() {
    static std::atomic<std::size_t> threads{0};
    thread_local const auto number = threads++;
    return sketches[number % sketches.size()];
  }

  /// What became of a move so far.
  struct journey {
    std::uint64_t frozen_at = 0; ///< 0: not yet
    std::uint64_t bytes = 0;
  };

  std::mutex mutex; ///< guards all but the sketches
  balancer machine;
  balance_options options;
  std::uint64_t generation = 0;
  std::map<actor_id, journey> journeys;
  std::array<sketch, 8> sketches;
};

void actor_host::impl::open_balance() {
  balance_ =
      std::make_shared<balance_part>(node_.id(), workers_of(node_.system()));
  node_.on(message_kind::balance_report,
           [self = shared_from_this()](incoming& m) {
             const auto report = decode_balance_report(m.payload);
             if (!report) // what is malformed is as good as lost
               return;
             auto& b = *self->balance_;
             std::lock_guard guard{b.mutex};
             b.machine.on_report(m.from, *report, duration{monotonic_ns()});
           });
}

void actor_host::impl::balance(const balance_options& how) {
  auto& b = *balance_;
  std::unique_lock lock{b.mutex};
  b.options = how;
  b.machine.change(how);
  const balance_timer t{++b.generation};
  lock.unlock();
  measures_ = how.policy != balance_policy::none;
  counts_talks_ = how.policy == balance_policy::affinity;
  if (measures())
    on_balance_timer(t); // what comes back is from before: it begins here
}

node_id actor_host::impl::place(const view& v,
                                const std::set<node_id>& barred) {
  auto& b = *balance_;
  std::lock_guard guard{b.mutex};
  return b.machine.place(v, barred);
}

// --- what runners say

void actor_host::impl::count_talks(const actor_id& actor, const mail& got,
                                   std::span<const outgoing_message> sent) {
  const bool heard = got.what == mail::kind::message;
  if (!heard && sent.empty())
    return;
  auto& s = balance_->mine();
  std::lock_guard guard{s.mutex};
  if (heard && got.from != actor)
    s.talks.count(actor, got.from);
  for (const auto& m : sent)
    if (m.to != actor)
      s.talks.count(actor, m.to);
}

void actor_host::impl::note_saved(const actor_id& actor, std::uint64_t bytes,
                                  std::uint64_t frozen_at) {
  auto& b = *balance_;
  std::lock_guard guard{b.mutex};
  if (const auto j = b.journeys.find(actor); j != b.journeys.end())
    j->second = {frozen_at, bytes};
}

// --- a period

void actor_host::impl::on_balance_timer(const balance_timer& t) {
  auto& b = *balance_;
  {
    std::lock_guard guard{b.mutex};
    if (t.generation != b.generation || !measures())
      return;
  }
  auto m = measure();
  add_places(m);
  const auto v = takers();
  std::unique_lock lock{b.mutex};
  const auto said = b.machine.on_time(duration{monotonic_ns()}, v, m);
  const auto period = b.options.period;
  for (const auto& o : said.moves)
    b.journeys[o.actor] = {};
  lock.unlock();
  carry_out(said);
  arm(t, period);
}

balance_measures actor_host::impl::measure() {
  balance_measures m;
  const auto now = monotonic_ns();
  {
    std::lock_guard guard{runners_mutex_};
    m.actors.reserve(runners_.size());
    for (const auto& [instance, runner] : runners_)
      if (instance.actor != gateway_)
        m.actors.push_back(
            {instance.actor,
             duration{static_cast<std::int64_t>(runner->take_active(now))},
             runner->bytes(), instance.epoch > 1});
  }
  for (auto& s : balance_->sketches) {
    std::lock_guard guard{s.mutex};
    for (const auto& e : s.talks.take())
      if (e.count > e.error) // the part that is certain
        m.talks.push_back({e.actor, e.with, {}, e.count - e.error});
  }
  return m;
}

// Talk with somebody whose place is not known says nothing.
void actor_host::impl::add_places(balance_measures& m) {
  consult([&](auto&) {
    std::erase_if(m.actors,
                  [&](const auto& a) { return !machine_.is_here(a.id); });
    std::erase_if(m.talks, [&](balance_measures::talk& t) {
      if (t.with.kind() == actor_kind::service)
        t.at = {t.with.high};
      else if (const auto where = machine_.believed(t.with))
        t.at = where->node;
      return !t.at;
    });
  });
}

void actor_host::impl::carry_out(const balance_orders& o) {
  envelope head;
  for (const auto& g : o.reports)
    node_.send(g.to, message_kind::balance_report, head, encode(g.report));
  for (const auto& m : o.moves)
    give_order(m.actor, m.to,
               [this, actor = m.actor](const migration_outcome& out) {
                 on_balanced(actor, out.moved);
               });
  node_.flush();
}

void actor_host::impl::on_balanced(const actor_id& actor, bool moved) {
  auto& b = *balance_;
  std::lock_guard guard{b.mutex};
  const auto j = b.journeys.extract(actor);
  const auto how = j ? j.mapped() : balance_part::journey{};
  const auto frozen =
      how.frozen_at != 0 ? monotonic_ns() - how.frozen_at : std::uint64_t{0};
  b.machine.on_moved(actor, moved, how.bytes,
                     duration{static_cast<std::int64_t>(frozen)});
}

} // namespace tern
