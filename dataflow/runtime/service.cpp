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

// Is it for somebody who is no task?
bool is_answer(const dataflow_message& m) {
  switch (m.kind) {
  case message_kind::down:
  case message_kind::order_moved:
  case message_kind::inspected:
    return true;
  case message_kind::block_data:
  case message_kind::erred:
    return m.to == 0;
  default:
    return false;
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
               for (const auto& [id, host] : plans_.all())
                 host->engine().each_idle_block(visit);
             }),
    held_(held_elsewhere()),
    sharing_({self_, pool_, memory_, slow_, gate_,
              [this] { return plans_.all(); },
              [this](std::uint64_t plan_id, node_id thief) {
                if (!plans_.find(plan_id)) // it ended meanwhile
                  send_forget(plan_id, thief);
              },
              steals}),
    pool_(self.self().threads) {
  if (memory_.limit() > 0) // what is free counts for nobody
    buffer_pool::process().limit_free(memory_.limit() / 16);
  pool_.watch(sharing_);
  listen();
}

dataflow_service::~dataflow_service() {
  if (memory_.limit() > 0)
    buffer_pool::process().limit_free(buffer_pool::no_limit);
  gate_.close();
  held_.close();
  slow_.stop();
  for (auto& [id, host] : plans_.all()) {
    plans_.end(id);
    host->close();
  }
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
    if (auto host = plans_.find(r.id))
      r = host->reply();
    reply(in.from, message_kind::progress_reply, r);
  });
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
  std::shared_ptr<plan_host> host;
  const auto id = p.id;
  if (answer.refused.empty()) {
    if (plans_.all().empty())
      memory_.forget_peak(); // what reports tell is of the plans that run
    host = make_host(std::move(p));
    host->engine().expand();
  }
  if (host && !open(id, host))
    return; // forgotten meanwhile
  if (host)
    answer = host->reply();
  reply(submitter, message_kind::plan_accepted, answer);
}

std::shared_ptr<plan_host> dataflow_service::make_host(plan p) {
  auto edges = std::make_shared<const edge_index>(std::move(p.work));
  return std::make_shared<plan_host>(
      p, std::move(edges),
      plan_host::surroundings{
          self_, pool_, memory_, spiller_, kernels_,
          [this](const held_call& from, std::int64_t index) {
            return held_.take(from, index);
          },
          [this, id = p.id](node_id to, dataflow_message& m) {
            return to_client(id, to, m);
          },
          &sharing_.has_peers(),
          [this, submitter = p.view.submitter](plan_reply r, std::size_t blocks,
                                               node_id node) {
            tell_lost(submitter, std::move(r), blocks, node);
          }});
}

// A peer has lent us tasks of a plan whose view we are not in. The lender says
// when the plan is over; one that died meanwhile cannot.
void dataflow_service::be_guest(plan p, node_id lender) {
  const auto members = self_.members();
  const auto id = p.id;
  if (!plans_.find(id)
      && std::any_of(members.begin(), members.end(),
                     [&](const member& m) { return m.id == lender; }))
    open(id, make_host(std::move(p)));
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
  self_.flush();
  return true;
}

// On the thread on which plans are opened: each is told, before or after.
void dataflow_service::leave() {
  leaving_.store(true);
  sharing_.stop_asking();
  slow_.post([this] {
    for (const auto& [id, host] : plans_.all())
      host->engine().leave();
    self_.flush();
    handed_over_.store(true);
  });
}

bool dataflow_service::is_needed() const {
  if (!has_left())
    return true; // a plan may be about to open
  const auto members = self_.members();
  const auto plans = plans_.all();
  return std::any_of(plans.begin(), plans.end(), [&](const auto& each) {
    const auto submitter = each.second->submitter();
    return std::any_of(members.begin(), members.end(),
                       [&](const member& m) { return m.id == submitter; });
  });
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
  const auto host = plans_.end(plan_id);
  if (!host)
    return;
  host->close();
  const auto& nodes = host->engine().nodes();
  for (auto i = nodes.places(); i < nodes.size(); ++i)
    if (const auto guest = nodes.id_of(static_cast<node_index>(i));
        guest != self_.id())
      send_forget(plan_id, guest);
}

