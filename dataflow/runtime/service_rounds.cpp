// The part of the service that takes its plans through their rounds: it hears
// of deaths and of what the others have, on link threads, and lets the plans
// know on the serial one.

#include "dataflow/runtime/service.hpp"
#include "serialization/buffer_pool.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

// Censuses that wait for their plan; more are dropped, and their senders heard
// of at the next death.
constexpr std::size_t most_early = 1024;

constexpr auto clear_up_every = std::chrono::milliseconds(100);

// After which a node without plans gives its free memory back.
constexpr auto idle_limit = std::chrono::seconds(60);

// For a plan to come before it is asked for.
constexpr auto plan_limit = std::chrono::seconds(1);

// For a copy of one, asked for after that.
constexpr auto copy_limit = std::chrono::seconds(5);

constexpr auto ask_whether_over_every = std::chrono::seconds(3);

// As the address of a question for a plan: no copy is asked for.
constexpr std::uint64_t only_whether_over = 1;

} // namespace

// -- plans --------------------------------------------------------------------

std::shared_ptr<plan_life> dataflow_service::add_life(plan p) {
  const auto id = p.id;
  if (find_life(id))
    return nullptr;
  auto life = std::make_shared<plan_life>(
      std::move(p),
      plan_life::surroundings{
          self_, pool_, memory_,
          [this](node_id who) { return dead_.contains(who.value); },
          [this](const plan_life& of,
                 std::shared_ptr<const remaining_work> rest) {
            return make_host(of, std::move(rest));
          },
          [this](std::uint64_t round, const std::shared_ptr<plan_host>& host) {
            return open(round, host);
          },
          [this](std::uint64_t round) {
            plans_.end(round);
          }});
  {
    std::lock_guard guard{lives_mutex_};
    lives_[id] = life;
  }
  if (life->start())
    return life;
  std::lock_guard guard{lives_mutex_};
  lives_.erase(id);
  return nullptr;
}

std::shared_ptr<plan_life>
dataflow_service::find_life(std::uint64_t plan_id) const {
  std::lock_guard guard{lives_mutex_};
  const auto found = lives_.find(plan_id);
  return found == lives_.end() ? nullptr : found->second;
}

std::shared_ptr<plan_host>
dataflow_service::find_host(std::uint64_t plan_id) const {
  const auto life = find_life(plan_id);
  return life ? life->host() : nullptr;
}

std::vector<std::shared_ptr<plan_life>> dataflow_service::lives() const {
  std::vector<std::shared_ptr<plan_life>> out;
  std::lock_guard guard{lives_mutex_};
  for (const auto& [id, life] : lives_)
    out.push_back(life);
  return out;
}

work_sharing::open_plans dataflow_service::open_plans() const {
  work_sharing::open_plans out;
  for (const auto& life : lives())
    if (auto host = life->host())
      out.emplace_back(life->id(), std::move(host));
  return out;
}

// A node without sockets has nobody who could read it.
crash_note* dataflow_service::note_for(const edge_index& edges) {
  const auto& layers = edges.source().layers;
  const bool calls =
      std::any_of(layers.begin(), layers.end(), [](const layer& l) {
        return std::holds_alternative<op_call>(l.op);
      });
  if (!note_ && calls && self_.self().port != 0 && pool_.threads() > 0)
    note_ = std::make_unique<crash_note>(
        self_.id(), pool_.threads() + compute_pool::most_waiting);
  return note_.get();
}

std::shared_ptr<plan_host>
dataflow_service::make_host(const plan_life& of,
                            std::shared_ptr<const remaining_work> rest) {
  const auto id = of.id();
  return std::make_shared<plan_host>(
      of.what(), of.edges(), of.id_of_round(), std::move(rest),
      plan_host::surroundings{
          .self = self_,
          .pool = pool_,
          .memory = memory_,
          .spill = spiller_,
          .resources = resources_,
          .kernels = kernels_,
          .held =
              [this](const held_call& from, std::int64_t index,
                     held_blocks::receiver then) {
                held_.fetch(from, index, std::move(then));
              },
          .local = [this,
                    id](node_id to,
                        dataflow_message& m) { return to_client(id, to, m); },
          .here = [this, id](dataflow_message m) { deliver(id, std::move(m)); },
          .timed = &sharing_.has_peers(),
          .note = note_for(*of.edges()),
          .alone = &alone_,
          .lost =
              [this, id](node_id guest) {
                slow_.post([this, id, guest] {
                  if (const auto life = find_life(id))
                    life->lost(guest);
                  clear_up_later();
                });
              },
          .late =
              [this, id](std::uint64_t task, result<block> outcome) {
                if (const auto life = find_life(id))
                  life->take_outcome(task, std::move(outcome));
              },
          .aside =
              [this](std::function<void()> f) { cutting_.post(std::move(f)); },
          .copy =
              [this, id] {
                const auto life = find_life(id);
                return life ? life->copy() : plan{};
              }});
}

