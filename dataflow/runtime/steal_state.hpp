#pragma once

#include "actors/actor_id.hpp"

#include <cstdint>
#include <vector>

namespace tern {

/// How one node of a cluster finds work, and who waits for work of its own.
/// Pure: an event gives the questions to send; random numbers are handed in.
/// The protocol is told in steal_state.cpp; what is worth giving away is said
/// in steal_terms.hpp. Not synchronised.
class steal_state {
public:
  enum class question : std::uint8_t {
    probe,    ///< have you work for me now?
    lifeline, ///< the same; and if not, remember me
    cancel,   ///< forget me, I am busy
  };
  struct ask {
    node_id to;
    question what = question::probe;

    friend bool operator==(const ask&, const ask&) = default;
  };
  using asks = std::vector<ask>;

  /// Who waits for work of this node, and how much it can take.
  struct hungry {
    node_id who;
    std::uint32_t threads = 1;
    std::uint64_t room = 0; ///< bytes
  };

  static constexpr unsigned tries = 2;
  /// Up to so many peers an idle node asks all of them to remember it.
  static constexpr std::size_t few_peers = 8;

  explicit steal_state(node_id me) : me_(me) {}

  // -- as a thief ------------------------------------------------------------

  /// A compute thread has found nothing.
  asks idle(std::uint64_t draw);
  /// There is something to run (again).
  asks busy();
  /// `from` has given `tasks` tasks, asked or not; its own last work came from
  /// `its_giver`.
  asks answered(node_id from, std::uint64_t tasks, std::uint64_t draw,
                node_id its_giver = {});
  /// From whom work came last; none if it had no more when it was asked again.
  node_id giver() const noexcept {
    return giver_;
  }

  /// A node that computes is there, or gone.
  asks joined(node_id peer);
  asks left(node_id peer, std::uint64_t draw);

  /// Neither asking nor asleep.
  bool working() const noexcept {
    return phase_ == phase::working;
  }
  bool asleep() const noexcept {
    return phase_ == phase::asleep;
  }

  // -- as a victim -----------------------------------------------------------

  void remember(const hungry& who);
  void forget(node_id who);
  /// Those who wait, the longest first.
  const std::vector<hungry>& waiting() const noexcept {
    return waiting_;
  }

private:
  enum class phase : std::uint8_t { working, asking, asleep };

  asks probe(node_id peer);
  asks probe_another(std::uint64_t draw);
  bool is_peer(node_id who) const;
  asks sleep();
  asks cancel_but(node_id spared);
  asks missed(std::uint64_t draw, node_id hint);

  node_id me_;
  phase phase_ = phase::working;
  unsigned misses_ = 0;
  node_id asked_;
  node_id giver_;
  std::vector<node_id> peers_;     ///< by id
  std::vector<node_id> lifelines_; ///< while asleep
  std::vector<hungry> waiting_;
};

} // namespace tern
