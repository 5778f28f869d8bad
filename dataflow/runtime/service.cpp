#include "dataflow/runtime/service.hpp"

#include "dataflow/runtime/message_codec.hpp"
#include "serialization/buffer_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tern {

namespace {

constexpr std::array task_kinds{
    message_kind::have,        message_kind::want,
    message_kind::release,     message_kind::erred,
    message_kind::block_data,  message_kind::lend,
    message_kind::installed,   message_kind::refused,
    message_kind::location,    message_kind::finished,
    message_kind::released,    message_kind::monitor,
    message_kind::down,        message_kind::order_move,
    message_kind::order_moved, message_kind::inspect,
    message_kind::inspected,
};

/// Tasks by phase.
using phase_tally = std::array<std::uint64_t, 9>;
static_assert(static_cast<std::size_t>(task_phase::away) + 1
              == std::tuple_size_v<phase_tally>);

// Those that are here.
dataflow_service::counts_by_phase named(const phase_tally& counts) {
  dataflow_service::counts_by_phase out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto phase = static_cast<task_phase>(i);
    if (counts[i] > 0 && phase != task_phase::away)
      out.emplace(name_of(phase), counts[i]);
  }
  return out;
}

void add_actors(plan_host& host, dataflow_service::plan_status& plan,
                dataflow_service::counts_by_phase& all) {
  std::vector<phase_tally> layers(plan.edges->layers());
  host.engine().tasks().each([&](task_record& t) {
    std::lock_guard guard{t.lock};
    ++layers[t.key().layer][static_cast<std::size_t>(t.state.phase())];
  });
  for (const auto& counts : layers) {
    auto actors = named(counts);
    for (const auto& [phase, count] : actors)
      if (phase != name_of(task_phase::released))
        all[phase] += count;
    if (!plan.done_by_layer.empty())
      plan.actors_by_layer.push_back(std::move(actors));
  }
}

} // namespace

dataflow_service::dataflow_service(node& self, kernel_registry kernels,
                                   bool steals,
                                   const std::string& spill_directory)
  : self_(self), kernels_(std::move(kernels)),
    memory_(ledger::share_of(self.self().memory_limit)),
    spiller_(memory_, spill_directory,
             [this](const spiller::visitor& visit) {
               for (const auto& [id, host] : open_plans())
                 host->engine().each_idle_block(visit);
             }),
    resources_(
        parse_resources(self.self().resources).value_or(resource_counts{}),
        [this](const resource_gate::waiter& who) {
          pool_.push(*who.plan, *who.task);
        }),
    held_(held_elsewhere()),
    sharing_({self_, pool_, memory_, resources_, slow_, gate_,
              [this] { return open_plans(); },
              [this](std::uint64_t plan_id, node_id thief) {
                if (!find_life(plan_id)) // it ended meanwhile
                  send_forget(plan_id, thief);
              },
              steals}),
    pool_(self.self().threads) {
  if (const auto limit = memory_.limit(); limit > 0)
    buffer_pool::process().limit_free(limit / 16, limit + limit / 16);
  pool_.watch(sharing_);
  listen();
}

dataflow_service::~dataflow_service() {
  if (memory_.limit() > 0)
    buffer_pool::process().limit_free(buffer_pool::no_limit);
  gate_.close();
  held_.close();
  slow_.stop();
  pool_.abandon();
  for (const auto& life : lives()) {
    plans_.end(life->id_of_round());
    life->end();
  }
  for (const auto& life : ended_)
    life->end();
  cutting_.stop(); // what it is at may be the last that holds a host
}

