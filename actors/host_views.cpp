// How a host takes part in the agreement on views: it hears from the node who
// is up and who is down, carries the messages, and hands each new view to the
// machine. One lock is held from an event to the end of what it caused, so that
// the machine gets the views in their order.
#include "actors/host_impl.hpp"
#include "actors/view_codec.hpp"

namespace tern {

void actor_host::impl::open_views() {
  node_.on(message_kind::view_message,
           [self = shared_from_this()](incoming& m) {
             auto said = decode_view_message(m.payload);
             if (said) // what is malformed is as good as lost
               self->agree([&](view_agreement& a) {
                 return a.on_message(m.from, std::move(*said));
               });
           });
  const auto up = [self = shared_from_this()](const member& m) {
    self->agree([&](view_agreement& a) { return a.on_peer_up(m.id); });
  };
  node_.on_joined(up);
  node_.on_down(
      [self = shared_from_this()](const member& m, const std::string&) {
        self->agree([&](view_agreement& a) { return a.on_peer_down(m.id); });
      });
  for (auto& m : node_.members())
    if (m.id != node_.id())
      up(m);
}

void actor_host::impl::agree(const view_event& event) {
  const gate in{*this};
  if (!in)
    return;
  {
    std::lock_guard guard{views_mutex_};
    for (auto& i : event(agreement_))
      std::visit([this](auto& one) { carry_out(one); }, i);
    shared_view_ = agreement_.is_shared();
  }
  view_changed_.notify_all();
  node_.flush();
  tell_views();
}

void actor_host::impl::on_view_timer(const view_timer& t) {
  agree([&](view_agreement& a) { return a.on_time(t.generation); });
}

void actor_host::impl::carry_out(view_agreement::transmit& i) {
  envelope head;
  node_.send(i.to, message_kind::view_message, head, encode(i.message));
}

void actor_host::impl::carry_out(view_agreement::adopted& i) {
  take_view(i.v);
}

// The others go on without this node. It may talk to nobody.
void actor_host::impl::carry_out(view_agreement::expelled& i) {
  take_view(i.v);
}

void actor_host::impl::take_view(const view& v) {
  apply(mobility_event::view{v});
  const auto taken = now(); // without members if this node is out of it
  std::unique_lock lock{callbacks_mutex_};
  untold_.push_back(taken);
  const auto services = services_;
  lock.unlock();
  for (const auto& s : services) // without room it has not seen earlier ones
    send(s, s, {});
}

// In their order, by one thread at a time, and without a lock: a handler may
// call the host.
void actor_host::impl::tell_views() {
  std::unique_lock lock{callbacks_mutex_};
  if (std::exchange(is_telling_, true))
    return;
  while (!untold_.empty()) {
    const auto v = std::move(untold_.front());
    untold_.pop_front();
    const auto f = on_view_;
    lock.unlock();
    if (f)
      f(v);
    lock.lock();
  }
  is_telling_ = false;
}

view actor_host::impl::now() {
  view v;
  consult([&](auto&) { v = machine_.now(); });
  return v;
}

// The view less the others that are about to leave it.
view actor_host::impl::takers() {
  auto v = now();
  std::lock_guard guard{views_mutex_};
  std::erase_if(v.members, [this](node_id id) {
    return id != node_.id() && agreement_.is_leaving(id);
  });
  return v;
}

bool actor_host::impl::wait_for_view(
    const std::function<bool(const view&)>& holds,
    std::chrono::steady_clock::time_point limit) {
  std::unique_lock lock{views_mutex_};
  return view_changed_.wait_until(
      lock, limit, [&] { return shared_view_ && holds(agreement_.now()); });
}

} // namespace tern
