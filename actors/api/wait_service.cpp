#include "actors/api/wait_service.hpp"

#include "actors/api/wait_watch.hpp"
#include "actors/caf_compat.hpp"
#include "actors/control/control_message.hpp"
#include "actors/link/socket.hpp"
#include "serialization/archive.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include <set>
#include <utility>

namespace tern {

namespace {

/// Time to look.
struct look_due {};
/// Its owner ends. Like the other one it cannot come from another process.
struct service_over {};

} // namespace

} // namespace tern

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::look_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::service_over)

namespace tern {

namespace {

constexpr auto period = std::chrono::seconds(1);

// What other processes call it.
caf::atom_value service_name() {
  return caf::atom("ternwaits");
}

std::span<const std::byte> view(const control::bytes& bytes) {
  return {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()};
}

control::bytes packed(const std::vector<std::byte>& bytes) {
  const auto* data = reinterpret_cast<const char*>(bytes.data());
  return {data, data + bytes.size()};
}

// On a thread of its own: handlers may have all others.
class watch_actor final : public steadfast_actor {
public:
  watch_actor(caf::actor_config& config, wait_service::listener& to)
    : steadfast_actor(config), to_(to) {}

  caf::behavior make_behavior() override {
    set_default_handler(caf::drop);
    delayed_send(this, period, look_due{});
    return {[this](look_due) {
              to_.look();
              delayed_send(this, period, look_due{});
            },
            [this](const control::bytes& asked) {
              return packed(to_.answer(view(asked)));
            },
            [this](service_over) {
              quit();
            }};
  }

private:
  wait_service::listener& to_;
};

} // namespace

struct wait_service::state {
  caf::actor_system& system;
  caf::actor watch;
};

wait_service::wait_service(caf::actor_system& system, listener& to)
  : state_(std::make_unique<state>(state{
      system, system.spawn<watch_actor, caf::detached + caf::hidden>(to)})) {
  system.registry().put(service_name(),
                        caf::actor_cast<caf::strong_actor_ptr>(state_->watch));
}

wait_service::~wait_service() {
  state_->system.registry().erase(service_name());
  caf::scoped_actor self{state_->system};
  caf::anon_send(state_->watch, service_over{});
  self->wait_for(state_->watch);
}

// -- the asking side ----------------------------------------------------------

namespace {

tl::unexpected<failure> unreachable(const std::string& host, std::uint16_t port,
                                    const std::string& why) {
  return fail(failure_kind::unreachable, "cannot ask the tern node at "
                                             + address_text(host, port) + ": "
                                             + why);
}

/// CAF's name for the process at an address.
result<caf::node_id> process_at(caf::scoped_actor& self,
                                const std::string& host, std::uint16_t port,
                                std::chrono::milliseconds timeout) {
  result<caf::node_id> found;
  auto& system = self->system();
  self->request(system.middleman().actor_handle(), timeout,
                caf::connect_atom::value, host, port)
      .receive([&](const caf::node_id& id, const caf::strong_actor_ptr&,
                   const std::set<std::string>&) { found = id; },
               [&](const caf::error& e) {
                 found = unreachable(host, port, system.render(e));
               });
  return found;
}

// What `middleman::remote_lookup` does, which would wait for five minutes.
caf::actor service_of(caf::scoped_actor& self, const caf::node_id& process,
                      std::chrono::milliseconds timeout) {
  caf::actor found;
  auto broker = self->system().middleman().named_broker<caf::io::basp_broker>(
      caf::atom("BASP"));
  self->send(broker, caf::forward_atom::value, process, caf::atom("ConfigServ"),
             caf::make_message(caf::get_atom::value, service_name()));
  self->receive(
      [&](const caf::strong_actor_ptr& who) {
        if (who)
          found = caf::actor_cast<caf::actor>(who);
      },
      caf::after(timeout) >> [] {});
  return found;
}

} // namespace

result<wait_answer> query_waits(const std::string& host, std::uint16_t port,
                                const actor_id& actor,
                                std::chrono::milliseconds timeout) {
  if (auto reached = probe(host, port, timeout); !reached)
    return tl::make_unexpected(reached.error());
  caf_config config{true};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  const auto process = process_at(self, host, port, timeout);
  if (!process)
    return tl::make_unexpected(process.error());
  const auto service = service_of(self, *process, timeout / 2);
  if (!service)
    return fail(failure_kind::refused,
                address_text(host, port)
                    + " is no node of an actor_system, or too busy to answer");
  result<wait_answer> answer;
  self->request(service, timeout,
                packed(to_bytes(std::pair{actor.high, actor.low})))
      .receive(
          [&](const control::bytes& bytes) {
            answer = from_bytes<wait_answer>(view(bytes));
          },
          [&](const caf::error& e) {
            answer = unreachable(host, port, system.render(e));
          });
  return answer;
}

} // namespace tern
