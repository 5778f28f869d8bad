// How threads get to the machine, which is one for all of them.
//
// A worker whose handlers are through goes to it at once, for it wants to know
// what comes next. A thread that makes actors or sends to them has nothing to
// wait for: it puts down what it wants in a box, and whoever is at the machine
// takes that along, before anything else. So what a thread does has an effect
// in the order in which it did it, and the machine's memory stays with few
// processors. If nobody is there, the thread goes itself. Whoever leaves the
// machine looks into the box once more, so that nothing stays in it:
//
//   who posts    puts it down, fence, is the machine free?  no: goes on
//   who leaves   frees the machine, fence, is the box empty? no: goes back
#include "actors/actor_runner.hpp"
#include "actors/host_impl.hpp"

#include <utility>

namespace tern {

namespace {

std::atomic<std::uint64_t> births{0};

} // namespace

std::optional<runner_job> actor_host::impl::apply(mobility_input event,
                                                  const instance_id* own) {
  return consult([&](auto& out) { handle(std::move(event), out); }, own);
}

std::optional<runner_job>
actor_host::impl::apply(mobility_event::handled& event) {
  return consult([&](auto& out) { handle(event, out); }, &event.instance);
}

template <class Events>
void actor_host::impl::apply_all(Events& events) {
  consult([&](auto& out) {
    for (auto& e : events)
      handle(e, out);
  });
}

void actor_host::impl::apply(std::vector<mobility_event::received>& came) {
  apply_all(came);
}

void actor_host::impl::apply(const std::vector<mobility_timer>& due) {
  std::vector<mobility_input> events;
  for (const auto& t : due)
    events.emplace_back(mobility_event::timed_out{t});
  apply_all(events);
}

// --- the box

// At the machine. Returns whether there was something.
bool actor_host::impl::take_posts(mobility_outputs& out) {
  constexpr std::size_t most_kept = 4096;
  if (posts_.empty())
    return false;
  posts_.take(posts_taken_, machine_.free(gateway_));
  auto taken = std::move(posts_taken_);
  posts_taken_ = {};
  for (auto& post : taken)
    std::visit([&](auto& event) { handle(event, out); }, post);
  taken.clear();
  if (taken.capacity() <= most_kept)
    posts_taken_ = std::move(taken); // its memory
  return true;
}

// For who has put something down: sees to it that it is taken.
void actor_host::impl::post() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (ready_.is_attended())
    watch();
  else
    deliver_posts();
}

void actor_host::impl::deliver_posts() {
  for (;;) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (posts_.empty() || !mutex_.try_lock())
      return;
    leased_outputs said;
    {
      std::lock_guard guard{mutex_, std::adopt_lock};
      take_posts(said.out);
    }
    std::optional<runner_job> none;
    carry_out(said.out, nullptr, none);
    flush();
  }
}

// The machine hears of births in their order: a census says how many it knows.
result<actor_id>
actor_host::impl::give_birth(const std::string& type,
                             std::unique_ptr<mobile_behavior> made) {
  {
    std::lock_guard guard{types_mutex_};
    if (!types_.contains(type))
      return fail(failure_kind::not_found, "no type " + type + " here");
  }
  auto runner =
      caf::make_counted<actor_runner>(shared_from_this(), std::move(made));
  mobility_event::spawned event{{}, type, false, runner->handle()};
  actor_id id;
  posts_.put([&] {
    id = event.actor = actor_id::stateful(node_.id(), ++births);
    start({id, 1}, std::move(runner));
    return std::move(event);
  });
  post();
  return id;
}

bool actor_host::impl::send(const actor_id& from, const actor_id& to,
                            buffer payload) {
  if (from == gateway_)
    return send_from_gateway(to, std::move(payload));
  bool taken = false;
  consult([&](auto& out) {
    taken = machine_.room(from, to) > 0;
    mobility_event::posted event{from, {to, 0, std::move(payload)}};
    handle(event, out);
  });
  flush();
  return taken;
}

// The box keeps account of the room that others may use up meanwhile, so even
// who asks the machine sends through the box.
bool actor_host::impl::send_from_gateway(const actor_id& to, buffer payload) {
  bool taken = posts_.send(gateway_, to, payload);
  if (!taken)
    consult([&](auto& out) {
      std::size_t room = 0;
      do {
        take_posts(out);
        room = machine_.room(gateway_, to);
        posts_.note_room(to, room);
        taken = posts_.send(gateway_, to, payload);
      } while (!taken && room > 0);
      mobility_event::posted event{gateway_, {to, 0, {}}};
      if (!taken) // there is no room; the machine tells when there is
        handle(event, out);
    });
  else
    post();
  flush(); // what others have posted went along
  return taken;
}

std::size_t actor_host::impl::room(const actor_id& from, const actor_id& to) {
  std::size_t n = 0;
  consult([&](auto&) { n = machine_.room(from, to); });
  return n;
}

} // namespace tern
