#include "actors/api/actor_system.hpp"

#include "actors/api/wait_watch.hpp"
#include "actors/link/socket.hpp"
#include "actors/trace/clock.hpp"
#include "actors/trace/trace_pump.hpp"
#include "actors/trace/tracer.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <optional>

#include <sys/random.h>

namespace tern {

namespace {

using std::chrono::steady_clock;

/// For room at a receiver, and for a home that says where an actor is.
constexpr std::chrono::seconds patience{30};
constexpr std::chrono::seconds view_patience{2};

std::unique_ptr<node> started(const actor_system::options& o) {
  node_config config;
  config.host = o.host;
  config.port = o.port;
  config.threads = 0; // takes no tasks of plans
  auto made = node::start(config);
  if (!made)
    throw actor_error{made.error()};
  return std::move(*made);
}

} // namespace

struct actor_system::state final : actor_world {
  explicit state(const options& o)
    : below(started(o)), actors(std::make_unique<actor_host>(*below)) {
    record_to(below->trace().steps());
    if (o.trace_file.empty())
      return;
    auto started = trace_pump::start(*below, o.trace_file, o.traced);
    if (!started)
      throw actor_error{started.error()};
    pump = std::move(*started);
  }

  struct open {
    actor_id to;
    std::uint64_t tag = 0;
    actor_id asker; ///< whose handler asked; the gateway: none did
    std::uint64_t since = 0;
    bool is_waited_for = false; ///< in that handler
    std::optional<result<bytes>> answer;
  };

  actor_id spawn_made(const std::string& type,
                      std::unique_ptr<actor_core> made) override;
  void order_move(const actor_id& actor, node_id target) override;
  node_id place() override {
    return actors->place();
  }
  std::uint64_t secret() override;
  std::string message_name(std::uint64_t tag) const override;
  std::chrono::nanoseconds now() const override {
    return std::chrono::nanoseconds{monotonic_ns()};
  }

  void on_message(const envelope& head, std::span<const std::byte> payload);
  void on_down(const actor_id& actor, std::uint64_t lost);
  void bury(dead_letter letter, std::uint64_t tag) override;
  void answer(std::uint64_t request, result<bytes> given);
  std::optional<wait_report> report(const actor_id& actor);
  void add_waits(wait_report& to);
  std::vector<actor_id> blocked_for(std::chrono::nanoseconds least);
  void say_stuck(const std::string& what);

