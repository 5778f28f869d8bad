#include "actors/control/cluster.hpp"

#include "actors/link/handshake.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr auto greeting_time = std::chrono::seconds(2);
constexpr auto dial_time = std::chrono::seconds(1);
constexpr auto goodbye_time = std::chrono::seconds(1);

} // namespace

cluster::cluster(const member& self, unique_fd listener,
                 const link_options& links, hooks to)
  : self_(self), hooks_(std::move(to)), link_options_(links), members_{self},
    membership_(self), suspicion_(self.id), last_beat_(loop_.now()) {
  data_port_ = std::make_unique<data_port>(
      loop_, std::move(listener), self.id, greeting_time,
      [this](node_id from) { return admit(from); },
      [this](node_id from, unique_fd socket) {
        add_link(from, std::move(socket));
      });
}

result<std::unique_ptr<cluster>> cluster::open(caf::actor_system& system,
                                               member& self,
                                               const link_options& links,
                                               hooks to) {
  auto listener = listen_on(self.host, self.data_port);
  if (!listener)
    return tl::make_unexpected(listener.error());
  self.data_port = local_port(*listener);
  std::unique_ptr<cluster> c{
      new cluster{self, std::move(*listener), links, std::move(to)}};
  if (auto opened = c->open_gateway(system); !opened)
    return tl::make_unexpected(opened.error());
  self = c->self_;
  return c;
}

// The port is known only when the gateway is open, and what others say to it
// must wait until this node knows itself: so the loop starts last.
result<void> cluster::open_gateway(caf::actor_system& system) {
  auto opened = gateway::open(system, self_.host, self_.port, gateway_events());
  if (!opened)
    return tl::make_unexpected(opened.error());
  gateway_ = std::move(*opened);
  self_.port = gateway_->port();
  membership_ = membership{self_};
  members_ = {self_};
  data_port_->open();
  start_beat();
  loop_.start("tern.link");
  return {};
}

gateway::events cluster::gateway_events() {
  gateway::events to;
  to.on_hello = [this](const control::hello& h, const gateway::peer& from,
                       const gateway::answer& answer) {
    loop_.post([=, this] { on_hello(h, from, answer); });
  };
  to.on_members = [this](const control::members& m) {
    loop_.post([=, this] { on_members(m); });
  };
  to.on_down = [this](node_id who, const std::string& reason) {
    loop_.post([=, this] { perform(membership_.on_down(who, reason)); });
  };
  to.status = [this] {
    return hooks_.status();
  };
  return to;
}

cluster::~cluster() {
  leave();
}

void cluster::leave() {
  if (!gateway_)
    return; // it did not open, or has left
  std::promise<void> left;
  auto done = left.get_future();
  loop_.post([this, &left] { begin_leave(left); });
  done.wait();
  loop_.stop(); // what it does next may need the gateway
  gateway_.reset();
}

// Goodbye goes behind everything that is queued; peers answer it by closing.
void cluster::begin_leave(std::promise<void>& left) {
  leaving_ = true;
  data_port_->close();
  for (auto& a : std::vector{joins_})
    end_join(a, fail(failure_kind::cancelled, "this node leaves"));
  for (auto& l : links_.all())
    l->say_goodbye();
  wait_for_ends(left, links_.count().queued,
                event_loop::clock::now() + goodbye_time);
}

// As long as peers take what is queued there is time for more.
void cluster::wait_for_ends(std::promise<void>& left, std::uint64_t queued,
                            event_loop::clock::time_point deadline) {
  const auto now = event_loop::clock::now();
  auto open = links_.all();
  if (!open.empty() && now < deadline) {
    const auto rest = links_.count().queued;
    const auto until = rest < queued ? now + goodbye_time : deadline;
    loop_.after(std::chrono::milliseconds(1), [this, &left, rest, until] {
      wait_for_ends(left, rest, until);
    });
    return;
  }
  for (auto& l : open)
    l->close(link::left);
  left.set_value();
}

// By the greeting of links, which says for whom it is, in nobody's name: so no
// link comes of it.
bool cluster::lives(const member& who, std::chrono::milliseconds timeout) {
  auto lives = std::make_shared<std::promise<bool>>();
  auto done = lives->get_future();
  loop_.post([=, this, lives = std::move(lives)] {
    dial(loop_, who.host, who.data_port, node_id{}, who.id, timeout,
         [lives](const result<unique_fd>& socket) {
           lives->set_value(!socket
                            && socket.error().kind == failure_kind::refused);
         });
  });
  try {
    return done.get();
  } catch (const std::future_error&) { // this node has left
    return false;
  }
}

std::vector<member> cluster::members() const {
  std::lock_guard guard{mutex_};
  return members_;
}

void cluster::publish_members() {
  auto now = membership_.members();
  std::lock_guard guard{mutex_};
  members_ = std::move(now);
}

void cluster::perform(const membership::instructions& list) {
  for (auto& i : list)
    std::visit([this](auto& one) { carry_out(one); }, i);
  if (!list.empty())
    check_joins();
}