void dataflow_service::send_forget(std::uint64_t plan_id, node_id to) {
  envelope head;
  head.to = {plan_id, 0};
  self_.send(to, message_kind::plan_forget, head, {});
  self_.flush();
}

void dataflow_service::on_down(const member& who) {
  sharing_.left(who);
  if (who.threads > 0) {
    std::lock_guard guard{dead_mutex_};
    dead_[who.id.value] = describe(who);
  }
  for (const auto& [id, host] : plans_.all()) {
    const auto end = [this, plan_id = id] {
      drop(plan_id);
    };
    const auto& nodes = host->engine().nodes();
    const auto number = nodes.find(who.id);
    if (host->submitter() == who.id)
      slow_.post_after(std::chrono::seconds(host->keep_seconds()), end);
    else if (nodes.is_guest(number) && who.threads > 0)
      slow_.post([this, kept = host, who] { recover(*kept, who); });
    else if (!nodes.is_guest(number) && host->engine().is_guest())
      slow_.post(end); // the plan ends with a node of its view
  }
}

// A guest may have tasks on loan: their owners run them again.
void dataflow_service::recover(plan_host& host, const member& guest) {
  host.engine().suspect(guest.id);
  self_.flush();
}

// The blocks of tasks that have run on a dead guest, and with them the plan.
void dataflow_service::tell_lost(node_id submitter, plan_reply r,
                                 std::size_t blocks, node_id node) {
  std::string name;
  {
    std::lock_guard guard{dead_mutex_};
    name = dead_[node.value];
  }
  r.failed = fmt::format("{} died: with it {} block{} of the plan",
                         name.empty() ? "node " + to_string(node) : name,
                         blocks, blocks == 1 ? "" : "s");
  reply(submitter, message_kind::progress_reply, r);
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
  if (is_answer(m) && held_.arrived(plan_id, m))
    return;
  auto host = plans_.find(plan_id);
  if (!host && is_answer(m) && to_client(plan_id, self_.id(), m))
    return;
  if (!host)
    host = plans_.find_or_park(plan_id, m);
  if (host)
    host->engine().receive(std::move(m));
}

void dataflow_service::send(std::uint64_t plan_id, node_id to,
                            const dataflow_message& m) {
  if (to == self_.id()) {
    deliver(plan_id, m);
  } else {
    auto out = encode(m, plan_id);
    self_.send(to, m.kind, out.head, out.payload);
  }
  self_.flush();
}

void dataflow_service::ask_progress(std::uint64_t plan_id,
                                    std::span<const node_id> nodes) {
  envelope head;
  head.to = {plan_id, 0};
  for (auto node : nodes)
    self_.send(node, message_kind::progress_request, head, {});
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
                const auto host = plans_.find(plan_id);
                return host ? host->engine().held(task) : block{};
              },
          .ask =
              [this](std::uint64_t plan_id, node_id to, dataflow_message m) {
                m.asker = self_.id();
                if (const auto host = plans_.find(plan_id))
                  host->engine().receive(std::move(m)); // it knows where to
                else
                  send(plan_id, to, m);
                self_.flush();
              },
          .lives =
              [this](node_id who) {
                const auto all = self_.members();
                return std::any_of(
                    all.begin(), all.end(),
                    [&](const auto& each) { return each.id == who; });
              }};
}

// -- status -------------------------------------------------------------------

dataflow_service::status dataflow_service::report() const {
  status out;
  out.memory_used = memory_.used();
  for (const auto& [id, host] : plans_.all()) {
    const auto r = host->reply();
    out.plans.push_back({r.id, r.tasks, r.done});
    host->engine().tasks().each([&](task_record& t) {
      std::lock_guard guard{t.lock};
      const auto phase = t.state.phase();
      if (phase != task_phase::away && phase != task_phase::released)
        ++out.actors[std::string{name_of(phase)}];
    });
  }
  return out;
}

} // namespace tern
