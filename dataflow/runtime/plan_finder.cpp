#include "dataflow/runtime/plan_finder.hpp"

#include "dataflow/runtime/service.hpp"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace tern {

namespace {

/// Waits for the first node that has a plan.
class plan_finder final : public plan_client {
public:
  void receive(dataflow_message) override {}
  void receive_reply(node_id, message_kind, const plan_reply&) override {}
  void receive_copy(node_id, const plan* p) override {
    std::lock_guard guard{mutex_};
    ++answers_;
    if (p && !found_)
      found_ = *p;
    come_.notify_one();
  }

  std::optional<plan> wait(std::size_t asked) {
    std::unique_lock guard{mutex_};
    come_.wait_for(guard, answer_limit,
                   [&] { return found_ || answers_ >= asked; });
    return std::move(found_);
  }

private:
  static constexpr auto answer_limit = std::chrono::seconds(10);

  std::mutex mutex_;
  std::condition_variable come_;
  std::size_t answers_ = 0;
  std::optional<plan> found_;
};

} // namespace

result<plan> find_plan(dataflow_service& service, std::uint64_t id,
                       std::span<const node_id> nodes) {
  plan_finder finder;
  service.connect(id, service.self().id(), finder);
  service.query(id, nodes);
  auto found = finder.wait(nodes.size());
  service.disconnect(id);
  if (!found)
    return fail(failure_kind::not_found,
                fmt::format("no node has a plan {:x}: it has ended, or never "
                            "began",
                            id));
  return std::move(*found);
}

} // namespace tern