  std::unique_ptr<node> below;
  mutable std::mutex mutex; ///< guards all but `room_made`, whose changes it
                            ///< guards, too
  std::condition_variable changed;
  std::map<std::uint64_t, open> requests;
  std::uint64_t last_request = 0;
  std::atomic<std::uint64_t> room_made{
      0}; ///< how often some receiver had room again
  std::function<void(const name_lost&)> name_lost_handler;
  std::function<void(const dead_letter&)> dead_letter_handler;
  std::function<void(const std::string&)> deadlock_handler;
  std::map<std::uint64_t, std::string> messages; ///< their names, by tag
  std::unique_ptr<actor_host> actors; ///< its threads use all of this,
  std::unique_ptr<wait_watch> watch;  ///< and this one's that, too
  std::unique_ptr<trace_pump> pump;   ///< null: nothing is written
};

void actor_system::state::on_message(const envelope&,
                                     std::span<const std::byte> payload) {
  auto body = payload;
  const auto call = decode_call(body);
  if (!call)
    return;
  if (call->what == call_head::kind::answer)
    answer(call->number, bytes{body.begin(), body.end()});
  else if (call->what == call_head::kind::failure)
    answer(call->number, tl::make_unexpected(read_failure(*this, *call, body)));
}

void actor_system::state::answer(std::uint64_t request, result<bytes> given) {
  std::lock_guard guard{mutex};
  const auto found = requests.find(request);
  if (found == requests.end())
    return;
  found->second.answer = std::move(given);
  changed.notify_all();
}

void actor_system::state::on_down(const actor_id& actor, std::uint64_t lost) {
  if (lost > 0)
    bury({dead_letter::reason::gone, actors->gateway(), actor, {}, lost}, 0);
  std::lock_guard guard{mutex};
  for (auto& [number, r] : requests)
    if (r.to == actor && !r.answer)
      r.answer = fail(failure_kind::not_found,
                      to_string(actor) + " has ended (stopped)");
  ++room_made; // what waits for room there finds a new channel
  changed.notify_all();
}

actor_system::actor_system(const options& o)
  : state_(std::make_unique<state>(o)) {
  auto& s = *state_;
  s.actors->on_message(
      [&s](const envelope& head, std::span<const std::byte> payload) {
        s.on_message(head, payload);
      });
  s.actors->on_down([&s](const actor_id& actor, std::uint64_t lost) {
    s.on_down(actor, lost);
  });
  s.actors->on_writable([&s](const actor_id&) {
    std::lock_guard guard{s.mutex};
    ++s.room_made;
    s.changed.notify_all();
  });
  s.actors->start_service(name_service_of(s.below->id()),
                          make_name_service(
                              s.below->id(),
                              [&host = *s.actors] { return host.now(); },
                              [&s](const name_lost& lost) {
                                std::unique_lock lock{s.mutex};
                                const auto f = s.name_lost_handler;
                                lock.unlock();
                                if (f)
                                  f(lost);
                              }));
  if (o.balancer != balance_policy::none)
    balance(o.balancer);
  s.watch = std::make_unique<wait_watch>(wait_watch::surroundings{
      *s.below, [&s](const actor_id& actor) { return s.report(actor); },
      [&s](std::chrono::nanoseconds least) { return s.blocked_for(least); },
      [&s](const std::string& what) {
        s.say_stuck(what);
      }});
}

// What could not be written has been told to who asked, by `write_trace`.
actor_system::~actor_system() {
  if (state_->pump)
    static_cast<void>(state_->pump->write_all());
}

void actor_system::write_trace() {
  if (!state_->pump)
    throw actor_error{{failure_kind::refused, "no trace_file was asked for"}};
  if (auto done = state_->pump->write_all(); !done)
    throw actor_error{done.error()};
}

const member& actor_system::self() const {
  return state_->below->self();
}

void actor_system::join(const std::string& host, std::uint16_t port) {
  auto& s = *state_;
  if (auto ok = s.below->join(host, port); !ok)
    throw actor_error{ok.error()};
  std::vector<node_id> all;
  for (const auto& m : s.below->members())
    all.push_back(m.id);
  s.actors->wait_for(all, view_patience); // plain nodes are in no view
}

std::vector<member> actor_system::members() const {
  const auto now = state_->actors->now();
  auto all = state_->below->members();
  std::erase_if(all, [&](const member& m) { return !now.has(m.id); });
  return all;
}

bool actor_system::wait_for_members(std::size_t n,
                                    std::chrono::nanoseconds timeout) {
  return state_->actors->wait_for(n, timeout);
}

leave_report actor_system::leave(std::chrono::nanoseconds timeout) {
  return state_->actors->leave(bounded(timeout));
}

void actor_system::add_type(const std::string& name, factory make) {
  state_->actors->register_type(
      name,
      [make](std::span<const std::byte> saved)
          -> result<std::unique_ptr<mobile_behavior>> {
        auto made = make();
        if (auto ok = made->load(saved); !ok)
          return tl::make_unexpected(ok.error());
        return made;
      });
}

actor_world& actor_system::world() noexcept {
  return *state_;
}

actor_world& actor_system::open_world() {
  if (state_->actors->is_leaving())
    throw actor_error{
        {failure_kind::refused, "this node is leaving the cluster"}};
  return world();
}

actor_id actor_system::state::spawn_made(const std::string& type,
                                         std::unique_ptr<actor_core> made) {
  const auto id = actors->spawn_made(type, std::move(made));
  if (!id)
    throw actor_error{id.error()};
  return *id;
}

void actor_system::post(const actor_id& to, const bytes& payload,
                        overflow when_full, std::uint64_t tag) {
  if (offer(to, payload))
    return;
  const bool waits = when_full == overflow::wait;
  if (waits && post_until(to, payload, steady_clock::now() + patience))
    return;
  const bool drops = when_full == overflow::drop_oldest;
  using reason = dead_letter::reason;
  state_->bury({drops ? reason::dropped : reason::refused,
                state_->actors->gateway(),
                to,
                {},
                1},
               tag);
  if (!drops)
    throw actor_error{
        {waits ? failure_kind::unreachable : failure_kind::refused,
         "no room for a message at " + to_string(to)}};
}

void actor_system::on_dead_letter(std::function<void(const dead_letter&)> f) {
  std::lock_guard guard{state_->mutex};
  state_->dead_letter_handler = std::move(f);
}

void actor_system::state::bury(dead_letter letter, std::uint64_t tag) {
  letter.message = message_name(tag);
  std::unique_lock lock{mutex};
  const auto f = dead_letter_handler;
  lock.unlock();
  if (f)
    f(letter);
}

std::string actor_system::state::message_name(std::uint64_t tag) const {
  std::lock_guard guard{mutex};
  const auto known = messages.find(tag);
  return known == messages.end() ? std::string{} : known->second;
}

std::uint64_t actor_system::state::secret() {
  std::uint64_t n = 0;
  while (n == 0)
    if (::getrandom(&n, sizeof n, 0) != sizeof n)
      n = 0;
  return n;
}

void actor_system::name_message(std::uint64_t tag, std::string_view name) {
  std::lock_guard guard{state_->mutex};
  state_->messages.emplace(tag, name);
}

bool actor_system::offer(const actor_id& to, const bytes& payload) {
  if (to.kind() == actor_kind::none)
    throw actor_error{{failure_kind::not_found, "a message to a null ref"}};
  return state_->actors->send(to, payload);
}

bool actor_system::post_until(const actor_id& to, const bytes& payload,
                              steady_clock::time_point limit) {
  auto& s = *state_;
  for (;;) {
    const auto before = s.room_made.load();
    if (offer(to, payload))
      return true;
    std::unique_lock lock{s.mutex};
    if (!s.changed.wait_until(lock, limit,
                              [&] { return s.room_made != before; }))
      return false;
  }
}

std::uint64_t actor_system::open_request(const actor_id& to,
                                         std::uint64_t tag) {
  auto& s = *state_;
  const auto asker = actor_host::running_here().value_or(s.actors->gateway());
  std::lock_guard guard{s.mutex};
  const auto number = ++s.last_request;
  s.requests[number] = {to, tag, asker, monotonic_ns(), false, {}};
  return number;
}

void actor_system::forget_request(std::uint64_t request) {
  std::lock_guard guard{state_->mutex};
  state_->requests.erase(request);
}

result<actor_system::bytes>
actor_system::wait_for_answer(std::uint64_t request,
                              steady_clock::time_point limit) {
  auto& s = *state_;
  std::unique_lock lock{s.mutex};
  const auto found = s.requests.find(request);
  // not if it was handed to another thread: then the actor goes on
  found->second.is_waited_for =
      actor_host::running_here().value_or(s.actors->gateway())
      == found->second.asker;
  s.changed.wait_until(lock, limit,
                       [&] { return found->second.answer.has_value(); });
  auto given = std::move(found->second.answer);
  s.requests.erase(found);
  if (!given)
    return fail(failure_kind::unreachable, "no answer within the deadline");
  return std::move(*given);
}

// -- for people who ask -------------------------------------------------------

std::optional<wait_report> actor_system::state::report(const actor_id& actor) {
  auto out = actors->report(actor);
  if (out)
    add_waits(*out);
  return out;
}

// What handlers ask for by way of the system, for which they block.
void actor_system::state::add_waits(wait_report& to) {
  const bool is_handler = to.actor != actors->gateway();
  std::vector<std::pair<open_wait, std::uint64_t>> found; // and the tag
  {
    std::lock_guard guard{mutex};
    const auto now = monotonic_ns();
    for (const auto& [number, r] : requests)
      if (r.asker == to.actor && !r.answer) {
        ++to.open_in_all;
        if (to.open.size() + found.size() < most_reported_waits)
          found.push_back(
              {{r.to, {}, now - r.since, is_handler && r.is_waited_for},
               r.tag});
      }
  }
  for (auto& [wait, tag] : found) {
    wait.message = message_name(tag);
    to.open.push_back(std::move(wait));
  }
}

std::vector<actor_id>
actor_system::state::blocked_for(std::chrono::nanoseconds least) {
  const auto gateway = actors->gateway();
  std::vector<actor_id> out;
  std::lock_guard guard{mutex};
  const auto now = monotonic_ns();
  for (const auto& [number, r] : requests)
    if (r.is_waited_for && !r.answer && r.asker != gateway
        && now - r.since >= static_cast<std::uint64_t>(least.count()))
      out.push_back(r.asker);
  return out;
}

void actor_system::state::say_stuck(const std::string& what) {
  std::unique_lock lock{mutex};
  const auto f = deadlock_handler;
  lock.unlock();
  if (f)
    f(what);
  else
    std::fprintf(stderr, "tern: node %s: %s\n",
                 address_text(below->self().host, below->self().port).c_str(),
                 what.c_str());
}

void actor_system::on_deadlock(std::function<void(const std::string&)> f) {
  std::lock_guard guard{state_->mutex};
  state_->deadlock_handler = std::move(f);
}

// -- moves --------------------------------------------------------------------

void actor_system::state::order_move(const actor_id& actor, node_id target) {
  actors->migrate(actor, target, [](const migration_outcome&) {});
}

void actor_system::order_move(const actor_id& actor, node_id target) {
  state_->order_move(actor, target);
}

void actor_system::move(const actor_id& actor, node_id target) {
  const auto outcome = state_->actors->migrate(actor, target).get();
  if (!outcome.moved)
    throw actor_error{{failure_kind::refused,
                       to_string(actor) + " did not move: " + outcome.why}};
}

void actor_system::balance(balance_policy policy) {
  balance_options how;
  how.policy = policy;
  state_->actors->balance(how);
}

node_id actor_system::place_of(const actor_id& actor) {
  auto promise = std::make_shared<std::promise<node_id>>();
  auto place = promise->get_future();
  state_->actors->locate(
      actor, [promise](const location& l) { promise->set_value(l.node); });
  return place.wait_for(patience) == std::future_status::ready ? place.get()
                                                               : node_id{};
}

void actor_system::unregister_name(const std::string& name) {
  request(detail::name_service_on<void>(self().id),
          detail::unregister_request{name})
      .get();
}

void actor_system::on_name_lost(std::function<void(const name_lost&)> f) {
  std::lock_guard guard{state_->mutex};
  state_->name_lost_handler = std::move(f);
}

node& actor_system::below() noexcept {
  return *state_->below;
}

actor_host& actor_system::host() noexcept {
  return *state_->actors;
}

} // namespace tern
