#pragma once

#include "actors/control/gateway.hpp"
#include "actors/control/membership.hpp"
#include "actors/control/suspicion.hpp"
#include "actors/link/data_port.hpp"
#include "actors/link/link_table.hpp"
#include "actors/node.hpp"

#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// The shell of `membership`: the ports, links and gateway of a node.
///
/// Its state belongs to the event loop, on which all hooks but `status` are
/// called; so a hook never runs beside another, and no message of a node comes
/// before `joined` or after `down`. Public members may be called from any
/// thread but for `leave`, which must not be called from a hook.
class cluster {
public:
  struct hooks {
    std::function<void(node_id from, const message_view&, buffer bulk)> message;
    std::function<void()> batch_end; ///< of messages that came together
    std::function<void(const member&)> joined;
    std::function<void(const member&, const std::string& reason)> down;
    std::function<std::vector<std::byte>()> status; ///< on CAF's threads
  };

  /// Binds both ports and starts the loop; fills in the ports of `self`.
  static result<std::unique_ptr<cluster>> open(caf::actor_system& system,
                                               member& self,
                                               const link_options& links,
                                               hooks to);
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Says goodbye, waits shortly until all that is queued was written, and
  /// ends all threads. No hook is called after it.
  void leave();

  result<void> join(const std::string& host, std::uint16_t port,
                    std::chrono::milliseconds timeout);
  bool lives(const member& who, std::chrono::milliseconds timeout);
  std::vector<member> members() const;
  bool between_rounds(event_loop::task f) {
    return loop_.between_rounds(std::move(f));
  }
  link_table& links() noexcept {
    return links_;
  }
  std::uint64_t turned_away() const noexcept {
    return data_port_->turned_away();
  }

private:
  /// Somebody waits until this node is a member of the cluster of HOST:PORT.
  struct join_attempt {
    std::string host;
    std::uint16_t port;
    event_loop::clock::time_point deadline;
    std::promise<result<void>> done;
    node_id contact;
    std::map<node_id, member> awaited; // of the contact's list
    int tries = 0;
    failure problem; // of the last try
    bool ended = false;
  };
  using attempt_ptr = std::shared_ptr<join_attempt>;
  /// `reached`: at least somebody listens there.
  using connected = std::function<void(result<gateway::greeted>, bool reached)>;

  cluster(const member& self, unique_fd listener, const link_options& links,
          hooks to);
  result<void> open_gateway(caf::actor_system& system);
  gateway::events gateway_events();

  void perform(const membership::instructions& list);
  void carry_out(const membership::dial_control& i);
  void carry_out(const membership::dial_link& i);
  void carry_out(const membership::joined& i);
  void carry_out(const membership::tell& i);
  void carry_out(const membership::gone& i);
  void carry_out(const membership::wake& i);

  void connect(const std::string& host, std::uint16_t port, bool contact,
               std::chrono::milliseconds timeout, connected done);
  void on_hello(const control::hello& h, const gateway::peer& from,
                const gateway::answer& answer);
  void on_welcome(const control::welcome& w, const gateway::peer& from);
  void on_members(const control::members& m);
  void set_gateway(node_id id, const gateway::peer& p);
  hello_answer admit(node_id from) const;
  void add_link(node_id peer, unique_fd socket);
  void on_link_closed(node_id peer, const std::string& reason);
  void publish_members();
  void begin_leave(std::promise<void>& left);
  void wait_for_ends(std::promise<void>& left, std::uint64_t queued,
                     event_loop::clock::time_point deadline);

  // watching (cluster_watch.cpp)
  void start_beat();
  void beat();
  suspicion::time now() const;
  void note_signs();
  void on_suspicion(node_id from, std::span<const std::byte> payload);
  void perform(const suspicion::instructions& list);
  void carry_out(const suspicion::transmit& i);
  void carry_out(const suspicion::probe& i);
  void carry_out(const suspicion::dead& i);

  void begin_join(const attempt_ptr& a);
  void try_join(const attempt_ptr& a);
  void try_join_again(const attempt_ptr& a);
  void on_contact(const attempt_ptr& a, result<gateway::greeted> g,
                  bool reached);
  void note_list(const std::vector<member>& list);
  void on_list_of_contact(const std::vector<member>& list);
  void check_joins();
  void on_join_deadline(const attempt_ptr& a);
  void end_join(const attempt_ptr& a, result<void> how);

  member self_;
  hooks hooks_;
  const link_options link_options_;
  link_table links_;
  event_loop loop_;
  std::unique_ptr<data_port> data_port_;
  std::unique_ptr<gateway> gateway_;

  mutable std::mutex mutex_; // guards the next one
  std::vector<member> members_;

  // The loop's own.
  membership membership_;
  suspicion suspicion_;
  std::map<node_id, gateway::peer> gateways_;
  std::set<node_id> has_us_; // this node is a member for those
  std::vector<attempt_ptr> joins_;
  event_loop::clock::time_point last_beat_;
  bool leaving_ = false;
};

} // namespace tern
