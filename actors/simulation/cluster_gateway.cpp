// What is sent and asked from outside, as actor_system does it for a process,
// but that nothing waits here: answers are calls.

#include "actors/simulation/cluster_impl.hpp"

#include <utility>

namespace tern::simulation {

void cluster::impl::gateway::post(const actor_id& to, const buffer& payload) {
  if (waiting_.contains(to) || !cluster_.try_post(to, payload))
    waiting_[to].push_back(payload);
}

std::uint64_t cluster::impl::gateway::open(const actor_id& to,
                                           answer_handler then) {
  requests_[++last_request_] = {to, std::move(then)};
  return last_request_;
}

void cluster::impl::gateway::answer(std::uint64_t number,
                                    const result<bytes>& given) {
  const auto open = requests_.extract(number);
  if (open)
    cluster_.guarded("what takes an answer",
                     [&] { open.mapped().then(given); });
}

void cluster::impl::gateway::receive(actor_context&, const envelope&,
                                     std::span<const std::byte> payload) {
  auto body = payload;
  const auto call = decode_call(body);
  if (!call)
    return;
  if (call->what == call_head::kind::answer)
    answer(call->number, bytes{body.begin(), body.end()});
  else if (call->what == call_head::kind::failure)
    answer(call->number, tl::make_unexpected(read_failure(
                             *cluster_.nodes_.back(), *call, body)));
}

void cluster::impl::gateway::writable(actor_context&, const actor_id& to) {
  const auto queue = waiting_.find(to);
  if (queue == waiting_.end())
    return;
  auto& messages = queue->second;
  while (!messages.empty() && cluster_.try_post(to, messages.front()))
    messages.pop_front();
  if (messages.empty())
    waiting_.erase(queue);
}

void cluster::impl::gateway::down(actor_context& here, const actor_id& actor,
                                  std::uint64_t) {
  std::vector<std::uint64_t> lost;
  for (const auto& [number, r] : requests_)
    if (r.to == actor)
      lost.push_back(number);
  for (const auto number : lost)
    answer(number, fail(failure_kind::not_found,
                        to_string(actor) + " has ended (stopped)"));
  writable(here, actor); // what waits for room finds a new channel
}

} // namespace tern::simulation
