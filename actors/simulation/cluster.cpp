// The calls of a program, and the loop of a run. An event is everything that
// happens without a wait: a handler, a message that arrives, a timer. Between
// two of them all actors are at rest, so that is when invariants are checked:
// after those events in which anything of an actor may have changed.

#include "actors/simulation/cluster.hpp"

#include "actors/simulation/cluster_impl.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <stdexcept>

namespace tern::simulation {

namespace {

constexpr auto for_ever = std::numeric_limits<std::uint64_t>::max();
/// So long those who were taken for dead go on when all else is well again.
constexpr sim_time ghost_time = 100 * millisecond;

sim_time length_of(std::chrono::nanoseconds d) {
  return static_cast<sim_time>(std::max<std::int64_t>(bounded(d).count(), 0));
}

} // namespace

// -- a run --------------------------------------------------------------------

void cluster::impl::broken(const std::string& what, const std::string& why) {
  if (!verdict_.holds())
    return;
  verdict_.broken = what;
  verdict_.why = why;
  tell([&] { return "broken: " + what; });
}

void cluster::impl::check_all(const std::vector<named_check>& checks) {
  for (const auto& c : checks)
    guarded("checking '" + c.name + "'", [&] {
      if (!c.holds())
        broken(c.name);
    });
}

void cluster::impl::go_on(sim_time limit, std::uint64_t most_events) {
  for (std::uint64_t n = 0;; ++n) {
    if (std::exchange(touched_, false)) {
      check_all(always_);
      touched_ = false;
    }
    if (!verdict_.holds() || n == most_events || sim_.idle()
        || sim_.next() > limit)
      return;
    sim_.step();
  }
}

verdict cluster::impl::run_for(duration length) {
  const auto limit = sim_.now() + length_of(length);
  go_on(limit, for_ever);
  if (verdict_.holds())
    sim_.run_until(limit);
  return so_far();
}

verdict cluster::impl::run() {
  const auto during = length_of(options_.bad.during);
  if (sim_.now() < during)
    run_for(std::chrono::nanoseconds(during - sim_.now()));
  if (!verdict_.holds())
    return so_far();
  heal();
  sim_.after(ghost_time, [this] { end_expelled(); });
  go_on(for_ever, options_.patience);
  if (verdict_.holds() && !sim_.idle())
    broken("it comes to rest", "there is more to do");
  if (verdict_.holds())
    check_all(eventually_);
  return so_far();
}

verdict cluster::impl::so_far() const {
  auto v = verdict_;
  v.seed = options_.seed;
  v.time = std::chrono::nanoseconds(sim_.now());
  v.events = sim_.events();
  v.hash = sim_.hash();
  return v;
}

void cluster::impl::after(duration delay, action f) {
  sim_.after(length_of(delay),
             [this, f = std::move(f)] { guarded("what the program does", f); });
}

cluster::impl::sim_node& cluster::impl::at(std::size_t n) {
  if (n >= nodes_.size())
    throw std::out_of_range(fmt::format("no node {} of {}", n, options_.nodes));
  return *nodes_[n];
}

// Where its handlers run, or else where it is frozen: there it is the same.
cluster::impl::found cluster::impl::find(const actor_id& actor) const {
  found best;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const auto& node = *nodes_[n];
    auto place = node.running.upper_bound({actor, ~std::uint32_t{0}});
    if (!lives(n) || place == node.running.begin()
        || (--place)->first.actor != actor)
      continue;
    best = {n, dynamic_cast<const actor_core*>(place->second.get())};
    if (node.machine->runs_here(actor))
      return best;
  }
  return best;
}

void cluster::impl::add_line(const std::string& text) {
  history_.push_back(fmt::format(
      "{:>10.3f} ms  {}", static_cast<double>(sim_.now()) / millisecond, text));
}

// -- the calls ----------------------------------------------------------------

cluster::cluster(const options& o) : impl_(std::make_unique<impl>(o)) {}

cluster::~cluster() = default;

void cluster::name_message(std::uint64_t tag, std::string name) {
  impl_->messages_[tag] = std::move(name);
}

void cluster::add_type(const std::string& name, factory make) {
  impl_->types_[name] = std::move(make);
  for (std::size_t n = 0; n < impl_->nodes_.size(); ++n)
    impl_->feed(n, mobility_event::register_type{name});
}

