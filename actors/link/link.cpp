#include "actors/link/link.hpp"

#include "actors/trace/clock.hpp"
#include "serialization/little_endian.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace tern {

// Writing. Whoever wants bytes on the wire (a sender's `flush`, a full batch,
// the loop when the socket takes bytes again) becomes the writer if nobody
// is: it takes pieces off the queue under the lock and writes them without
// it. Others that come meanwhile only add to the queue; the writer looks again
// before it stops. So a lone sender writes with one system call and no other
// thread awake, and many senders never wait for each other's system calls.
//
// A sender stops writing when the socket is full or it has written a budget's
// worth (bulk bytes would keep it for long); then `blocked_` is set and the
// loop goes on. The socket is watched edge-triggered for ever, so a full one
// needs no further system call; an edge that comes while somebody writes is
// remembered in `retry_`.

// Reading memory. Each end sends a nonce; the other lays it into its mark and
// says where that is. Who finds it there may be lent bulks: a frame says where
// the bytes are, the reader copies them a chunk a round, so that its other
// links and what comes meanwhile are served, and says so when it has them all.
// Goodbye waits for the last answer.

namespace {

// One chunk for a sender; the loop looks at its other sockets in between.
constexpr std::size_t sender_budget = std::size_t{256} << 10;
constexpr std::size_t loop_budget = std::size_t{4} << 20;
constexpr int reads_a_round = 16;

} // namespace

link::link(event_loop& loop, unique_fd socket, node_id peer, events to,
           const link_options& options)
  : loop_(loop), socket_(std::move(socket)), peer_(peer),
    events_(std::move(to)), beat_(options.beat), receiver_(options.max_bulk),
    shares_memory_(options.shares_memory && has_one_address(socket_)),
    borrowed_(options.max_bulk), heard_(loop.now()), asked_(heard_) {}

link::~link() = default;

void link::send(message_kind kind, const envelope& head,
                std::span<const std::byte> payload) {
  std::unique_lock lock{mutex_};
  if (shut_) {
    ++counters_.dropped;
    return;
  }
  queue_.add(kind, head, payload);
  ++counters_.messages_sent;
  if (queue_.has_full_batch())
    write(lock, sender_budget);
  else
    flush_after_round();
}

void link::send_bulk(message_kind kind, const envelope& head,
                     std::span<const std::byte> payload, buffer bulk) {
  std::unique_lock lock{mutex_};
  if (shut_) {
    ++counters_.dropped;
    return;
  }
  queue_.add_bulk(kind, head, payload, std::move(bulk));
  ++counters_.messages_sent;
  write(lock, sender_budget);
}

// What a handler sends goes out when its round ends, flushed or not.
void link::flush_after_round() {
  if (flush_planned_ || !loop_.in_loop())
    return;
  flush_planned_ = true;
  loop_.at_end_of_round([self = shared_from_this()] { self->flush(); });
}

void link::flush() {
  std::unique_lock lock{mutex_};
  if (loop_.in_loop())
    flush_planned_ = false;
  write(lock, sender_budget);
}

link::counters link::count() const {
  std::lock_guard guard{mutex_};
  auto c = counters_;
  c.queued = queue_.bytes() + queue_.lent_bytes();
  c.bytes_received = bytes_received_.load(std::memory_order_relaxed);
  c.dropped += dropped_.load(std::memory_order_relaxed)
               + borrowed_dropped_.load(std::memory_order_relaxed);
  return c;
}

void link::write(std::unique_lock<patient_mutex>& lock, std::size_t budget) {
  if (writing_ || blocked_)
    return;
  writing_ = true;
  std::size_t done = 0;
  while (!shut_ && !queue_.empty()) {
    if (done >= budget) {
      hand_to_loop();
      break;
    }
    auto pieces = queue_.next();
    if (pieces.empty()) // until the peer has read what it is lent
      break;
    retry_ = false;
    lock.unlock();
    auto count = write_pieces(pieces);
    auto error = errno;
    lock.lock();
    if (count >= 0) {
      queue_.written(static_cast<std::size_t>(count));
      counters_.bytes_sent += static_cast<std::uint64_t>(count);
      done += static_cast<std::size_t>(count);
    } else if (error == EAGAIN) {
      if (retry_)
        continue;
      blocked_ = true;
      break;
    } else if (error != EINTR) {
      loop_.post([self = shared_from_this(), error] {
        self->close("its link broke: " + error_text(error));
      });
      blocked_ = true;
      break;
    }
  }
  writing_ = false;
}

