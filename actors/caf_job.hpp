#pragma once

// What CAF's workers run, as 0.17.6 spells it. For .cpp files, and headers for
// these, only.

#include <caf/ref_counted.hpp>
#include <caf/resumable.hpp>

#include <cstddef>

namespace caf {
class actor_system;
}

namespace tern {

/// Work for CAF's workers that is no actor: nobody can send to it.
class caf_job : public caf::ref_counted, public caf::resumable {
public:
  /// A worker calls `work` once. It keeps the job alive until then; any thread
  /// may call this.
  void put_in_queue(caf::actor_system& system);

  resume_result resume(caf::execution_unit* unit, std::size_t throughput) final;
  void intrusive_ptr_add_ref_impl() final {
    ref();
  }
  void intrusive_ptr_release_impl() final {
    deref();
  }

private:
  /// May have put the job into the queue again; then another worker may be at
  /// it before this one is out of here.
  virtual void work() = 0;
};

} // namespace tern
