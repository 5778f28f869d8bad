#include "actors/caf_compat.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

namespace tern {

namespace {

constexpr std::size_t workers = 2;
constexpr std::size_t messages_a_turn = 100;
constexpr auto heartbeat = std::chrono::milliseconds(500);
// Longer than a link may be silent (link.hpp): who is dead is judged there.
constexpr auto silence = std::chrono::seconds(4);

} // namespace

caf_config::caf_config(bool networked) {
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", workers);
  set("scheduler.max-throughput", messages_a_turn);
  if (!networked)
    return;
  load<caf::io::middleman>();
  set("middleman.workers", std::size_t{0});
  set("middleman.heartbeat-interval", caf::timespan{heartbeat});
  set("middleman.connection-timeout", caf::timespan{silence});
}

std::uint32_t workers_of(caf::actor_system& system) {
  return static_cast<std::uint32_t>(system.scheduler().num_workers());
}

void steadfast_actor::enqueue(caf::mailbox_element_ptr message,
                              caf::execution_unit* unit) {
  if (!message->content().match_elements<caf::exit_msg>())
    caf::event_based_actor::enqueue(std::move(message), unit);
}

} // namespace tern