void dataflow_service::listen() {
  auto on = [this](message_kind kind, auto f) {
    self_.on(kind, gate_.guard(std::move(f)));
  };
  for (auto kind : task_kinds)
    on(kind, [this](incoming& in) { on_task_message(in); });
  on(message_kind::plan_submit,
     [this](incoming& in) { on_submit(in.payload); });
  on(message_kind::plan_lent, [this](incoming& in) {
    if (auto p = decode_plan(in.payload))
      slow_.post([this, from = in.from,
                  moved = std::make_shared<plan>(std::move(*p))] {
        be_guest(std::move(*moved), from);
      });
  });
  on(message_kind::plan_forget, [this](incoming& in) {
    const auto id = in.head.to.plan();
    slow_.post([this, id] { drop(id); });
  });
  on(message_kind::progress_request, [this](incoming& in) {
    plan_reply r;
    r.id = in.head.to.plan();
    if (const auto life = find_life(r.id))
      r = life->reply();
    reply(in.from, message_kind::progress_reply, r);
  });
  on(message_kind::plan_census, [this](incoming& in) { on_census(in); });
  on(message_kind::plan_query, [this](incoming& in) { on_query(in); });
  on(message_kind::plan_copy, [this](incoming& in) { on_copy(in); });
  for (auto kind : {message_kind::plan_accepted, message_kind::progress_reply})
    on(kind, [this](incoming& in) { deliver_reply(in); });
  for (auto kind : {message_kind::steal_ask, message_kind::steal_answer})
    on(kind, [this](incoming& in) {
      if (const auto m = decode(in.kind, in.head, in.payload, {}))
        sharing_.receive(in.from, *m);
    });
  self_.on_joined(
      gate_.guard([this](const member& who) { sharing_.joined(who); }));
  self_.on_down(gate_.guard(
      [this](const member& who, const std::string&) { on_down(who); }));
}

// -- plans --------------------------------------------------------------------

void dataflow_service::submit(const plan& p, std::size_t* size) {
  const auto bytes = encode(p);
  if (size)
    *size = bytes.size();
  envelope head;
  head.to = {p.id, 0};
  for (const auto& place : p.view.places) {
    if (place.node == self_.id())
      on_submit(bytes);
    else
      self_.send(place.node, message_kind::plan_submit, head, bytes);
  }
  self_.flush();
}

void dataflow_service::on_submit(bytes_view payload) {
  auto p = decode_plan(payload);
  if (!p)
    return; // without a readable plan nobody can be told
  slow_.post([this, moved = std::make_shared<plan>(std::move(*p))] {
    accept(std::move(*moved));
  });
}

void dataflow_service::accept(plan p) {
  plan_reply answer;
  answer.id = p.id;
  const auto submitter = p.view.submitter;
  const auto me =
      std::find_if(p.view.places.begin(), p.view.places.end(),
                   [&](const auto& place) { return place.node == self_.id(); });
  answer.leaving = leaving_.load();
  if (me == p.view.places.end())
    answer.refused = "this node is not in the plan's view";
  else if (answer.leaving)
    answer.refused = "it is about to leave the cluster";
  if (answer.refused.empty()) {
    if (lives().empty())
      memory_.forget_peak();   // what reports tell is of the plans that run
    p.round = {{}, submitter}; // a submission is of the first
    p.told.clear();
    const auto life = add_life(std::move(p));
    if (!life)
      return; // it has come twice, or was forgotten meanwhile
    answer = life->reply();
  }
  const auto id = answer.id;
  reply(submitter, message_kind::plan_accepted, answer);
  // what was known before the plan came
  if (const auto life = find_life(id))
    for (const auto& place : life->what().view.places)
      if (dead_.contains(place.node.value))
        tell_of_death(*life, place.node);
  if (const auto life = find_life(id))
    keep_for_a_while(*life);
  for (auto& each : std::exchange(early_, {}))
    receive_census(each.from, each.what);
}

// A peer has lent us tasks of a plan whose view we are not in. The lender says
// when the plan is over; one that died meanwhile cannot. After a death it says
// so again, with what is left of the plan.
void dataflow_service::be_guest(plan p, node_id lender) {
  const auto known = find_life(p.id);
  const auto& places = p.view.places;
  const bool newer =
      std::none_of(places.begin(), places.end(),
                   [&](const auto& place) { return place.node == self_.id(); })
      && (!known || known->is_behind(p.round));
  const bool late =
      std::any_of(places.begin(), places.end(), [&](const auto& place) {
        return dead_.contains(place.node.value)
               && !p.round.excludes(place.node);
      });
  if (!is_member(lender) || p.round.excludes(self_.id()))
    return;
  if (!newer || late) {
    if (!known || (known->is_guest() && !known->host()))
      decline(p, known ? known->round() : p.round, lender);
    return;
  }
  if (known) {
    plans_.end(known->id_of_round());
    known->retire();
    ended_.push_back(known);
    clear_up_later();
    std::lock_guard guard{lives_mutex_};
    lives_.erase(p.id);
  }
  add_life(std::move(p));
  for (auto& each : std::exchange(early_, {}))
    receive_census(each.from, each.what);
}

