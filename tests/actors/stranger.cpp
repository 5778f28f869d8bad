#include "tests/actors/stranger.hpp"

#include "tests/actors/nodes.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <fcntl.h>
#include <poll.h>

#include <sys/socket.h>

namespace tern::testing {

struct caf_program::impl {
  struct config : caf::actor_system_config {
    config() {
      load<caf::io::middleman>();
      set("scheduler.max-threads", std::size_t{1});
    }
  };

  impl() : system(settings), self(system) {}

  config settings;
  caf::actor_system system;
  caf::scoped_actor self;
  caf::actor gateway;
};

caf_program::caf_program(const node& n) : impl_(std::make_unique<impl>()) {
  auto found =
      impl_->system.middleman().remote_actor(n.self().host, n.self().port);
  if (found)
    impl_->gateway = *found;
}

caf_program::~caf_program() = default;

bool caf_program::connected() const {
  return static_cast<bool>(impl_->gateway);
}

std::optional<control::bytes> caf_program::ask(const control::bytes& question) {
  std::optional<control::bytes> answer;
  impl_->self->request(impl_->gateway, std::chrono::seconds(5), question)
      .receive([&](const control::bytes& bytes) { answer = bytes; },
               [](const caf::error&) {});
  return answer;
}

std::optional<control::message>
caf_program::ask(const control::message& question) {
  auto answer = ask(control::encode(question));
  if (!answer)
    return std::nullopt;
  auto message = control::decode(*answer);
  return message ? std::optional{*message} : std::nullopt;
}

void caf_program::send_nonsense() {
  impl_->self->send(impl_->gateway, 42);
  impl_->self->send(impl_->gateway, std::string{"hello"}, 1.5);
}

void caf_program::kill_gateway() {
  impl_->self->send_exit(impl_->gateway, caf::exit_reason::kill);
}

bare_socket::bare_socket(const std::string& host, std::uint16_t port) {
  auto fd = begin_connect(host, port);
  BOOST_REQUIRE_MESSAGE(fd.has_value(), why(fd));
  fd_ = std::move(*fd);
  pollfd waited{fd_.value(), POLLOUT, 0};
  BOOST_REQUIRE(poll(&waited, 1, 5000) == 1);
  fcntl(fd_.value(), F_SETFL, 0);
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline);
  timeval limit{seconds.count(), 0};
  setsockopt(fd_.value(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

bool bare_socket::send(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    auto count = ::send(fd_.value(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

std::vector<std::byte> bare_socket::receive(std::size_t count) {
  std::vector<std::byte> bytes(count);
  std::size_t have = 0;
  while (have < count) {
    auto got = recv(fd_.value(), bytes.data() + have, count - have, 0);
    if (got <= 0)
      break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

bool bare_socket::wait_for_end() {
  std::array<std::byte, 4096> bytes;
  for (;;) {
    auto got = recv(fd_.value(), bytes.data(), bytes.size(), 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      return true;
    if (got < 0)
      return false;
  }
}

} // namespace tern::testing
