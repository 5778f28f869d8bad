#include "apps/tern/page/page_server.hpp"

#include "actors/link/socket.hpp"
#include "apps/tern/page/page_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <thread>
#include <utility>

#include <sys/random.h>

namespace tern {

namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr auto pause_without_descriptors = std::chrono::milliseconds(100);

// Not the token itself: the browser sends cookies to all ports of a host.
std::string random_secret() {
  std::array<unsigned char, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0)
         != static_cast<ssize_t>(bytes.size()))
    continue;
  std::string out;
  for (const auto b : bytes)
    out += fmt::format("{:02x}", b);
  return out;
}

} // namespace

struct page_server::impl {
  explicit impl(options o) : opts(std::move(o)) {}

  result<void> open();
  void accept();
  void add(tcp::socket socket);
  void end(const page_connection::pointer& c);
  void ask(const page_connection::pointer& c, const page_verdict& v);
  bool add_reader(const page_connection::pointer& c);
  page_connection::surroundings surroundings();

  const options opts;
  listeners to;
  std::string cookie; ///< NAME=VALUE
  std::optional<page_rules> rules;
  // listeners' answers may come when the server is gone
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  tcp::acceptor acceptor{*io};
  asio::steady_timer pause{*io};
  std::optional<page_connection::surroundings> world;
  std::list<page_connection::pointer> all;
  std::list<page_connection::pointer> waiting; ///< the longest first
  std::list<page_connection::pointer> readers;
  std::map<std::string, page_event> last; ///< by stream
  std::uint16_t port = 0;
  std::thread thread;
};

result<void> page_server::impl::open() {
  error_code error;
  tcp::resolver resolver{*io};
  const auto found = resolver.resolve(opts.host, std::to_string(opts.port),
                                      tcp::resolver::passive, error);
  if (!error && !found.empty()) {
    const tcp::endpoint where = *found.begin();
    acceptor.open(where.protocol(), error);
    if (!error)
      acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error)
      acceptor.bind(where, error);
    if (!error)
      acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error)
    return fail(failure_kind::io,
                fmt::format("cannot serve the page at {}: {}",
                            address_text(opts.host, opts.port),
                            error.message()));
  port = acceptor.local_endpoint().port();
  // several nodes of one host are one site to the browser
  cookie = fmt::format("tern_page_{}={}", port, random_secret());
  rules.emplace(page_rules::options{opts.host, opts.token, cookie});
  world.emplace(surroundings());
  return {};
}

page_connection::surroundings page_server::impl::surroundings() {
  auto pick = [](auto& from, const page_connection::pointer& c) {
    from.remove(c);
  };
  return {.rules = *rules,
          .cookie = cookie + "; Path=/; HttpOnly; SameSite=Strict",
          .on_waiting = [this](const auto& c) { waiting.push_back(c); },
          .on_request = [this, pick](const auto& c) { pick(waiting, c); },
          .on_reader = [this](const auto& c) { return add_reader(c); },
          .on_question = [this](const auto& c, const auto& v) { ask(c, v); },
          .on_end =
              [this](const auto& c) {
                end(c);
              }};
}

void page_server::impl::accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted)
      return;
    if (!error) {
      add(std::move(socket));
      return accept();
    }
    // out of file descriptors, most likely: others need them more
    pause.expires_after(pause_without_descriptors);
    pause.async_wait([this](error_code stopped) {
      if (!stopped)
        accept();
    });
  });
}

void page_server::impl::add(tcp::socket socket) {
  if (all.size() >= opts.most_connections) {
    if (waiting.empty())
      return; // closes it
    const auto oldest = waiting.front();
    oldest->close();
  }
  all.push_back(std::make_shared<page_connection>(std::move(socket), *world));
  all.back()->wait();
}

bool page_server::impl::add_reader(const page_connection::pointer& c) {
  if (readers.size() >= opts.most_readers)
    return false;
  readers.push_back(c);
  to.on_readers(readers.size());
  for (const auto& [stream, event] : last)
    asio::post(*io,
               [c, stream = stream, event = event] { c->send(stream, event); });
  return true;
}

void page_server::impl::end(const page_connection::pointer& c) {
  all.remove(c);
  waiting.remove(c);
  if (readers.remove(c) > 0)
    to.on_readers(readers.size());
}

void page_server::impl::ask(const page_connection::pointer& c,
                            const page_verdict& v) {
  answer then = [io = io, weak = std::weak_ptr{c}](unsigned status,
                                                   std::string json) {
    asio::post(*io, [weak, status, json = std::move(json)]() mutable {
      if (const auto asker = weak.lock())
        asker->tell(status, std::move(json));
    });
  };
  if (v.route == page_route::story)
    to.on_story(v.actor, std::move(then));
  else
    to.on_why(v.plan, v.task, std::move(then));
}

result<std::unique_ptr<page_server>> page_server::open(options o) {
  auto i = std::make_unique<impl>(std::move(o));
  if (auto ok = i->open(); !ok)
    return tl::make_unexpected(ok.error());
  return std::unique_ptr<page_server>{new page_server{std::move(i)}};
}

page_server::page_server(std::unique_ptr<impl> i) : impl_(std::move(i)) {}

page_server::~page_server() {
  stop();
}

void page_server::run(listeners to) {
  impl_->to = std::move(to);
  impl_->accept();
  impl_->thread = std::thread([io = impl_->io] { io->run(); });
}

void page_server::stop() {
  impl_->io->stop();
  if (impl_->thread.joinable())
    impl_->thread.join();
}

std::uint16_t page_server::port() const noexcept {
  return impl_->port;
}

void page_server::publish(const std::string& name, const std::string& json) {
  auto event = std::make_shared<const std::string>(
      fmt::format("event: {}\ndata: {}\n\n", name, json));
  asio::post(*impl_->io, [i = impl_.get(), name, event = std::move(event)] {
    i->last.insert_or_assign(name, event);
    for (const auto& c : std::list{i->readers})
      c->send(name, event);
  });
}

} // namespace tern
