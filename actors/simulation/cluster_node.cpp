// What the machines of the nodes say is carried out here, as host_impl.cpp and
// actor_runner.cpp do it with CAF: each handler, snapshot and restoration is an
// event of its own, a little later.

#include "actors/api/name_service.hpp"
#include "actors/simulation/cluster_impl.hpp"
#include "actors/simulation/quick_mobility.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tern::simulation {

namespace {

mobility_options quick_options() {
  auto o = quick_mobility();
  o.parking = 64;
  return o;
}

network_options network_of(const faults& f) {
  network_options o;
  o.loss = f.loss;
  o.duplicate = f.duplicate;
  o.straggle = f.straggle;
  o.straggle_delay = static_cast<sim_time>(f.straggle_delay.count());
  o.max_delay =
      std::max(static_cast<sim_time>(f.delay.count()), o.min_delay + 1);
  o.lost_last_words = 0.5;
  return o;
}

constexpr sim_time handler_delay = 60 * microsecond;
constexpr sim_time save_delay = 50 * microsecond;
constexpr sim_time restore_delay = 500 * microsecond;
constexpr sim_time view_delay = 20 * millisecond;

} // namespace

// -- a node -------------------------------------------------------------------

cluster::impl::sim_node::sim_node(impl& all, std::size_t index)
  : cluster_(all), index_(index) {
  if (!all.options_.record)
    return;
  did.set_level(trace_level::payloads);
  record_to(did);
}

actor_id cluster::impl::sim_node::spawn_made(const std::string& type,
                                             std::unique_ptr<actor_core> made) {
  return cluster_.spawn(index_, type, made->save());
}

void cluster::impl::sim_node::order_move(const actor_id& actor,
                                         node_id target) {
  cluster_.order(index_, actor, target);
}

// One after the other, as `actor_system` does without a policy.
node_id cluster::impl::sim_node::place() {
  auto nodes = machine->now().members;
  std::erase(nodes, id_of(cluster_.options_.nodes)); // who is outside
  return nodes.empty() ? machine->self() : nodes[placed_++ % nodes.size()];
}

std::uint64_t cluster::impl::sim_node::secret() {
  return cluster_.secrets_.next() | 1;
}

std::string cluster::impl::sim_node::message_name(std::uint64_t tag) const {
  const auto known = cluster_.messages_.find(tag);
  return known == cluster_.messages_.end() ? std::string{} : known->second;
}

std::chrono::nanoseconds cluster::impl::sim_node::now() const {
  const auto passed = static_cast<double>(cluster_.sim_.now()) * pace;
  return start + std::chrono::nanoseconds(static_cast<std::int64_t>(passed));
}

cluster::impl::impl(const options& o)
  : options_(o), sim_(o.seed), net_(sim_, o.nodes + 1, network_of(o.bad)),
    moves_(0), program_(0), secrets_(0), rotate_(o.rotate) {
  if (o.nodes == 0)
    throw std::invalid_argument("a cluster without nodes");
  net_.on_message([this](std::size_t to, std::size_t from, mobile_message m) {
    feed(to, mobility_event::received{id_of(from), std::move(m)});
  });
  open_nodes();
  plan();
}

cluster::impl::~impl() = default;

void cluster::impl::open_nodes() {
  for (std::size_t n = 0; n <= options_.nodes; ++n) {
    nodes_.push_back(std::make_unique<sim_node>(*this, n));
    nodes_[n]->machine = std::make_unique<mobility>(id_of(n), quick_options());
  }
  ++view_number_;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    feed(n, mobility_event::view{agreed()});
  const auto n = options_.nodes;
  gateway_id_ = actor_id::service(id_of(n), 1);
  auto made = std::make_unique<gateway>(*this);
  gateway_ = made.get();
  nodes_[n]->running[{gateway_id_, 1}] = std::move(made);
  feed(n, mobility_event::spawned{gateway_id_, "gateway", true});
  for (std::size_t each = 0; each <= n && options_.names; ++each)
    open_names(each);
}