ssize_t link::write_pieces(send_queue::pieces pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  return sendmsg(socket_.value(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void link::hand_to_loop() {
  blocked_ = true;
  loop_.post([self = shared_from_this()] { self->on_writable(); });
}

void link::open() {
  loop_.watch(socket_.value(), EPOLLIN | EPOLLOUT | EPOLLRDHUP,
              [self = shared_from_this()](std::uint32_t ready) {
                self->on_ready(ready);
              });
  if (!shares_memory_)
    return;
  nonce_ = random_nonce();
  send_frame(wire::frame_type::challenge, nonce_);
}

void link::start_reading() {
  reading_ = true;
  heard_ = loop_.now();
  // What came before made its edge already.
  loop_.post([self = shared_from_this()] { self->read(true); });
}

void link::on_ready(std::uint32_t ready) {
  constexpr std::uint32_t ends = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  if ((ready & ~std::uint32_t{EPOLLOUT}) != 0)
    read((ready & ends) != 0);
  if ((ready & EPOLLOUT) != 0)
    on_writable();
}

void link::on_writable() {
  std::unique_lock lock{mutex_};
  retry_ = true;
  blocked_ = false;
  write(lock, loop_budget);
}

// To learn that there is an end, one has to read up to it. Else a read that
// does not fill its room has taken all there was, and what comes later makes an
// edge of its own (epoll(7)).
void link::read(bool to_the_end) {
  if (!reading_)
    return;
  for (int i = 0; i < reads_a_round; ++i)
    if (closed_ || !read_once(to_the_end))
      return;
  loop_.post(
      [self = shared_from_this(), to_the_end] { self->read(to_the_end); });
}

// False when there is no more to read now, or ever.
bool link::read_once(bool to_the_end) {
  auto room = receiver_.room();
  std::size_t bytes_of_room = 0;
  for (const auto& piece : room)
    bytes_of_room += piece.iov_len;
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(room.data());
  message.msg_iovlen = room.size();
  auto count = recvmsg(socket_.value(), &message, MSG_DONTWAIT);
  if (count < 0 && errno == EINTR)
    return true;
  if (count < 0 && errno == EAGAIN)
    return false;
  if (count <= 0) {
    auto why = count == 0 ? std::string{"its link was closed"}
                          : "its link broke: " + error_text(errno);
    close(peer_left_ ? left : why);
    return false;
  }
  heard_ = loop_.now();
  bytes_received_.fetch_add(static_cast<std::uint64_t>(count),
                            std::memory_order_relaxed);
  try {
    auto done = receiver_.received(static_cast<std::size_t>(count), *this);
    end_batch();
    dropped_.store(receiver_.dropped(), std::memory_order_relaxed);
    if (!done)
      close("it sent " + done.error().what);
  } catch (const std::bad_alloc&) {
    close("there is no memory for what it sent");
  }
  return !closed_
         && (to_the_end || static_cast<std::size_t>(count) == bytes_of_room);
}

void link::end_batch() {
  if (!closed_ && events_.on_batch_end)
    events_.on_batch_end();
}

void link::on_message(const message_view& message, buffer bulk) {
  if (!closed_ && !peer_left_)
    events_.on_message(message, std::move(bulk));
}

void link::on_frame(wire::frame_type type, std::span<const std::byte> body) {
  if (closed_)
    return;
  switch (type) {
  case wire::frame_type::goodbye:
    return on_goodbye();
  case wire::frame_type::challenge:
    return on_challenge(body);
  case wire::frame_type::mark:
    return on_mark(body);
  case wire::frame_type::readable:
    return on_readable();
  case wire::frame_type::bulk_lent:
    return on_lent(body);
  case wire::frame_type::bulk_taken:
    return on_taken();
  default:
    return on_time(type, body);
  }
}

void link::on_goodbye() {
  peer_left_ = true;
  close(left);
}

void link::on_time(wire::frame_type type, std::span<const std::byte> body) {
  if (body.size() != sizeof(std::uint64_t))
    return;
  auto time = load_little_endian<std::uint64_t>(body.data());
  if (type == wire::frame_type::ping)
    send_time(wire::frame_type::pong, time);
  else
    round_trip_.store(static_cast<std::int64_t>(monotonic_ns() - time),
                      std::memory_order_relaxed);
}

void link::on_challenge(std::span<const std::byte> nonce) {
  if (!shares_memory_ || mark_.is_open())
    return;
  memory_nonce copy;
  std::ranges::copy(nonce, copy.begin());
  mark_.open(copy);
  std::array<std::byte, 16> body;
  store_little_endian(body.data(), static_cast<std::uint64_t>(getpid()));
  store_little_endian(body.data() + 8, mark_.address());
  send_frame(wire::frame_type::mark, body);
}

void link::on_mark(std::span<const std::byte> body) {
  if (!shares_memory_ || std::exchange(marked_, true))
    return;
  const auto process = load_little_endian<std::uint64_t>(body.data());
  const auto address = load_little_endian<std::uint64_t>(body.data() + 8);
  // if not, bulks come in chunks
  if (borrowed_.recognise(static_cast<pid_t>(process), address, nonce_))
    send_frame(wire::frame_type::readable, {});
}

void link::on_readable() {
  std::lock_guard guard{mutex_};
  if (mark_.is_open())
    queue_.lend();
}

void link::on_lent(std::span<const std::byte> body) {
  const bool reads = !borrowed_.empty();
  if (auto added = borrowed_.add(body); !added)
    return close("it sent " + added.error().what);
  if (!reads)
    loop_.post([self = shared_from_this()] { self->read_lent(); });
}

void link::read_lent() {
  if (closed_)
    return;
  try {
    if (auto read = read_some_lent(); !read)
      return close(read.error().what);
    end_batch();
  } catch (const std::bad_alloc&) {
    return close("there is no memory for what it sent");
  }
  flush();
  if (!borrowed_.empty())
    loop_.post([self = shared_from_this()] { self->read_lent(); });
}

// A chunk, or as many bulks as are not more.
result<void> link::read_some_lent() {
  std::size_t done = 0;
  while (!closed_ && !borrowed_.empty() && done < wire::max_chunk) {
    auto got = borrowed_.read_on();
    if (!got)
      return tl::make_unexpected(got.error());
    done += *got ? (*got)->bytes.size() : wire::max_chunk;
    if (*got)
      take(**got);
  }
  return {};
}

void link::take(borrowed_bulks::taken& bulk) {
  {
    std::lock_guard guard{mutex_};
    if (!shut_)
      queue_.add_frame(wire::frame_type::bulk_taken, {});
  }
  if (bulk.dropped) {
    borrowed_dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  bytes_received_.fetch_add(bulk.bytes.size(), std::memory_order_relaxed);
  on_message(bulk.message, std::move(bulk.bytes));
}

void link::on_taken() {
  std::unique_lock lock{mutex_};
  const auto size = queue_.taken();
  if (!size) {
    lock.unlock();
    return close("it took what was not lent to it");
  }
  counters_.bytes_sent += *size;
  counters_.bytes_lent += *size;
  write(lock, loop_budget);
}

void link::send_frame(wire::frame_type type, std::span<const std::byte> body) {
  std::unique_lock lock{mutex_};
  if (shut_)
    return;
  queue_.add_frame(type, body);
  write(lock, sender_budget);
}

void link::send_time(wire::frame_type type, std::uint64_t time) {
  std::array<std::byte, sizeof time> body;
  store_little_endian(body.data(), time);
  send_frame(type, body);
}

void link::beat() {
  auto now = loop_.now();
  if (closed_ || !reading_)
    return;
  flush();
  if (now - heard_ > beat_.silence) {
    close(
        "silent for "
        + std::to_string(
            std::chrono::ceil<std::chrono::milliseconds>(now - heard_).count())
        + " ms");
  } else if (now - heard_ >= beat_.interval && now - asked_ >= beat_.interval) {
    probe();
  }
}

void link::probe() {
  asked_ = loop_.now();
  send_time(wire::frame_type::ping, monotonic_ns());
}

void link::forgive_silence() {
  heard_ = loop_.now();
}

void link::say_goodbye() {
  std::unique_lock lock{mutex_};
  if (shut_)
    return;
  queue_.add_last(wire::frame_type::goodbye);
  write(lock, loop_budget);
}

void link::close(const std::string& reason) {
  if (closed_)
    return;
  end_batch();
  closed_ = true;
  // Keeps this alive: the watcher may hold the last reference.
  auto self = shared_from_this();
  loop_.forget(socket_.value());
  shutdown(socket_.value(), SHUT_RDWR);
  mark_.close();
  {
    std::lock_guard guard{mutex_};
    shut_ = true;
    counters_.dropped += queue_.messages();
  }
  events_.on_closed(reason);
}

} // namespace tern
