#pragma once

#include "actors/actor_id.hpp"
#include "actors/envelope.hpp"
#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"
#include "serialization/version.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace caf {
class actor_system;
}

namespace tern {

class tracer;
struct node_trace;

/// What the others know of a node.
struct member {
  node_id id;
  std::string host;
  std::uint16_t port = 0;      ///< control plane (CAF)
  std::uint16_t data_port = 0; ///< the link: dataflow messages and blocks
  std::int32_t pid = 0;
  std::uint32_t threads = 0;             ///< compute threads; 0: takes no work
  std::uint64_t memory_limit = 0;        ///< bytes
  std::string version = library_version; ///< of tern
  /// What it has loaded to compute with, by name and contents; the same on all
  /// nodes of a cluster that take work.
  std::string libraries{};
  /// What it has that tasks may need, as text; see
  /// dataflow/graph/resources.hpp.
  std::string resources{};

  friend bool operator==(const member&, const member&) = default;
};

/// As people look for it: "node HOST:PORT (process PID, ID)".
std::string describe(const member& who);

/// How a node starts. Ports of 0 let the system choose.
struct node_config {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::uint32_t threads = 1;
  std::uint64_t memory_limit = 0;
  bool listen = true; ///< false: a node of its own, without sockets or peers
  std::uint16_t data_port = 0; ///< of the link
  /// Bytes of the largest bulk message that is received.
  std::uint64_t max_bulk = std::uint64_t{16} << 30;
  /// Nodes of one host read large bulks from each other's memory, if the system
  /// lets them.
  bool shares_memory = true;
  std::string version = library_version; ///< what it says of itself
  std::string libraries{};               ///< as in `member`
  std::string resources{};               ///< the same
};

/// A message as a handler sees it. `payload` is valid during the call only;
/// `bulk` may be kept.
struct incoming {
  node_id from;
  message_kind kind;
  const envelope& head;
  std::span<const std::byte> payload;
  buffer bulk; ///< empty unless sent by `send_bulk`
};

/// One process' place in a cluster: its identity, its peers, the link to each
/// of them and a CAF actor system for full actors and the control plane.
///
/// Every process runs the same parts; a session is a node with 0 threads.
/// What it is not for: plans and blocks (dataflow/runtime), stateful actors
/// (actors/host.hpp). All members are safe to call from any thread, except
/// where said.
class node {
public:
  using handler = std::function<void(incoming&)>;
  using member_handler = std::function<void(const member&)>;
  using down_handler =
      std::function<void(const member&, const std::string& reason)>;

  /// Binds its ports and starts its threads. Fails with `io` and the address
  /// when a port is in use.
  static result<std::unique_ptr<node>> start(node_config config);

  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Leaves the cluster (see `leave`) and stops all threads.
  ~node();

  /// Peers see an orderly goodbye. No handler is called after it, what is sent
  /// to others is dropped, and this node is there for nobody: neither does it
  /// answer `lives` nor can it join again. The second call does nothing. Not
  /// for handlers.
  void leave();

  const member& self() const noexcept;
  node_id id() const noexcept {
    return self().id;
  }

  /// Becomes a member of the cluster that HOST:PORT belongs to: connects
  /// control plane and link to every member, each of which has called its
  /// `on_joined` for this node when this returns. Fails with `unreachable`
  /// (naming the address) or `refused` within `timeout`: by a node that has
  /// another version of tern, or has loaded other libraries than a node with
  /// compute threads that joins it; the text names both.
  result<void>
  join(const std::string& host, std::uint16_t port,
       std::chrono::milliseconds timeout = std::chrono::seconds(5));

  /// The living members, this node among them, in order of id.
  std::vector<member> members() const;

  /// Whether `who`, that very node, is there and can be reached; it need not
  /// know this one. Waits, at most for `timeout`, so not for handlers.
  bool lives(const member& who,
             std::chrono::milliseconds timeout = std::chrono::seconds(1));

  /// Registers the handler of a kind of message, before messages of the kind
  /// can arrive. Handlers run on the link thread (or on the sender's, for
  /// messages of a node to itself): they must not block or compute for long,
  /// for a node whose link thread is busy for 2 s is taken for dead. What they
  /// send goes out after them without a `flush`.
  void on(message_kind kind, handler f);
  /// Called on the link thread after messages that came together: what their
  /// handlers have put off till then may be done at once.
  void on_batch_end(std::function<void()> f);
  /// On the link thread, what handlers and `on_batch_end` may do but `f` need
  /// not heed: runs `f` on that thread once its round is over; it may compute
  /// and block, for if it takes some milliseconds another thread serves the
  /// links. Returns false, and drops `f`, anywhere else, and while such an `f`
  /// is still at it: then it takes a thread of its own.
  bool between_rounds(std::function<void()> f);
  /// Called after control plane and link to a new member are up.
  void on_joined(member_handler f);
  /// Called once a member is gone: it left, its link closed or its sentinel
  /// spoke. No message of it is delivered after that.
  void on_down(down_handler f);

  /// Queues a small message for `to`; `flush` or a full batch (64 KiB) puts it
  /// on the wire. Messages of one thread to one node keep their order. A
  /// message to this node itself is delivered in the call. To a node that is
  /// gone: dropped and counted. Sets `head.number`, anew each time. Throws
  /// `std::length_error` for a payload of 64 MiB or more.
  void send(node_id to, message_kind kind, envelope head,
            std::span<const std::byte> payload);

  /// Like `send`, with bytes that go in chunks of at most 1 MiB between which
  /// small messages overtake. The receiver's handler is called once all are
  /// there, in one pooled buffer. It never overtakes what was sent before it,
  /// and needs no `flush`. Holds `bulk` until it is written, or read by a peer
  /// that shares memory.
  void send_bulk(node_id to, message_kind kind, envelope head,
                 std::span<const std::byte> payload, buffer bulk);

  /// Writes what this node has queued for all peers.
  void flush();

  /// Counters since the start, over all peers.
  struct counters {
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_lent = 0; ///< of these, read from this node's memory
    std::uint64_t bytes_received = 0;
    std::uint64_t dropped = 0;     ///< messages that found no node or handler
    std::uint64_t queued = 0;      ///< bytes that wait to be written, now
    std::uint64_t turned_away = 0; ///< connections that were no node's
  };
  counters count() const;

  /// Bytes that wait to be written to `to`: sends never block, so a sender
  /// that could outrun its peer looks here.
  std::uint64_t queued(node_id to) const;
  /// Time to `to` and back as last measured; 0 if not yet.
  std::chrono::nanoseconds round_trip(node_id to) const;

  /// What this node answers to `query_status`. Called on CAF's threads; once
  /// this has returned the function before is not, and will not be.
  void on_status(std::function<std::vector<std::byte>()> f);
  /// Asks the node at HOST:PORT, without becoming a member. Fails with
  /// `unreachable` or `refused`, naming the address.
  static result<std::vector<std::byte>>
  query_status(const std::string& host, std::uint16_t port,
               std::chrono::milliseconds timeout = std::chrono::seconds(5));

  caf::actor_system& system();
  tracer& trace();

  /// Switches the recorders of all members on or off, also of those that join
  /// later.
  void record_traces(bool on);
  /// Takes what all members have recorded, in order of id; trace_file.hpp
  /// writes it. A member that does not answer in time has no events and says
  /// so in its name. Waits, so not for handlers.
  std::vector<node_trace>
  collect_traces(std::chrono::milliseconds timeout = std::chrono::seconds(5));

private:
  node();
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace tern
