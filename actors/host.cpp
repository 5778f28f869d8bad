#include "actors/host.hpp"

#include "actors/actor_runner.hpp"
#include "actors/host_impl.hpp"
#include "actors/link/socket.hpp"

#include <algorithm>
#include <utility>

namespace tern {

actor_host::actor_host(node& on, mobility_options options)
  : impl_(std::make_shared<impl>(on, options)) {
  impl_->open();
}

actor_host::~actor_host() {
  impl_->close();
}

void actor_host::register_type(const std::string& name, behavior_factory make) {
  {
    std::lock_guard guard{impl_->types_mutex_};
    impl_->types_[name] = std::move(make);
  }
  impl_->apply(mobility_event::register_type{name});
}

result<actor_id> actor_host::spawn(const std::string& type,
                                   std::span<const std::byte> state) {
  if (is_leaving())
    return fail(failure_kind::refused, "this node is leaving the cluster");
  auto made = impl_->make(type, state);
  if (!made)
    return tl::make_unexpected(made.error());
  return impl_->give_birth(type, std::move(*made));
}

result<actor_id> actor_host::spawn_made(const std::string& type,
                                        std::unique_ptr<mobile_behavior> made) {
  return impl_->give_birth(type, std::move(made));
}

void actor_host::start_service(const actor_id& service,
                               std::unique_ptr<mobile_behavior> made) {
  const auto runner = impl_->start({service, 1}, std::move(made));
  impl_->apply(mobility_event::spawned{service, "service", true, runner});
  {
    std::lock_guard guard{impl_->callbacks_mutex_};
    impl_->services_.push_back(service);
  }
  impl_->send(service, service, {});
}

bool actor_host::send(const actor_id& to, std::span<const std::byte> payload) {
  return impl_->send(impl_->gateway_, to, buffer::copy_compact(payload));
}

actor_id actor_host::gateway() const {
  return impl_->gateway_;
}

void actor_host::on_message(message_handler f) {
  std::lock_guard guard{impl_->callbacks_mutex_};
  impl_->on_message_ = std::move(f);
}

void actor_host::on_writable(std::function<void(const actor_id& to)> f) {
  std::lock_guard guard{impl_->callbacks_mutex_};
  impl_->on_writable_ = std::move(f);
}

void actor_host::on_down(
    std::function<void(const actor_id& actor, std::uint64_t lost)> f) {
  std::lock_guard guard{impl_->callbacks_mutex_};
  impl_->on_down_ = std::move(f);
}

view actor_host::now() const {
  return impl_->now();
}

void actor_host::on_view(view_handler f) {
  std::lock_guard guard{impl_->callbacks_mutex_};
  impl_->on_view_ = std::move(f);
}

bool actor_host::wait_for(const std::vector<node_id>& nodes,
                          std::chrono::nanoseconds timeout) {
  return impl_->wait_for_view(
      [&](const view& v) {
        return std::ranges::all_of(nodes, [&](node_id n) { return v.has(n); });
      },
      std::chrono::steady_clock::now() + timeout);
}

bool actor_host::wait_for(std::size_t members,
                          std::chrono::nanoseconds timeout) {
  return impl_->wait_for_view(
      [&](const view& v) { return v.members.size() >= members; },
      std::chrono::steady_clock::now() + timeout);
}

void actor_host::on_move(move_handler f) {
  std::lock_guard guard{impl_->callbacks_mutex_};
  impl_->on_move_ = std::move(f);
}

void actor_host::migrate(const actor_id& actor, node_id target,
                         outcome_handler done) {
  impl_->give_order(actor, target, std::move(done));
  impl_->flush();
}

std::future<migration_outcome> actor_host::migrate(const actor_id& actor,
                                                   node_id target) {
  auto promise = std::make_shared<std::promise<migration_outcome>>();
  auto future = promise->get_future();
  migrate(actor, target,
          [promise](const migration_outcome& o) { promise->set_value(o); });
  return future;
}

void actor_host::balance(const balance_options& how) {
  impl_->balance(how);
}

node_id actor_host::place() {
  return impl_->place(impl_->takers(), {});
}

leave_report actor_host::leave(std::chrono::nanoseconds timeout) {
  return impl_->leave_cluster(timeout);
}

bool actor_host::is_leaving() const noexcept {
  return impl_->leaving_;
}

void actor_host::locate(const actor_id& actor, location_handler done) {
  const auto number = ++impl_->numbers_;
  {
    std::lock_guard guard{impl_->callbacks_mutex_};
    impl_->queries_[number] = std::move(done);
  }
  impl_->apply(mobility_event::asked{actor, number});
  impl_->flush();
}

void actor_host::record(recorder f) {
  impl_->consult([&](auto&) { impl_->recorder_ = std::move(f); });
}

bool actor_host::is_here(const actor_id& actor) const {
  bool here = false;
  impl_->consult([&](auto&) { here = impl_->machine_.is_here(actor); });
  return here;
}

std::optional<wait_report> actor_host::report(const actor_id& actor) const {
  std::optional<wait_report> out;
  impl_->consult([&](auto&) { out = impl_->machine_.inspect(actor); });
  if (!out)
    return out;
  if (const auto runner = impl_->runner_of({actor, out->epoch}))
    runner->add_to(*out);
  const auto& self = impl_->node_.self();
  out->address = address_text(self.host, self.port);
  return out;
}

std::optional<actor_id> actor_host::running_here() noexcept {
  return actor_runner::running_here();
}

mobility::counters actor_host::count() const {
  mobility::counters now;
  impl_->consult([&](auto&) { now = impl_->machine_.count(); });
  return now;
}

std::uint64_t actor_host::failed_handlers() const {
  return impl_->failed_handlers_.load(std::memory_order_relaxed);
}

} // namespace tern