// Only when it has returned the submitter hears that the plan is accepted.
bool dataflow_service::open(std::uint64_t id,
                            const std::shared_ptr<plan_host>& host) {
  const bool opened = plans_.open(id, host, [&](dataflow_message m) {
    host->engine().receive(std::move(m));
  });
  if (!opened)
    return false;
  if (leaving_.load())
    host->engine().leave();
  pool_.add(*host);
  host->engine().announce_kept();
  self_.flush();
  return true;
}

// -- deaths -------------------------------------------------------------------

void dataflow_service::on_down(const member& who) {
  sharing_.left(who);
  slow_.post([this, who = who.id, works = who.threads > 0] {
    dead_.insert(who.value);
    if (works)
      read_note_of(who);
    for (const auto& life : lives())
      if (works || life->round().submitter == who)
        tell_of_death(*life, who);
  });
}

// Before this node tells what it has, whoever it heard of the death from: else
// nobody might have read the note by the time the round is complete.
void dataflow_service::read_note_of(node_id who) {
  if (!notes_read_.insert(who).second)
    return;
  for (const auto& what : crash_note::of_dead(who))
    if (const auto life = find_life(what.plan))
      life->died_with(what.task, who);
}

// A plan outlives its submitter for a while, for whoever attaches; one in which
// this node has no part ends with the last node that could say so.
void dataflow_service::tell_of_death(plan_life& life, node_id who) {
  life.down(who);
  if (who == life.round().submitter)
    keep_for_a_while(life);
  const auto& places = life.what().view.places;
  // some may have died before this node came
  const auto is_gone = [&](const plan_view::place& p) {
    return p.node == self_.id() || !is_member(p.node);
  };
  const bool has_part = !life.is_guest() && !life.round().excludes(self_.id());
  if (!has_part && std::ranges::all_of(places, is_gone))
    drop(life.id());
  clear_up_later();
}

// Until its submitter has been dead for so long and nobody has attached.
void dataflow_service::keep_for_a_while(const plan_life& life) {
  const auto who = life.round().submitter;
  if (!dead_.contains(who.value) && !life.round().excludes(who))
    return;
  slow_.post_after(std::chrono::seconds(life.what().keep_seconds),
                   [this, id = life.id(), who] {
                     const auto kept = find_life(id);
                     if (kept && kept->round().submitter == who)
                       drop(id);
                   });
  ask_whether_over(life.id(), who);
}

// The submitter may have got all and said so before it ended, but last words
// can get lost on one way and not on another.
void dataflow_service::ask_whether_over(std::uint64_t plan_id,
                                        node_id submitter) {
  slow_.post_after(ask_whether_over_every, [this, plan_id, submitter] {
    const auto life = find_life(plan_id);
    if (!life || life->round().submitter != submitter)
      return;
    envelope head;
    head.to = {plan_id, only_whether_over};
    for (const auto& place : life->what().view.places)
      if (place.node != self_.id() && !dead_.contains(place.node.value)
          && !life->round().excludes(place.node)) // that one may have given up
        self_.send(place.node, message_kind::plan_query, head, {});
    self_.flush();
    ask_whether_over(plan_id, submitter);
  });
}

void dataflow_service::clear_up_later() {
  if (!std::exchange(clears_up_, true))
    slow_.post_after(clear_up_every, [this] { clear_up(); });
}

void dataflow_service::clear_up() {
  clears_up_ = false;
  std::erase_if(ended_, [](const auto& life) { return !life->clear_up(); });
  bool some = !ended_.empty();
  for (const auto& life : lives())
    some = life->clear_up() || some;
  if (some)
    clear_up_later();
  else
    trim_when_idle();
}

// What blocks leave behind is kept for the next ones: the first touch of a page
// costs more than most computations on it. But not for ever.
void dataflow_service::trim_when_idle() {
  slow_.post_after(idle_limit, [this, since = ++quiet_] {
    if (since == quiet_ && lives().empty())
      buffer_pool::process().trim();
  });
}

