#include "actors/control/ask_node.hpp"

#include "actors/caf_compat.hpp"
#include "actors/link/socket.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <set>

namespace tern {

namespace {

result<caf::actor> gateway_at(caf::scoped_actor& self, const std::string& host,
                              std::uint16_t port,
                              std::chrono::milliseconds timeout) {
  result<caf::actor> found;
  auto& system = self->system();
  auto unreachable = [&](const std::string& why) {
    return fail(failure_kind::unreachable, "cannot reach a tern node at "
                                               + address_text(host, port) + ": "
                                               + why);
  };
  self->request(system.middleman().actor_handle(), timeout,
                caf::connect_atom::value, host, port)
      .receive(
          [&](const caf::node_id&, const caf::strong_actor_ptr& who,
              const std::set<std::string>&) {
            found = who ? result<caf::actor>{caf::actor_cast<caf::actor>(who)}
                        : unreachable("no actor is published there");
          },
          [&](const caf::error& e) { found = unreachable(system.render(e)); });
  return found;
}

result<control::message> ask(caf::scoped_actor& self, const caf::actor& gateway,
                             const control::message& question,
                             std::chrono::milliseconds timeout) {
  result<control::message> answer;
  self->request(gateway, timeout, control::encode(question))
      .receive(
          [&](const control::bytes& bytes) { answer = control::decode(bytes); },
          [&](const caf::error& e) {
            answer = fail(failure_kind::unreachable, self->system().render(e));
          });
  return answer;
}

} // namespace

result<control::message> ask_node(const std::string& host, std::uint16_t port,
                                  const control::message& question,
                                  std::chrono::milliseconds timeout) {
  if (auto reached = probe(host, port, timeout); !reached)
    return tl::make_unexpected(reached.error());
  caf_config config{true};
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  auto gateway = gateway_at(self, host, port, timeout);
  if (!gateway)
    return tl::make_unexpected(gateway.error());
  // CAF loses a message now and then, and does not say so.
  auto answer = ask(self, *gateway, question, timeout / 2);
  if (!answer)
    answer = ask(self, *gateway, question, timeout / 2);
  if (!answer)
    return fail(answer.error().kind, "no answer from "
                                         + address_text(host, port) + ": "
                                         + answer.error().what);
  return answer;
}

} // namespace tern
