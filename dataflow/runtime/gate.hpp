#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace tern {

/// Stands between callbacks that others keep and the object they call: once
/// `close` has returned no call is under way and none will begin.
class gate {
public:
  gate() = default;
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;
  ~gate() {
    close();
  }

  /// `f`, which does nothing after `close`. Calls may nest.
  template <class F>
  auto guard(F f) const {
    return [state = state_, f = std::move(f)](auto&&... arguments) {
      state->inside.fetch_add(1);
      if (state->open.load())
        f(std::forward<decltype(arguments)>(arguments)...);
      state->inside.fetch_sub(1);
    };
  }

  /// Not from inside a guarded call.
  void close() noexcept {
    state_->open.store(false);
    while (state_->inside.load() > 0)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
  }

private:
  struct shared_state {
    std::atomic<bool> open{true};
    std::atomic<int> inside{0};
  };
  std::shared_ptr<shared_state> state_ = std::make_shared<shared_state>();
};

} // namespace tern
