#include "dataflow/runtime/running_call.hpp"

#include "actors/link/socket.hpp"
#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"

#include <utility>

namespace tern {

namespace {

thread_local running_call* this_threads = nullptr;

} // namespace

running_call::running_call(const place& where, const crash_note::running& what,
                           std::unique_lock<std::mutex> alone)
  : where_(where), what_(what), thread_(compute_pool::current()),
    alone_(std::move(alone)), is_alone_(alone_.owns_lock()),
    outer_(this_threads) {
  this_threads = this;
  if (where_.note)
    where_.note->begin(thread_, what_);
}

running_call::~running_call() {
  if (where_.note)
    where_.note->end(thread_);
  this_threads = outer_;
}

running_call* running_call::current() noexcept {
  return this_threads;
}

// After it has waited. Resources go before the right to be alone, as when a
// call starts: whoever had that and waited for them would hold up who has them.
void running_call::begin() {
  if (where_.grant)
    where_.grant->go_on();
  if (is_alone_)
    alone_.lock();
  if (where_.room)
    where_.room->go_on();
  if (where_.note)
    where_.note->begin(thread_, what_);
}

// A task that waits cannot be what kills the node, and is none whose end a
// task that needs memory or resources, or must be alone, has to wait for.
void running_call::end() noexcept {
  if (where_.note)
    where_.note->end(thread_);
  if (where_.room)
    where_.room->rest();
  if (where_.grant)
    where_.grant->rest();
  if (is_alone_)
    alone_.unlock();
}

session_options running_call::for_more() const {
  session_options o;
  o.kernels = *where_.kernels;
  if (where_.resources)
    o.resources = *where_.resources;
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

waiting_task::waiting_task()
  : pool_(compute_pool::of_this_thread()), call_(running_call::current()) {
  if (!pool_)
    return;
  refused_ = !pool_->begin_wait();
  if (!refused_ && call_)
    call_->end();
}

waiting_task::~waiting_task() {
  if (!pool_ || refused_)
    return;
  if (call_)
    call_->begin();
  pool_->end_wait();
}

bool waiting_task::is_abandoned() const noexcept {
  return pool_
         && (pool_->is_abandoned()
             || (call_ && call_->where_.abandoned
                 && call_->where_.abandoned->load(std::memory_order_relaxed)));
}

} // namespace tern