// A lender that is not told waits for what it has lent.
void dataflow_service::decline(const plan& p, plan_round round,
                               node_id lender) {
  for (const auto& place : p.view.places)
    if (dead_.contains(place.node.value))
      round.exclude(place.node);
  tell({lender}, {p.id, std::move(round), {}});
}

// On the thread on which plans are opened: each is told, before or after.
void dataflow_service::leave() {
  leaving_.store(true);
  sharing_.stop_asking();
  slow_.post([this] {
    for (const auto& [id, host] : open_plans())
      host->engine().leave();
    self_.flush();
    handed_over_.store(true);
  });
}

bool dataflow_service::is_needed() const {
  if (!has_left())
    return true; // a plan may be about to open
  const auto plans = lives();
  return std::any_of(plans.begin(), plans.end(), [&](const auto& life) {
    return is_member(life->round().submitter);
  });
}

bool dataflow_service::is_member(node_id who) const {
  const auto members = self_.members();
  return std::any_of(members.begin(), members.end(),
                     [&](const member& m) { return m.id == who; });
}

void dataflow_service::forget(std::uint64_t plan_id, const plan_view& view) {
  for (const auto& place : view.places)
    if (place.node != self_.id())
      send_forget(plan_id, place.node);
  // here too, with or without a region: what still comes is for nobody
  slow_.post([this, plan_id] { drop(plan_id); });
}

// The submitter does not know the guests; those who gave them work do.
void dataflow_service::drop(std::uint64_t plan_id) {
  plans_.end(plan_id); // what still comes is for nobody
  const auto life = find_life(plan_id);
  if (!life)
    return;
  const auto guests = life->guests();
  plans_.end(life->id_of_round());
  life->retire();
  ended_.push_back(life);
  clear_up_later();
  {
    std::lock_guard guard{lives_mutex_};
    lives_.erase(plan_id);
  }
  for (auto guest : guests)
    if (guest != self_.id())
      send_forget(plan_id, guest);
}

void dataflow_service::send_forget(std::uint64_t plan_id, node_id to) {
  envelope head;
  head.to = {plan_id, 0};
  self_.send(to, message_kind::plan_forget, head, {});
  self_.flush();
}

// -- messages -----------------------------------------------------------------

void dataflow_service::on_task_message(incoming& in) {
  if (auto m = decode(in.kind, in.head, in.payload, in.bulk)) {
    if (m->kind == message_kind::block_data && m->data)
      sharing_.arrived(in.from, m->data.bytes(), m->bytes);
    deliver(in.head.to.plan(), std::move(*m));
    self_.flush();
  }
}

void dataflow_service::deliver(std::uint64_t plan_id, dataflow_message m) {
  // two on this node may have asked, and there is one answer
  const bool held = is_answer(m) && held_.arrived(plan_id, m);
  if (held && !find_host(plan_id))
    return;
  if (const auto host = host_for(plan_id, m))
    host->engine().receive(std::move(m));
}

// Null: the message was for somebody else, or nobody, or waits for its round.
std::shared_ptr<plan_host> dataflow_service::host_for(std::uint64_t id,
                                                      dataflow_message& m) {
  if (is_answer(m)) { // goes by the plan's own id, in any round
    auto host = find_host(id);
    if (!host)
      to_client(id, self_.id(), m);
    return host;
  }
  const auto life = find_life(id);
  if (!life && m.kind == message_kind::want && plans_.is_over(id))
    answer_for_ended(id, m);
  if (!life || life->id_of_round() == id)
    return plans_.find_or_park(id, m);
  // of the first round, which is over; but others ask by that name, too
  return asks(m) ? life->host() : nullptr;
}

