#pragma once

#include "apps/tern/asked_plan.hpp"
#include "dataflow/runtime/serial_thread.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace tern {

/// Answers the question of a page's readers why a plan is not done: one after
/// the other, as each joins the cluster as a guest. Any thread may ask.
class why_desk {
public:
  /// HTTP status and JSON: what `tern why --json` prints, or {"error": ...}.
  using answer = std::function<void(unsigned status, std::string json)>;

  why_desk() = default;
  /// Waits for the question that is being answered.
  ~why_desk();
  why_desk(const why_desk&) = delete;
  why_desk& operator=(const why_desk&) = delete;

  /// Does not wait. `then` is called in any case: at once, if too many others
  /// wait already.
  void ask(const plan_question& q, answer then);

private:
  std::atomic<int> waiting_{0};
  std::atomic<bool> closed_{false};
  serial_thread thread_; ///< last: it uses the above
};

} // namespace tern
