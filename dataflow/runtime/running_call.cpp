#include "dataflow/runtime/running_call.hpp"

#include "actors/link/socket.hpp"
#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"

namespace tern {

namespace {

thread_local running_call* this_threads = nullptr;

} // namespace

running_call::running_call(const place& where, const crash_note::running& what)
  : where_(where), what_(what), thread_(compute_pool::current()),
    outer_(this_threads) {
  this_threads = this;
  take_note();
}

running_call::~running_call() {
  drop_note();
  this_threads = outer_;
}

running_call* running_call::current() noexcept {
  return this_threads;
}

void running_call::take_note() noexcept {
  if (where_.note)
    where_.note->begin(thread_, what_);
}

void running_call::drop_note() noexcept {
  if (where_.note)
    where_.note->end(thread_);
}

session_options running_call::for_more() const {
  session_options o;
  o.kernels = *where_.kernels;
  o.scheduler = scheduler::synchronous;
  if (!where_.on)
    return o;
  o.scheduler = scheduler::threads;
  o.threads = where_.threads;
  const auto& self = where_.on->self();
  if (self.port == 0)
    return o;
  o.scheduler = scheduler::cluster;
  o.join_host = self.host;
  o.join_port = self.port;
  o.insecure = !is_loopback(self.host);
  return o;
}

// A task that waits cannot be what kills the node.
waiting_task::waiting_task()
  : pool_(compute_pool::of_this_thread()), call_(running_call::current()) {
  if (!pool_)
    return;
  refused_ = !pool_->begin_wait();
  if (!refused_ && call_)
    call_->drop_note();
}

waiting_task::~waiting_task() {
  if (!pool_ || refused_)
    return;
  if (call_)
    call_->take_note();
  pool_->end_wait();
}

bool waiting_task::is_abandoned() const noexcept {
  return pool_ && pool_->is_abandoned();
}

} // namespace tern