// Whoever asks for a block of a plan that is over would ask for ever.
void dataflow_service::answer_for_ended(std::uint64_t id,
                                        const dataflow_message& asked) {
  auto no = message_of(message_kind::erred, 0, asked.to);
  no.error = std::make_shared<task_failure>(task_failure{
      unpack(asked.to),
      {failure_kind::not_found,
       fmt::format("plan {:x}, which held this block, is over", id)}});
  send(id, asked.asker, no);
}

void dataflow_service::send(std::uint64_t plan_id, node_id to,
                            const dataflow_message& m) {
  if (to == self_.id()) {
    deliver(plan_id, m);
  } else {
    auto out = encode(m, plan_id);
    self_.send(to, m.kind, out.head, out.payload);
  }
}

void dataflow_service::flush() {
  self_.flush();
}

void dataflow_service::ask_progress(std::uint64_t plan_id,
                                    std::span<const node_id> nodes) {
  ask(message_kind::progress_request, plan_id, nodes);
}

void dataflow_service::ask(message_kind kind, std::uint64_t plan_id,
                           std::span<const node_id> nodes) {
  envelope head;
  head.to = {plan_id, 0};
  for (auto node : nodes)
    self_.send(node, kind, head, {});
  self_.flush();
}

void dataflow_service::reply(node_id to, message_kind kind,
                             const plan_reply& r) {
  const auto bytes = encode(r);
  envelope head;
  head.to = {r.id, 0};
  self_.send(to, kind, head, bytes);
  self_.flush();
}

// -- clients ------------------------------------------------------------------

void dataflow_service::connect(std::uint64_t plan_id, node_id name,
                               plan_client& client) {
  std::lock_guard guard{clients_mutex_};
  clients_[plan_id] = {name, &client};
}

void dataflow_service::disconnect(std::uint64_t plan_id) {
  std::lock_guard guard{clients_mutex_};
  clients_.erase(plan_id);
}

bool dataflow_service::to_client(std::uint64_t plan_id, node_id name,
                                 dataflow_message& m) {
  std::lock_guard guard{clients_mutex_};
  const auto found = clients_.find(plan_id);
  if (found == clients_.end() || found->second.name != name)
    return false;
  found->second.client->receive(std::move(m));
  return true;
}

void dataflow_service::deliver_reply(incoming& in) {
  const auto r = decode_reply(in.payload);
  if (!r)
    return;
  std::lock_guard guard{clients_mutex_};
  const auto found = clients_.find(r->id);
  if (found != clients_.end())
    found->second.client->receive_reply(in.from, in.kind, *r);
}

// -- blocks of other plans ----------------------------------------------------

held_blocks::surroundings dataflow_service::held_elsewhere() {
  return {.here =
              [this](std::uint64_t plan_id, std::uint64_t task) {
                const auto host = find_host(plan_id);
                return host ? host->engine().held(task) : block{};
              },
          .ask =
              [this](std::uint64_t plan_id, node_id to, dataflow_message m) {
                m.asker = self_.id();
                if (const auto host = find_host(plan_id))
                  host->engine().receive(std::move(m)); // it knows where to
                else
                  send(plan_id, to, m);
                self_.flush();
              },
          .lives = [this](node_id who) { return is_member(who); },
          .later =
              [this](std::chrono::milliseconds delay, std::function<void()> f) {
                slow_.post_after(delay, std::move(f));
              }};
}

// -- status -------------------------------------------------------------------

dataflow_service::status dataflow_service::count() const {
  status out;
  out.memory_used = memory_.used();
  out.bytes_spilled = memory_.spilled();
  out.busy = pool_.executing();
  out.queued = pool_.queued();
  out.tasks_run = pool_.executed();
  const auto members = self_.members();
  for (const auto& life : lives()) {
    const auto r = life->reply();
    const bool orphaned =
        std::ranges::find(members, life->round().submitter, &member::id)
        == members.end();
    out.plans.push_back(
        {r.id, r.tasks, r.done, orphaned, life->edges(), r.done_by_layer, {}});
  }
  return out;
}

dataflow_service::status dataflow_service::report() const {
  auto out = count();
  for (auto& plan : out.plans)
    if (const auto host = find_host(plan.id))
      add_actors(*host, plan, out.actors);
  return out;
}

} // namespace tern
