#pragma once

#include "actors/api/wait_chain.hpp"
#include "actors/wait_report.hpp"
#include "serialization/failure.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tern {

class node;

/// What a node knows of why an actor waits.
struct wait_answer {
  std::vector<wait_step> steps;
  std::string conclusion;
  bool circle = false;
  /// Circles that this node has told of lately, the latest last.
  std::vector<std::string> told;

  template <class Archive>
  void fields(Archive& a) {
    a(steps, conclusion, circle, told);
  }
};

/// A node's part in finding out why actors wait. It answers other nodes what
/// its actors do; follows, across nodes, whom an actor waits for; and looks
/// every second, unasked, whether a handler that has been waiting for an answer
/// for a second is part of a circle. What two looks in a row find is told once.
///
/// It has a thread of its own, for in a deadlock there may be no other left. It
/// sends nothing and takes no lock for long, so it does not hurt whom it
/// watches.
class wait_watch {
public:
  struct surroundings {
    node& self;
    /// What an actor of this node does; none: it is not here. Any thread.
    std::function<std::optional<wait_report>(const actor_id&)> report;
    /// Actors of this node whose handlers wait for an answer for so long.
    std::function<std::vector<actor_id>(std::chrono::nanoseconds)> blocked;
    /// A circle was found, in words. On the watch's thread.
    std::function<void(const std::string&)> say;
  };

  explicit wait_watch(surroundings world);
  /// Waits for the watch's thread. Nothing of `world` is called after it.
  ~wait_watch();
  wait_watch(const wait_watch&) = delete;
  wait_watch& operator=(const wait_watch&) = delete;

  /// Why the actor, wherever it is, waits. Asks other nodes and waits for them,
  /// half a second for each step; so not for handlers.
  wait_answer explain(const actor_id& actor);

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

/// Asks the node at HOST:PORT why an actor of its cluster waits, without
/// becoming a member. Fails with `unreachable`, or `refused` if it is no
/// `actor_system`, naming the address.
result<wait_answer>
query_waits(const std::string& host, std::uint16_t port, const actor_id& actor,
            std::chrono::milliseconds timeout = std::chrono::seconds(10));

} // namespace tern
