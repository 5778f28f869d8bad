#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace caf {
class actor_system;
}

namespace tern {

/// The thread of a `wait_watch`, as an actor of CAF that other processes find
/// by its name: `query_waits` does.
class wait_service {
public:
  /// Called on the thread, one call at a time.
  class listener {
  public:
    virtual std::vector<std::byte> answer(std::span<const std::byte> asked) = 0;
    /// Every second.
    virtual void look() = 0;

  protected:
    ~listener() = default;
  };

  /// `to` outlives it.
  wait_service(caf::actor_system& system, listener& to);
  /// Waits for a call that goes on.
  ~wait_service();
  wait_service(const wait_service&) = delete;
  wait_service& operator=(const wait_service&) = delete;

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace tern
