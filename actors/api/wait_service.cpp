#include "actors/api/wait_service.hpp"

#include "actors/api/wait_watch.hpp"
#include "actors/caf_compat.hpp"
#include "actors/control/ask_node.hpp"
#include "actors/control/gateway.hpp"
#include "actors/link/socket.hpp"
#include "serialization/archive.hpp"

#include <caf/all.hpp>

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
  system.registry().put(gateway::answerer,
                        caf::actor_cast<caf::strong_actor_ptr>(state_->watch));
}

wait_service::~wait_service() {
  state_->system.registry().erase(gateway::answerer);
  caf::scoped_actor self{state_->system};
  caf::anon_send(state_->watch, service_over{});
  self->wait_for(state_->watch);
}

// -- the asking side ----------------------------------------------------------

result<wait_answer> query_waits(const std::string& host, std::uint16_t port,
                                const actor_id& actor,
                                std::chrono::milliseconds timeout) {
  const auto said = ask_node(
      host, port, control::question{to_bytes(std::pair{actor.high, actor.low})},
      timeout);
  if (!said)
    return tl::make_unexpected(said.error());
  if (const auto* answer = std::get_if<control::answer>(&*said))
    return from_bytes<wait_answer>(answer->bytes);
  const auto* no = std::get_if<control::refused>(&*said);
  return fail(failure_kind::refused,
              address_text(host, port) + ": "
                  + (no ? no->why : "it does not answer questions"));
}

} // namespace tern
