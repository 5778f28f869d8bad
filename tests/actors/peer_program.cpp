#include "actors/control/control_message.hpp"
#include "actors/node.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

// The other process of tests:
//
//   peer_program node PORT    a node that joins 127.0.0.1:PORT and echoes
//                             messages until it is killed
//   peer_program status PORT  a CAF program, no node, that prints the status
//                             that the gateway at PORT gives

namespace {

int run_node(std::uint16_t port) {
  auto node = tern::node::start({});
  if (!node)
    return 1;
  auto& n = **node;
  n.on(tern::message_kind::application, [&n](tern::incoming& m) {
    n.send(m.from, tern::message_kind::application, m.head, m.payload);
  });
  if (auto joined = n.join("127.0.0.1", port); !joined) {
    std::fprintf(stderr, "%s\n", joined.error().what.c_str());
    return 1;
  }
  for (;;)
    pause();
}

int print_status(std::uint16_t port) {
  using namespace tern::control;
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  auto gateway = system.middleman().remote_actor("127.0.0.1", port);
  if (!gateway)
    return 1;
  caf::scoped_actor self{system};
  int code = 1;
  self->request(*gateway, std::chrono::seconds(5),
                encode(message{status_request{}}))
      .receive(
          [&](const bytes& answer) {
            auto m = decode(answer);
            auto found = m ? std::get_if<status>(&*m) : nullptr;
            if (!found)
              return;
            std::fwrite(found->bytes.data(), 1, found->bytes.size(), stdout);
            code = 0;
          },
          [&](const caf::error& e) {
            std::fprintf(stderr, "%s\n", system.render(e).c_str());
          });
  return code;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  auto port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  return argv[1] == std::string_view{"node"} ? run_node(port)
                                             : print_status(port);
}
