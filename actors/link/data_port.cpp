#include "actors/link/data_port.hpp"

#include "actors/link/handshake.hpp"

#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace tern {

data_port::data_port(event_loop& loop, unique_fd listener, node_id self,
                     std::chrono::milliseconds timeout, admit decide,
                     accepted done)
  : loop_(loop), listener_(std::move(listener)), self_(self), timeout_(timeout),
    admit_(std::move(decide)), accepted_(std::move(done)) {}

void data_port::open() {
  loop_.watch(listener_.value(), EPOLLIN,
              [this](std::uint32_t) { accept_all(); });
}

void data_port::close() {
  loop_.forget(listener_.value());
  while (!waiting_.empty())
    give_up_oldest();
  listener_ = {};
}

void data_port::accept_all() {
  for (;;) {
    unique_fd socket{accept4(listener_.value(), nullptr, nullptr,
                             SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (socket)
      hear(std::move(socket));
    else if (errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

void data_port::give_up_oldest() {
  // The call takes its own place off the list.
  auto give_up = waiting_.front();
  give_up();
}

void data_port::hear(unique_fd socket) {
  if (waiting_.size() == max_waiting)
    give_up_oldest();
  auto place = waiting_.emplace(waiting_.end());
  *place = answer_greeting(
      loop_, std::move(socket), self_, timeout_, admit_,
      [this, place](node_id from, unique_fd s) {
        waiting_.erase(place);
        accepted_(from, std::move(s));
      },
      [this, place] {
        waiting_.erase(place);
        turned_away_.fetch_add(1, std::memory_order_relaxed);
      });
}

} // namespace tern
