#pragma once

#include "actors/actor_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// What the compute threads of a node run, in a file in memory that outlives
/// the process: others on the host read it when the node has died, and so learn
/// which functions may have killed it. It costs a thread two stores a task.
///
/// Each thread writes its own place.
class crash_note {
public:
  struct running {
    std::uint64_t plan = 0;
    std::uint64_t task = 0; ///< packed key

    friend bool operator==(const running&, const running&) = default;
  };

  /// Without a file (none can be made) it takes no notes.
  crash_note(node_id self, std::size_t threads);
  /// The node has ended in order, and has nothing to tell.
  ~crash_note();
  crash_note(const crash_note&) = delete;
  crash_note& operator=(const crash_note&) = delete;

  void begin(int thread, const running& what) noexcept;
  void end(int thread) noexcept;

  /// What ran on a node of this host when it died. Nothing if it lives (waits a
  /// little for a process that is about to end), ended in order, or took no
  /// notes.
  static std::vector<running> of_dead(node_id who);

private:
  std::string path_;
  int file_ = -1;
  std::uint64_t* words_ = nullptr; ///< two a thread: plan (0: none), task
  std::size_t threads_;
};

} // namespace tern