// -- what the others have -----------------------------------------------------

void dataflow_service::tell(const std::vector<node_id>& whom,
                            const census_message& m) {
  const auto bytes = encode(m);
  envelope head;
  head.to = {m.plan, 0};
  for (auto who : whom)
    self_.send(who, message_kind::plan_census, head, bytes);
  self_.flush();
}

void dataflow_service::on_census(incoming& in) {
  auto m = decode_census(in.payload);
  if (!m)
    return;
  {
    std::lock_guard guard{clients_mutex_};
    const auto found = clients_.find(m->plan);
    if (found != clients_.end())
      found->second.client->receive_census(in.from, *m);
    else if (self_.self().threads == 0) // its part in the plan has ended
      tell_it_is_out(m->plan, m->round, in.from);
  }
  slow_.post([this, from = in.from,
              moved = std::make_shared<census_message>(std::move(*m))] {
    receive_census(from, *moved);
  });
}

void dataflow_service::receive_census(node_id from, const census_message& m) {
  if (const auto life = find_life(m.plan)) {
    for (auto who : m.round.dead)
      read_note_of(who);
    const auto before = life->round();
    life->receive(from, m);
    const auto now = life->round();
    if (now.submitter != before.submitter
        || now.excludes(now.submitter) != before.excludes(now.submitter))
      keep_for_a_while(*life);
    clear_up_later();
  } else if (plans_.is_over(m.plan)) {
    if (from == m.round.submitter) { // it would wait for ever
      plan_reply over;
      over.id = m.plan;
      over.refused = "it is over";
      reply(from, message_kind::plan_accepted, over);
    }
  } else if (early_.size() < most_early && self_.self().threads > 0) {
    early_.push_back({from, m});
    slow_.post_after(plan_limit, [this, from, id = m.plan] {
      if (!find_life(id) && !plans_.is_over(id))
        query(id, {&from, 1});
    });
    slow_.post_after(copy_limit, [this, from, id = m.plan, round = m.round] {
      if (!find_life(id) && !plans_.is_over(id))
        tell_it_is_out(id, round, from);
    });
  }
}

// Whoever waits for this process in `round` should not.
void dataflow_service::tell_it_is_out(std::uint64_t plan_id, plan_round round,
                                      node_id whom) {
  if (round.exclude(self_.id()))
    tell({whom}, {plan_id, std::move(round), {}});
}

// Others wait for what this node has of a plan that its submitter could not
// give it: perhaps it died in the middle. A plan that has gone on without this
// node is no business of it.
void dataflow_service::take_late(plan p) {
  const auto& places = p.view.places;
  const bool ours =
      std::any_of(places.begin(), places.end(),
                  [&](const auto& place) { return place.node == self_.id(); });
  const bool news = !find_life(p.id) && !plans_.is_over(p.id);
  if (ours && news && p.round.dead.empty())
    accept(std::move(p));
}

// -- attaching ----------------------------------------------------------------

void dataflow_service::query(std::uint64_t plan_id,
                             std::span<const node_id> nodes) {
  ask(message_kind::plan_query, plan_id, nodes);
}

void dataflow_service::on_query(incoming& in) {
  envelope head;
  head.to = {in.head.to.plan(), 0};
  const auto life = find_life(head.to.plan());
  if (in.head.to.low == only_whether_over) {
    if (!life && plans_.is_over(head.to.plan()))
      send_forget(head.to.plan(), in.from);
    return;
  }
  std::vector<std::byte> bytes;
  if (life && !life->is_guest()) {
    auto p = life->copy();
    p.told.clear(); // of no use to one that begins a round
    bytes = encode(p);
    if (bytes.size() > most_plan_bytes)
      bytes.clear();
  }
  self_.send(in.from, message_kind::plan_copy, head, bytes);
  self_.flush();
}

void dataflow_service::on_copy(incoming& in) {
  auto p = in.payload.empty() ? result<plan>{} : decode_plan(in.payload);
  const bool whole = !in.payload.empty() && p;
  std::lock_guard guard{clients_mutex_};
  const auto found = clients_.find(in.head.to.plan());
  if (found != clients_.end())
    found->second.client->receive_copy(in.from, whole ? &*p : nullptr);
  else if (whole)
    slow_.post([this, moved = std::make_shared<plan>(std::move(*p))] {
      take_late(std::move(*moved));
    });
}

} // namespace tern