actor_world& cluster::world(std::size_t node) {
  auto& w = impl_->at(node);
  if (!impl_->lives(node))
    throw actor_error{{failure_kind::unreachable, "the node is dead"}};
  return w;
}

void cluster::post(const actor_id& to, bytes payload) {
  if (to.kind() == actor_kind::none)
    throw actor_error{{failure_kind::not_found, "a message to a null ref"}};
  impl_->gateway_->post(to, buffer::copy(payload));
}

std::uint64_t cluster::open_request(const actor_id& to, answer_handler then,
                                    duration deadline) {
  const auto number = impl_->gateway_->open(to, std::move(then));
  impl_->sim_.after(length_of(deadline), [this, number] {
    impl_->gateway_->answer(number, fail(failure_kind::unreachable,
                                         "no answer within the deadline"));
  });
  return number;
}

void cluster::after(duration delay, action f) {
  impl_->after(delay, std::move(f));
}

void cluster::order_move(const actor_id& actor, std::size_t node) {
  impl_->at(node);
  impl_->order(outside(), actor, impl::id_of(node));
}

void cluster::rotate(bool on) {
  impl_->rotate_ = on;
}

void cluster::kill(std::size_t node) {
  impl_->at(node);
  if (node == outside())
    throw std::out_of_range("who is outside does not die");
  impl_->kill(node);
}

void cluster::expel(std::size_t node, duration length) {
  impl_->at(node);
  if (node == outside())
    throw std::out_of_range("who is outside is not taken for dead");
  impl_->expel(node, length_of(length));
}

void cluster::pause(std::size_t node, duration length) {
  impl_->at(node);
  impl_->pause(node, length_of(length));
}

void cluster::cut(std::size_t from, std::size_t to) {
  impl_->at(std::max(from, to));
  impl_->cut(from, to);
}

void cluster::mend(std::size_t from, std::size_t to) {
  impl_->at(std::max(from, to));
  impl_->mend(from, to);
}

void cluster::clog(std::size_t from, std::size_t to) {
  impl_->at(std::max(from, to));
  impl_->clog(from, to);
}

void cluster::unclog(std::size_t from, std::size_t to) {
  impl_->at(std::max(from, to));
  impl_->unclog(from, to);
}

void cluster::heal() {
  impl_->heal();
}

void cluster::invariant(std::string name, check holds) {
  impl_->always_.push_back({std::move(name), std::move(holds)});
}

void cluster::eventually(std::string name, check holds) {
  impl_->eventually_.push_back({std::move(name), std::move(holds)});
}

const actor_core* cluster::find(const actor_id& actor) const {
  return impl_->find(actor).behavior;
}

std::optional<std::size_t> cluster::place_of(const actor_id& actor) const {
  const auto found = impl_->find(actor);
  return found.behavior ? std::optional{found.node} : std::nullopt;
}

verdict cluster::run_for(duration length) {
  return impl_->run_for(length);
}

verdict cluster::run() {
  return impl_->run();
}

verdict cluster::so_far() const {
  return impl_->so_far();
}

std::size_t cluster::nodes() const noexcept {
  return impl_->options_.nodes;
}

bool cluster::alive(std::size_t node) const {
  impl_->at(node);
  return impl_->lives(node);
}

node_id cluster::id(std::size_t node) const {
  impl_->at(node);
  return impl::id_of(node);
}

cluster::duration cluster::now() const {
  return duration(impl_->sim_.now());
}

random_source& cluster::random() noexcept {
  return impl_->program_;
}

const options& cluster::how() const noexcept {
  return impl_->options_;
}

const std::vector<std::string>& cluster::history() const noexcept {
  return impl_->history_;
}

const trace_content& cluster::trace() {
  auto& nodes = impl_->trace_.nodes;
  nodes.resize(impl_->nodes_.size());
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    nodes[n].node = impl::id_of(n);
    nodes[n].name = n == outside() ? "outside" : fmt::format("node {}", n);
    nodes[n].peers = {nodes[n].node};
    nodes[n].scopes = {0};
    std::ranges::move(impl_->nodes_[n]->did.take().steps,
                      std::back_inserter(nodes[n].steps));
  }
  return impl_->trace_;
}

void cluster::write_trace(const std::string& file) {
  auto out = trace_writer::create(file);
  if (!out)
    throw actor_error{out.error()};
  if (auto ok = out->add(trace().nodes); !ok)
    throw actor_error{ok.error()};
}

} // namespace tern::simulation
