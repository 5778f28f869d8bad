#include "actors/lean_actor.hpp"

#include <caf/atom.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/sec.hpp>

namespace tern {

lean_actor::lean_actor(caf::actor_config& config)
  : caf::monitorable_actor(config) {}

void lean_actor::enqueue(caf::mailbox_element_ptr what,
                         caf::execution_unit* host) {
  if (handle_system_message(*what, host, false))
    return;
  using bytes = std::vector<char>;
  auto& content = what->content();
  const bool understood = content.match_elements<bytes>()
                          && on_bytes({content.get_as<bytes>(0).data(),
                                       content.get_as<bytes>(0).size()});
  if (!understood)
    bounce(what, caf::make_error(caf::sec::unexpected_message));
}

void lean_actor::terminate(lean_end why) {
  if (why == lean_end::done)
    cleanup(caf::exit_reason::normal, nullptr);
  else
    cleanup(caf::error{static_cast<std::uint8_t>(why), caf::atom("tern")},
            nullptr);
}

} // namespace tern
