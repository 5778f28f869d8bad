#pragma once

// What CAF's workers run, as 0.17.6 spells it. For .cpp files, and headers for
// these, only.

#include <caf/resumable.hpp>

#include <atomic>
#include <cstddef>

namespace caf {
class actor_system;
}

namespace tern {

/// Work for CAF's workers that is no actor: nobody can send to it. It begins
/// with one reference, for `caf::make_counted`.
class caf_job : public caf::resumable {
public:
  caf_job() = default;
  caf_job(const caf_job&) = delete;
  caf_job& operator=(const caf_job&) = delete;

  /// A worker calls `work` once. It keeps the job alive until then; any thread
  /// may call this.
  void put_in_queue(caf::actor_system& system);

  resume_result resume(caf::execution_unit* unit, std::size_t throughput) final;
  void intrusive_ptr_add_ref_impl() final {
    references_.fetch_add(1, std::memory_order_relaxed);
  }
  void intrusive_ptr_release_impl() final {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }
  friend void intrusive_ptr_add_ref(caf_job* job) {
    job->intrusive_ptr_add_ref_impl();
  }
  friend void intrusive_ptr_release(caf_job* job) {
    job->intrusive_ptr_release_impl();
  }

private:
  /// May have put the job into the queue again; then another worker may be at
  /// it before this one is out of here.
  virtual void work() = 0;

  std::atomic<std::size_t> references_{1};
};

} // namespace tern
