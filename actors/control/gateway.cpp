#include "actors/control/gateway.hpp"

#include "actors/caf_compat.hpp"
#include "actors/link/socket.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <chrono>
#include <map>
#include <span>

namespace tern {

namespace {

struct gateway_state;
using gateway_actor = caf::stateful_actor<gateway_state, steadfast_actor>;

/// What `gateway` has its actor do; never leaves the process.
struct gateway_task {
  std::function<void(gateway_actor*)> run;
};

} // namespace

} // namespace tern

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::gateway_task)

namespace tern {

namespace {

struct gateway_state {
  gateway::events to;
  std::map<caf::actor_addr, node_id> watched;

  static inline const char* name = "tern.gateway";
};

std::string text_of(gateway_actor* self, const caf::error& e) {
  return self->system().render(e);
}

void on_hello(gateway_actor* self, const control::hello& h) {
  auto from = caf::actor_cast<caf::actor>(self->current_sender());
  auto promise = self->make_response_promise<control::bytes>();
  auto me = caf::actor_cast<caf::actor>(self);
  auto answer = [promise, me](const control::message& m) {
    // A promise is kept in the actor's own context.
    caf::anon_send(me, gateway_task{[promise, bytes = control::encode(m)](
                                        gateway_actor*) mutable {
                     promise.deliver(std::move(bytes));
                   }});
  };
  self->state.to.on_hello(h, from, std::move(answer));
}

constexpr auto answer_time = std::chrono::seconds(5);

void on_question(gateway_actor* self, const control::question& q) {
  auto promise = self->make_response_promise<control::bytes>();
  const auto who = self->system().registry().get(gateway::answerer);
  if (!who) {
    promise.deliver(
        control::encode(control::refused{"it is no node of an actor_system"}));
    return;
  }
  const auto* data = reinterpret_cast<const char*>(q.bytes.data());
  self->request(caf::actor_cast<caf::actor>(who), answer_time,
                control::bytes{data, data + q.bytes.size()})
      .then(
          [promise](const control::bytes& given) mutable {
            const auto bytes = std::as_bytes(std::span{given});
            promise.deliver(
                control::encode(control::answer{{bytes.begin(), bytes.end()}}));
          },
          [promise, self](const caf::error& e) mutable {
            promise.deliver(control::encode(control::refused{
                "its actors do not answer: " + text_of(self, e)}));
          });
}

void on_bytes(gateway_actor* self, const control::bytes& bytes) {
  auto m = control::decode(bytes);
  auto asked = self->current_mailbox_element()->mid.is_request();
  auto reply = [self](const control::message& answer) {
    self->make_response_promise<control::bytes>().deliver(
        control::encode(answer));
  };
  if (!m) {
    if (asked)
      reply(control::refused{m.error().what});
  } else if (auto hello = std::get_if<control::hello>(&*m); hello && asked) {
    on_hello(self, *hello);
  } else if (std::holds_alternative<control::status_request>(*m) && asked) {
    reply(control::status{self->state.to.status()});
  } else if (auto q = std::get_if<control::question>(&*m); q && asked) {
    on_question(self, *q);
  } else if (auto list = std::get_if<control::members>(&*m)) {
    self->state.to.on_members(*list);
  } else if (asked) {
    reply(control::refused{"this is not a question"});
  }
}

void on_down(gateway_actor* self, const caf::down_msg& down) {
  auto found = self->state.watched.find(down.source);
  if (found == self->state.watched.end())
    return;
  auto id = found->second;
  self->state.watched.erase(found);
  self->state.to.on_down(id, "its control plane is gone: "
                                 + text_of(self, down.reason));
}

caf::behavior run(gateway_actor* self, gateway::events to) {
  self->state.to = std::move(to);
  self->set_down_handler([self](caf::down_msg& down) { on_down(self, down); });
  self->set_default_handler(caf::drop);
  return {
      [self](const control::bytes& bytes) { on_bytes(self, bytes); },
      [self](gateway_task& task) { task.run(self); },
  };
}

tl::unexpected<failure> unreachable(const std::string& address,
                                    const std::string& why) {
  return fail(failure_kind::unreachable,
              "cannot reach a tern node at " + address + ": " + why);
}

using greet_done = std::function<void(result<gateway::greeted>)>;

void greet(gateway_actor* self, const gateway::peer& who,
           const control::bytes& bytes, std::chrono::milliseconds timeout,
           const std::string& address, const greet_done& done) {
  self->request(who, timeout, bytes)
      .then(
          [=](const control::bytes& answer) {
            auto m = control::decode(answer);
            if (m)
              done(gateway::greeted{who, std::move(*m)});
            else
              done(unreachable(address, "it answered " + m.error().what));
          },
          [=](const caf::error& e) {
            done(unreachable(address, text_of(self, e)));
          });
}

} // namespace

gateway::gateway(caf::actor_system& system, events to)
  : system_(system), actor_(system.spawn(run, std::move(to))) {}

result<std::unique_ptr<gateway>> gateway::open(caf::actor_system& system,
                                               const std::string& host,
                                               std::uint16_t port, events to) {
  // CAF does not say why it cannot bind.
  if (auto free = listen_on(host, port); !free)
    return tl::make_unexpected(free.error());
  std::unique_ptr<gateway> g{new gateway{system, std::move(to)}};
  auto bound = system.middleman().publish(g->actor_, port, host.c_str(), true);
  if (!bound)
    return fail(failure_kind::io, "cannot listen on " + address_text(host, port)
                                      + ": " + system.render(bound.error()));
  g->port_ = *bound;
  return g;
}

gateway::~gateway() {
  if (port_ != 0)
    system_.middleman().unpublish(actor_, port_);
  caf::anon_send(actor_, gateway_task{[](gateway_actor* self) {
                   self->quit(caf::exit_reason::user_shutdown);
                 }});
  caf::scoped_actor waiter{system_};
  waiter->wait_for(actor_);
}

void gateway::connect(const std::string& host, std::uint16_t port,
                      const control::hello& greeting,
                      std::chrono::milliseconds timeout, greet_done done) {
  auto bytes = control::encode(greeting);
  auto address = address_text(host, port);
  auto work = [=](gateway_actor* self) {
    auto& middleman = self->system().middleman();
    self->request(middleman.actor_handle(), timeout, caf::connect_atom::value,
                  host, port)
        .then(
            [=](const caf::node_id&, const caf::strong_actor_ptr& who,
                const std::set<std::string>&) {
              if (who)
                greet(self, caf::actor_cast<peer>(who), bytes, timeout, address,
                      done);
              else
                done(unreachable(address, "no actor is published there"));
            },
            [=](const caf::error& e) {
              done(unreachable(address, text_of(self, e)));
            });
  };
  caf::anon_send(actor_, gateway_task{std::move(work)});
}

void gateway::tell(const peer& to, const control::message& m) {
  auto work = [to, bytes = control::encode(m)](gateway_actor* self) {
    self->send(to, bytes);
  };
  caf::anon_send(actor_, gateway_task{std::move(work)});
}

void gateway::watch(node_id id, const peer& who) {
  caf::anon_send(actor_, gateway_task{[id, who](gateway_actor* self) {
                   self->state.watched[who.address()] = id;
                   self->monitor(who);
                 }});
}

void gateway::forget(const peer& who) {
  caf::anon_send(actor_, gateway_task{[who](gateway_actor* self) {
                   if (self->state.watched.erase(who.address()) > 0)
                     self->demonitor(who.address());
                 }});
}

} // namespace tern
