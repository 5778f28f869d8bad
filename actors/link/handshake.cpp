#include "actors/link/handshake.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <memory>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace tern {

namespace {

// What both ends do: gather 40 bytes from a socket until a deadline.
class greeting : public std::enable_shared_from_this<greeting> {
public:
  greeting(event_loop& loop, unique_fd socket)
    : loop_(loop), socket_(std::move(socket)) {}
  virtual ~greeting() = default;

  void begin(std::chrono::milliseconds timeout) {
    auto self = shared_from_this();
    deadline_ = loop_.after(timeout, [self] { self->end(ETIMEDOUT); });
    loop_.watch(socket_.value(), EPOLLIN | EPOLLOUT | EPOLLRDHUP,
                [self](std::uint32_t) { self->on_ready(); });
  }

  /// Ends in failure, unless it has ended.
  void end(int error) {
    if (stop())
      on_error(error);
  }

protected:
  virtual bool may_read() {
    return true;
  }
  virtual void on_bytes(const hello_bytes& bytes) = 0;
  virtual void on_error(int error) = 0;

  bool write(const hello& h) {
    // The first bytes on a fresh connection always have room.
    auto bytes = encode(h);
    return ::send(socket_.value(), bytes.data(), bytes.size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT)
           == static_cast<ssize_t>(bytes.size());
  }
  const unique_fd& socket() const noexcept {
    return socket_;
  }
  unique_fd take_socket() {
    return std::move(socket_);
  }

private:
  void on_ready() {
    if (!may_read())
      return;
    while (have_ < hello_size) {
      auto count = recv(socket_.value(), bytes_.data() + have_,
                        hello_size - have_, MSG_DONTWAIT);
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0 && errno == EAGAIN)
        return;
      if (count <= 0)
        return end(count == 0 ? ECONNRESET : errno);
      have_ += static_cast<std::size_t>(count);
    }
    if (stop())
      on_bytes(bytes_);
  }

  bool stop() {
    if (std::exchange(ended_, true))
      return false;
    loop_.cancel(deadline_);
    loop_.forget(socket_.value());
    return true;
  }

  event_loop& loop_;
  unique_fd socket_;
  event_loop::timer_id deadline_;
  hello_bytes bytes_{};
  std::size_t have_ = 0;
  bool ended_ = false;
};

class dialler final : public greeting {
public:
  dialler(event_loop& loop, unique_fd socket, std::string address, node_id self,
          node_id peer, std::function<void(result<unique_fd>)> done)
    : greeting(loop, std::move(socket)), address_(std::move(address)),
      self_(self), peer_(peer), done_(std::move(done)) {}

private:
  bool may_read() override {
    if (greeted_)
      return true;
    if (auto error = connect_error(socket()); error != 0) {
      end(error);
      return false;
    }
    prepare_stream(socket());
    greeted_ = write({protocol_version, hello_answer::hello, self_, peer_});
    return greeted_;
  }

  void on_bytes(const hello_bytes& bytes) override {
    auto h = decode_hello(bytes);
    if (!h)
      return done_(
          fail(failure_kind::malformed, address_ + " sent " + h.error().what));
    if (h->from != peer_)
      return done_(fail(
          failure_kind::not_found,
          address_ + " refused: " + refusal_text(hello_answer::mistaken, 0)));
    if (h->answer != hello_answer::welcome)
      return done_(
          fail(h->answer == hello_answer::mistaken ? failure_kind::not_found
                                                   : failure_kind::refused,
               address_ + " refused: " + refusal_text(h->answer, h->version)));
    done_(take_socket());
  }

  void on_error(int error) override {
    done_(
        fail(failure_kind::unreachable,
             fmt::format("cannot reach {}: {}", address_, error_text(error))));
  }

  std::string address_;
  node_id self_;
  node_id peer_;
  std::function<void(result<unique_fd>)> done_;
  bool greeted_ = false;
};

class answerer final : public greeting {
public:
  answerer(event_loop& loop, unique_fd socket, node_id self,
           std::function<hello_answer(node_id)> admit,
           std::function<void(node_id, unique_fd)> done,
           std::function<void()> failed)
    : greeting(loop, std::move(socket)), self_(self), admit_(std::move(admit)),
      done_(std::move(done)), failed_(std::move(failed)) {}

private:
  void on_bytes(const hello_bytes& bytes) override {
    auto h = decode_hello(bytes);
    if (!h)
      return failed_();
    auto answer = judge(*h);
    if (!write({protocol_version, answer, self_, h->from})
        || answer != hello_answer::welcome)
      return failed_();
    done_(h->from, take_socket());
  }

  hello_answer judge(const hello& h) const {
    if (h.version != protocol_version)
      return hello_answer::version;
    if (h.to != self_ || h.answer != hello_answer::hello)
      return hello_answer::mistaken;
    return admit_(h.from);
  }

  void on_error(int) override {
    failed_();
  }

  node_id self_;
  std::function<hello_answer(node_id)> admit_;
  std::function<void(node_id, unique_fd)> done_;
  std::function<void()> failed_;
};

} // namespace

void dial(event_loop& loop, const std::string& host, std::uint16_t port,
          node_id self, node_id peer, std::chrono::milliseconds timeout,
          std::function<void(result<unique_fd>)> done) {
  auto socket = begin_connect(host, port);
  if (!socket)
    return done(tl::make_unexpected(socket.error()));
  std::make_shared<dialler>(loop, std::move(*socket), address_text(host, port),
                            self, peer, std::move(done))
      ->begin(timeout);
}

void reach(event_loop& loop, const std::string& host, std::uint16_t port,
           std::chrono::milliseconds timeout,
           std::function<void(result<void>)> done) {
  struct attempt {
    unique_fd socket;
    event_loop::timer_id deadline;
  };
  auto socket = begin_connect(host, port);
  if (!socket)
    return done(tl::make_unexpected(socket.error()));
  auto a = std::make_shared<attempt>();
  a->socket = std::move(*socket);
  auto end = [&loop, a, address = address_text(host, port),
              done = std::move(done)](int error) {
    loop.forget(a->socket.value());
    loop.cancel(a->deadline);
    a->socket = {};
    if (error == 0)
      return done({});
    done(fail(failure_kind::unreachable,
              fmt::format("cannot reach {}: {}", address, error_text(error))));
  };
  a->deadline = loop.after(timeout, [end] { end(ETIMEDOUT); });
  loop.watch(a->socket.value(), EPOLLOUT, [a, end](std::uint32_t) {
    auto call = end; // outlives the watcher
    if (a->socket)
      call(connect_error(a->socket));
  });
}

std::function<void()>
answer_greeting(event_loop& loop, unique_fd socket, node_id self,
                std::chrono::milliseconds timeout,
                std::function<hello_answer(node_id from)> admit,
                std::function<void(node_id from, unique_fd)> done,
                std::function<void()> failed) {
  prepare_stream(socket);
  auto waiting = std::make_shared<answerer>(loop, std::move(socket), self,
                                            std::move(admit), std::move(done),
                                            std::move(failed));
  waiting->begin(timeout);
  return [weak = std::weak_ptr<answerer>{waiting}] {
    if (auto still = weak.lock())
      still->end(ECONNABORTED);
  };
}

} // namespace tern
