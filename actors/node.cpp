#include "actors/node.hpp"

#include "actors/caf_compat.hpp"
#include "actors/control/cluster.hpp"
#include "actors/handler_table.hpp"
#include "actors/trace/trace_exchange.hpp"
#include "actors/trace/tracer.hpp"
#include "actors/unlinked_mail.hpp"

#include <caf/actor_system.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include <sys/random.h>

namespace tern {

namespace {

node_id random_incarnation() {
  node_id id;
  while (!id)
    if (getrandom(&id.value, sizeof id.value, 0) != sizeof id.value)
      id.value = 0;
  return id;
}

member make_self(const node_config& config) {
  member self;
  self.id = random_incarnation();
  self.host = config.host;
  self.port = config.port;
  self.data_port = config.data_port;
  self.pid = getpid();
  self.threads = config.threads;
  self.memory_limit = config.memory_limit;
  self.version = config.version;
  self.libraries = config.libraries;
  self.resources = config.resources;
  return self;
}

// Enough for a session that looks several times a second at threads which do
// nothing but record.
constexpr std::uint64_t most_waiting_events = 1u << 21;

tracer_options recorder_options() {
  const char* level = std::getenv(flight_variable);
  const bool off = level && std::string_view{level} == "off";
  return {.waiting_events = most_waiting_events,
          .usual = off ? trace_level::off : trace_level::flight,
          .directory = flight_directory};
}

/// Functions that are called in the order in which they came.
template <class... Ts>
class callbacks {
public:
  void add(std::function<void(Ts...)> f) {
    std::lock_guard guard{mutex_};
    list_.push_back(std::move(f));
  }
  void call(Ts... args) const {
    std::unique_lock guard{mutex_};
    auto list = list_;
    guard.unlock();
    for (auto& f : list)
      f(args...);
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::function<void(Ts...)>> list_;
};

} // namespace

std::string describe(const member& who) {
  return fmt::format("node {}:{} (process {}, {})", who.host, who.port, who.pid,
                     to_string(who.id));
}

struct node::impl {
  explicit impl(const node_config& config)
    : self(make_self(config)), recorder(self.id, recorder_options()),
      caf(config.listen), system(caf) {
    system.await_actors_before_shutdown(false);
  }

  cluster::hooks hooks();
  void deliver(node_id from, message_kind kind, const envelope& head,
               std::span<const std::byte> payload, buffer bulk);
  void stamp(node_id to, message_kind kind, envelope& head);
  // Messages of this node to itself are for sessions only.
  bool is_recorded(node_id other) const noexcept {
    return other != self.id ? recorder.is_on() : recorder.enabled();
  }
  void send(node_id to, message_kind kind, const envelope& head,
            std::span<const std::byte> payload, buffer bulk);
  void keep(node_id to, message_kind kind, const envelope& head,
            std::span<const std::byte> payload, buffer bulk);
  void send_kept(node_id to);
  void drop() {
    dropped.fetch_add(1, std::memory_order_relaxed);
  }

