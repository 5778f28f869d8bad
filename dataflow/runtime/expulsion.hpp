#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/serial_thread.hpp"

#include <functional>
#include <vector>

namespace tern {

/// Finds out that the other nodes of a cluster took this one for dead, while it
/// was stopped or cut off, and go on without it: that incarnation cannot come
/// back, but the process can, as a new node.
///
/// Whoever has lost all other nodes asks those that it knew, again and again.
/// If they have died nobody answers, and this node is the cluster; one that was
/// started anew on such an address is joined; one that lives says that it goes
/// on without this node.
class expulsion {
public:
  using clock = serial_thread::clock;

  /// `told` is called once, on a thread of this object. `known`: others to ask
  /// at once, for a node that has been told so before.
  expulsion(node& self, std::vector<member> known, std::function<void()> told);
  ~expulsion();
  expulsion(const expulsion&) = delete;
  expulsion& operator=(const expulsion&) = delete;

  /// The nodes that it would ask. Once the object does nothing any more.
  std::vector<member> known() const {
    return known_;
  }
  /// Ends what it does.
  void stop();

private:
  void lost(const member& who);
  bool is_alone() const;
  void ask_later();
  void ask();

  node& self_;
  std::function<void()> told_;
  std::vector<member> known_; ///< the latest last
  bool asks_ = false;
  clock::duration pause_;
  gate gate_;
  serial_thread thread_; ///< of what is above
};

} // namespace tern