void cluster::carry_out(const membership::dial_control& i) {
  connect(i.to.host, i.to.port, false, dial_time,
          [this, id = i.to.id](result<gateway::greeted> g, bool) {
            auto welcome =
                g ? std::get_if<control::welcome>(&g->answer) : nullptr;
            if (welcome && welcome->members.front().id == id)
              on_welcome(*welcome, g->who);
            else
              perform(membership_.on_dial_failed(id));
          });
}

void cluster::carry_out(const membership::dial_link& i) {
  dial(loop_, i.to.host, i.to.data_port, self_.id, i.to.id, dial_time,
       [this, id = i.to.id](result<unique_fd> socket) {
         if (socket)
           add_link(id, std::move(*socket));
         else
           perform(membership_.on_dial_failed(id));
       });
}

void cluster::carry_out(const membership::joined& i) {
  suspicion_.on_member(i.who.id, now());
  publish_members();
  if (!leaving_)
    hooks_.joined(i.who);
  if (auto l = links_.find(i.who.id))
    l->start_reading();
}

void cluster::carry_out(const membership::tell& i) {
  auto found = gateways_.find(i.to);
  if (found != gateways_.end())
    gateway_->tell(found->second, control::members{membership_.list()});
}

void cluster::carry_out(const membership::gone& i) {
  if (auto l = links_.find(i.who.id))
    l->close(i.reason);
  suspicion_.on_gone(i.who.id);
  has_us_.erase(i.who.id);
  auto found = gateways_.find(i.who.id);
  if (found != gateways_.end()) {
    gateway_->forget(found->second);
    gateways_.erase(found);
  }
  publish_members();
  if (i.was_member && !leaving_)
    hooks_.down(i.who, i.reason);
}

void cluster::carry_out(const membership::wake& i) {
  loop_.after(i.delay,
              [this, who = i.who] { perform(membership_.on_time(who)); });
}

// CAF connects with a blocking call, so the port is tried first.
void cluster::connect(const std::string& host, std::uint16_t port, bool contact,
                      std::chrono::milliseconds timeout, connected done) {
  reach(loop_, host, port, timeout,
        [=, this, done = std::move(done)](result<void> reached) {
          if (!reached)
            return done(tl::make_unexpected(reached.error()), false);
          control::hello greeting{protocol_version, self_, contact};
          gateway_->connect(host, port, greeting, timeout,
                            [this, done](result<gateway::greeted> g) {
                              loop_.post([done, g] { done(g, true); });
                            });
        });
}

void cluster::on_hello(const control::hello& h, const gateway::peer& from,
                       const gateway::answer& answer) {
  std::optional<std::string> why;
  if (h.version != protocol_version)
    why = refusal_text(hello_answer::version, h.version);
  else if (leaving_)
    why = "it is leaving";
  else
    why = membership_.refusal(h.from);
  if (why)
    return answer(control::refused{*why});
  set_gateway(h.from.id, from);
  answer(control::welcome{membership_.list()});
  perform(membership_.on_hello(h.from, h.contact));
}

void cluster::on_welcome(const control::welcome& w, const gateway::peer& from) {
  if (leaving_ || membership_.refusal(w.members.front()))
    return;
  set_gateway(w.members.front().id, from);
  perform(membership_.on_welcome(w.members));
}

void cluster::on_members(const control::members& m) {
  if (leaving_)
    return;
  note_list(m.list);
  perform(membership_.on_members(m.list));
  check_joins();
}

void cluster::set_gateway(node_id id, const gateway::peer& p) {
  gateways_[id] = p;
  gateway_->watch(id, p);
}

hello_answer cluster::admit(node_id from) const {
  if (leaving_)
    return hello_answer::stranger;
  switch (membership_.admit(from)) {
  case membership::admission::yes:
    return hello_answer::welcome;
  case membership::admission::present:
    return hello_answer::present;
  default:
    return hello_answer::stranger;
  }
}

void cluster::add_link(node_id peer, unique_fd socket) {
  if (leaving_ || links_.find(peer) || !membership_.is_expected(peer))
    return;
  link::events to;
  to.on_message = [this, peer](const message_view& m, buffer bulk) {
    if (static_cast<message_kind>(m.head.kind) == message_kind::suspicion)
      on_suspicion(peer, m.payload);
    else if (!leaving_)
      hooks_.message(peer, m, std::move(bulk));
  };
  to.on_batch_end = [this] {
    if (!leaving_)
      hooks_.batch_end();
  };
  to.on_closed = [this, peer](const std::string& reason) {
    on_link_closed(peer, reason);
  };
  auto l = std::make_shared<link>(loop_, std::move(socket), peer, std::move(to),
                                  link_options_);
  links_.insert(l);
  l->open();
  perform(membership_.on_link_up(peer));
}

void cluster::on_link_closed(node_id peer, const std::string& reason) {
  if (auto l = links_.find(peer))
    links_.remove(*l);
  perform(membership_.on_down(peer, reason));
}

} // namespace tern