void cluster::impl::open_names(std::size_t n) {
  const auto id = name_service_of(id_of(n));
  nodes_[n]->running[{id, 1}] = make_name_service(
      id_of(n), [&m = *nodes_[n]->machine] { return m.now(); }, {});
  feed(n, mobility_event::spawned{id, "names", true});
  feed(n, mobility_event::posted{id, {id, 0, {}}});
}

view cluster::impl::agreed() const {
  view v;
  v.id = {id_of(0), view_number_};
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    (lives(n) ? v.members : v.departed).push_back(id_of(n));
  return v;
}

void cluster::impl::change_view() {
  ++view_number_;
  for (std::size_t n = 0; n < nodes_.size(); ++n)
    if (lives(n))
      net_.after(n, pick(view_delay),
                 [this, n, v = agreed()] { take_view(n, v); });
}

void cluster::impl::take_view(std::size_t n, const view& v) {
  if (v.id.number <= nodes_[n]->machine->now().id.number)
    return;
  feed(n, mobility_event::view{v});
  if (const auto id = name_service_of(id_of(n)); options_.names)
    feed(n, mobility_event::posted{id, {id, 0, {}}});
}

// -- what a program does ------------------------------------------------------

actor_id cluster::impl::spawn(std::size_t n, const std::string& type,
                              const buffer& state) {
  std::string why;
  auto made = make(n, type, state.bytes(), why);
  if (!made)
    throw actor_error{{failure_kind::not_found, why}};
  const auto id = actor_id::stateful(id_of(n), actors_.size() + 1);
  actors_.push_back(id);
  type_of_[id] = type;
  nodes_[n]->running[{id, 1}] = std::move(made);
  touched_ = true;
  tell([&] { return fmt::format("{} is born on node {}", name_of(id), n); });
  feed(n, mobility_event::spawned{id, type, false});
  return id;
}

bool cluster::impl::try_post(const actor_id& to, const buffer& payload) {
  const auto n = options_.nodes;
  const bool taken = nodes_[n]->machine->room(gateway_id_, to) > 0;
  feed(n, mobility_event::posted{gateway_id_, {to, 0, payload}});
  return taken;
}

void cluster::impl::order(std::size_t by, const actor_id& actor,
                          node_id target) {
  feed(by, mobility_event::ordered{actor, target, ++orders_});
}

// -- what the machines say ----------------------------------------------------

void cluster::impl::feed(std::size_t n, mobility_input event) {
  mobility_outputs out;
  nodes_[n]->machine->handle(std::move(event), out);
  for (auto& i : out) {
    sim_.note(i.index());
    std::visit([&](auto& it) { carry_out(n, it); }, i);
  }
}

void cluster::impl::carry_out(std::size_t n, instruction::transmit& i) {
  net_.send(n, index_of(i.to), std::move(i.message));
}

void cluster::impl::carry_out(std::size_t n, instruction::run& i) {
  check_alone(n, i.instance.actor);
  net_.after(n, pick(handler_delay),
             [this, n, i = std::move(i)] { handle(n, i); });
}

void cluster::impl::carry_out(std::size_t n, instruction::save& i) {
  net_.after(n, pick(save_delay), [this, n, i] { save(n, i); });
}

void cluster::impl::carry_out(std::size_t n, instruction::restore& i) {
  net_.after(n, pick(restore_delay),
             [this, n, i = std::move(i)] { restore(n, i); });
}

void cluster::impl::carry_out(std::size_t n, instruction::discard& i) {
  nodes_[n]->running.erase(i.instance);
  touched_ = true;
}

void cluster::impl::carry_out(std::size_t n, instruction::arm& i) {
  const auto delay = static_cast<double>(i.delay.count()) / nodes_[n]->pace;
  net_.after(n, static_cast<sim_time>(std::max(delay, 0.0)),
             [this, n, timer = i.timer] {
               feed(n, mobility_event::timed_out{timer});
             });
}

void cluster::impl::carry_out(std::size_t, instruction::order_done&) {}

void cluster::impl::carry_out(std::size_t, instruction::located&) {}

void cluster::impl::carry_out(std::size_t n, instruction::resumed& i) {
  touched_ = true;
  check_alone(n, i.instance.actor);
  tell([&] {
    return fmt::format("{} runs on node {}", name_of(i.instance.actor), n);
  });
}

} // namespace tern::simulation
