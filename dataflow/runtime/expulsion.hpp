#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/node_process.hpp"
#include "dataflow/runtime/pause_detector.hpp"
#include "dataflow/runtime/serial_thread.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tern {

/// Where a node stands after others took it for dead, and it them.
struct part_of_cluster {
  std::size_t here = 1;    ///< nodes that it sees, it among them
  std::size_t there = 0;   ///< that it lost, and that live
  bool waited_for = false; ///< by a session
  bool slept = false;      ///< it lost the other in a pause of its own
  bool lowest = false;     ///< of the two ids, it has the lower
  std::chrono::steady_clock::duration waited{}; ///< since the other answers

  /// Whether it should yield to the other now. Who slept does, at once: the
  /// other went on meanwhile, with the plans of both. A session that did not
  /// see it sleep delays that, but not for long: how many woke up together
  /// says nothing, and who stayed awake alone must not yield to them. Who is
  /// alone does after a while, in which one that slept has yielded to it. Of
  /// two that are in the same case, the lower id waits longer, so that one
  /// stays. One that is waited for stays longer. Else the smaller part yields
  /// first: after a stop it is one node that lost all, and all lost that one.
  /// Only where no part is the smaller, as when two cannot reach each other and
  /// the rest reaches both, ids decide.
  bool should_yield() const noexcept;
  /// The case it is in, in words.
  std::string text() const;
};

/// A node that another one looks for.
struct sought_node {
  using time = std::chrono::steady_clock::time_point;

  member who;
  bool slept = false; ///< `part_of_cluster::slept`
  unsigned silences = 0;
  time next{};  ///< when it is asked again
  time since{}; ///< since when it answers, or when it was lost

  /// What came of a question. One that was silent is asked less and less often.
  void note(bool answered, time now);
};

/// Brings a node back to a cluster that took it for dead, while it was stopped
/// or cut off: this incarnation cannot come back, but the process can, as a new
/// node.
///
/// A node that has lost others looks for them again and again. Those that live
/// took it for dead, and it them: they are parts of what was one cluster, and
/// somebody has to yield (`part_of_cluster`). The next node joins those that
/// live and, should all have come back as others themselves, the addresses that
/// the process was told to join at its start. Processes that have died do not
/// answer; what listens at their address later is another node, and is left
/// alone.
class expulsion {
public:
  using clock = serial_thread::clock;

  /// `yield` is called once, on a thread of this object: this node should end,
  /// and the next one of this process join whom `others` names. `others`: what
  /// the node before gave here; empty for the first. `contacts`: where the
  /// process was told to join.
  expulsion(node& self, std::vector<member> others,
            std::vector<node_process::peer> contacts,
            std::function<void()> yield);
  ~expulsion();
  expulsion(const expulsion&) = delete;
  expulsion& operator=(const expulsion&) = delete;

  /// Ends what it does.
  void stop();
  /// After `stop`: members of the cluster to join, the best first.
  std::vector<member> others() const;
  /// After `stop`: to whom this node yields and why; empty if it does not.
  std::string reason() const;

private:
  void lost(const member& who, bool slept);
  bool is_member(node_id who) const;
  bool is_alone() const;
  std::vector<const sought_node*> living(std::vector<sought_node>& sought);
  void look_again();
  void look();
  void join_before();
  void join_contacts();
  part_of_cluster part(const sought_node& one, std::size_t there) const;

  node& self_;
  std::function<void()> yield_;
  std::vector<sought_node> before_; ///< that the node before this one knew
  std::vector<node_process::peer> contacts_;
  std::vector<sought_node> lost_;
  bool has_lost_ = false;
  std::atomic<bool> stopped_{false};
  member stronger_;    ///< to whom it yields
  std::string reason_; ///< and why
  bool looks_ = false;
  pause_detector pauses_;
  gate gate_;
  serial_thread thread_; ///< of what is above
};

} // namespace tern