  member self;
  tracer recorder;
  handler_table handlers;
  callbacks<> batch_end;
  callbacks<const member&> joined;
  callbacks<const member&, const std::string&> down;
  std::mutex status_mutex;
  std::function<std::vector<std::byte>()> status;
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> dropped{0};
  unlinked_mail unlinked;
  caf_config caf;
  caf::actor_system system;
  std::optional<trace_exchange> traces;
  std::unique_ptr<cluster> peers; // empty: the node does not listen
};

cluster::hooks node::impl::hooks() {
  cluster::hooks to;
  to.message = [this](node_id from, const message_view& m, buffer bulk) {
    received.fetch_add(1, std::memory_order_relaxed);
    deliver(from, static_cast<message_kind>(m.head.kind),
            wire::envelope_of(m.head), m.payload, std::move(bulk));
  };
  to.batch_end = [this] {
    batch_end.call();
  };
  to.joined = [this](const member& who) {
    recorder.emit_between(trace_kind::node_up, {}, who.id.value, 0, who.id);
    send_kept(who.id);
    joined.call(who);
  };
  to.down = [this](const member& who, const std::string& reason) {
    recorder.emit_between(trace_kind::node_down, {}, who.id.value, 0, who.id);
    unlinked.gone(who.id);
    down.call(who, reason);
  };
  to.status = [this]() -> std::vector<std::byte> {
    std::lock_guard guard{status_mutex};
    return status ? status() : std::vector<std::byte>{};
  };
  return to;
}

void node::impl::deliver(node_id from, message_kind kind, const envelope& head,
                         std::span<const std::byte> payload, buffer bulk) {
  if (is_recorded(from))
    recorder.emit_between(trace_kind::received, head.to, head.number,
                          static_cast<std::uint16_t>(kind), from);
  incoming message{from, kind, head, payload, std::move(bulk)};
  if (!handlers.call(message))
    drop();
}

void node::impl::stamp(node_id to, message_kind kind, envelope& head) {
  head.number = recorder.next_number(); // the receiver may record
  if (is_recorded(to))
    recorder.emit_between(trace_kind::sent, head.from, head.number,
                          static_cast<std::uint16_t>(kind), to);
}

void node::impl::send(node_id to, message_kind kind, const envelope& head,
                      std::span<const std::byte> payload, buffer bulk) {
  if (to == self.id)
    deliver(to, kind, head, payload, std::move(bulk));
  else if (auto l = peers ? peers->links().find(to) : nullptr; !l)
    keep(to, kind, head, payload, std::move(bulk));
  else if (bulk)
    l->send_bulk(kind, head, payload, std::move(bulk));
  else
    l->send(kind, head, payload);
}

void node::impl::keep(node_id to, message_kind kind, const envelope& head,
                      std::span<const std::byte> payload, buffer bulk) {
  if (!peers || !unlinked.keep(to, kind, head, payload, std::move(bulk)))
    drop();
  else if (peers->links().find(to)) // since then
    send_kept(to);
}

void node::impl::send_kept(node_id to) {
  for (auto& l : unlinked.take(to))
    send(to, l.kind, l.head, l.payload, std::move(l.bulk));
}

node::node() = default;

node::~node() {
  if (impl_) // handlers may call this node until it has left
    leave();
}

void node::leave() {
  impl_->traces->stop();
  if (!impl_->peers)
    return;
  impl_->peers->leave();
  impl_->unlinked.close();
}

result<std::unique_ptr<node>> node::start(node_config config) {
  std::unique_ptr<node> n{new node};
  n->impl_ = std::make_unique<impl>(config);
  auto& i = *n->impl_;
  i.traces.emplace(*n);
  if (!config.listen) {
    i.recorder.set_name(i.traces->name());
    return n;
  }
  const link_options links{{}, config.max_bulk, config.shares_memory};
  auto peers = cluster::open(i.system, i.self, links, i.hooks());
  if (!peers)
    return tl::make_unexpected(peers.error());
  i.peers = std::move(*peers);
  i.recorder.set_name(i.traces->name());
  return n;
}

const member& node::self() const noexcept {
  return impl_->self;
}

result<void> node::join(const std::string& host, std::uint16_t port,
                        std::chrono::milliseconds timeout) {
  if (impl_->peers)
    return impl_->peers->join(host, port, timeout);
  return fail(failure_kind::refused, "a node that does not listen cannot join "
                                         + address_text(host, port));
}

std::vector<member> node::members() const {
  if (impl_->peers)
    return impl_->peers->members();
  return {impl_->self};
}

bool node::lives(const member& who, std::chrono::milliseconds timeout) {
  return impl_->peers && impl_->peers->lives(who, timeout);
}

void node::on(message_kind kind, handler f) {
  impl_->handlers.set(kind, std::move(f));
}

void node::on_batch_end(std::function<void()> f) {
  impl_->batch_end.add(std::move(f));
}

bool node::between_rounds(std::function<void()> f) {
  return impl_->peers && impl_->peers->between_rounds(std::move(f));
}

void node::on_joined(member_handler f) {
  impl_->joined.add(std::move(f));
}

void node::on_down(down_handler f) {
  impl_->down.add(std::move(f));
}

void node::on_status(std::function<std::vector<std::byte>()> f) {
  std::lock_guard guard{impl_->status_mutex};
  impl_->status = std::move(f);
}

void node::send(node_id to, message_kind kind, envelope head,
                std::span<const std::byte> payload) {
  impl_->stamp(to, kind, head);
  impl_->send(to, kind, head, payload, {});
}

void node::send_bulk(node_id to, message_kind kind, envelope head,
                     std::span<const std::byte> payload, buffer bulk) {
  impl_->stamp(to, kind, head);
  impl_->send(to, kind, head, payload, std::move(bulk));
}

void node::flush() {
  if (impl_->peers)
    impl_->peers->links().for_each([](link& l) { l.flush(); });
}

node::counters node::count() const {
  counters c;
  c.messages_received = impl_->received.load(std::memory_order_relaxed);
  c.dropped = impl_->dropped.load(std::memory_order_relaxed);
  if (!impl_->peers)
    return c;
  auto links = impl_->peers->links().count();
  c.messages_sent = links.messages_sent;
  c.bytes_sent = links.bytes_sent;
  c.bytes_lent = links.bytes_lent;
  c.bytes_received = links.bytes_received;
  c.dropped += links.dropped;
  c.queued = links.queued;
  c.turned_away = impl_->peers->turned_away();
  return c;
}

std::uint64_t node::queued(node_id to) const {
  auto l = impl_->peers ? impl_->peers->links().find(to) : nullptr;
  return l ? l->count().queued : 0;
}

std::chrono::nanoseconds node::round_trip(node_id to) const {
  auto l = impl_->peers ? impl_->peers->links().find(to) : nullptr;
  return l ? l->round_trip() : std::chrono::nanoseconds{0};
}

caf::actor_system& node::system() {
  return impl_->system;
}

tracer& node::trace() {
  return impl_->recorder;
}

void node::record_traces(bool on) {
  impl_->traces->record(on ? trace_level::messages : trace_level::off);
}

std::vector<node_trace>
node::collect_traces(std::chrono::milliseconds timeout) {
  return impl_->traces->collect(timeout);
}

} // namespace tern
