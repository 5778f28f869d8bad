#pragma once

#include "actors/mobile_message.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace tern {

struct migration_options {
  duration prepare_again = std::chrono::milliseconds(100);
  std::uint32_t prepare_tries = 5; ///< then the attempt ends
  duration state_timeout = std::chrono::milliseconds(500);
  std::uint64_t bytes_per_second = 50'000'000; ///< slower than any real link
  duration abort_again = std::chrono::milliseconds(50);
  duration abort_limit = std::chrono::seconds(1);
  std::uint32_t abort_tries = 10; ///< before the freeze; after it: no end
  std::uint32_t attempts = 3;     ///< for one order
  duration arrival_timeout = std::chrono::seconds(5);
  std::uint64_t arrival_bytes = 4ull << 30; ///< reserved at a time
};

/// What the source's side of a move asks of its shell.
struct source_instruction {
  enum class kind {
    send_prepare,
    freeze,     ///< after the running handler: snapshot, then `on_frozen`
    send_state, ///< now: it is frozen
    send_abort,
    resume,  ///< the actor runs on here
    release, ///< it is there: free it, say RELEASED, forward what was kept
    again,   ///< `start` with a fresh epoch
    finish,  ///< the order is done; `why` is empty if it moved
    arm,     ///< call `on_timer(generation)` after `delay`
  };
  kind what;
  duration delay = {};
  std::uint64_t generation = 0;
  std::string why = {};
};
using source_instructions = std::vector<source_instruction>;

/// The source's side of one order to move, over all its attempts.
class migration_source {
public:
  enum class phase {
    preparing,   ///< PREPARE sent; the actor runs
    freezing,    ///< the target has room; the running handler ends
    deciding,    ///< STATE sent; frozen: the target decides
    asking,      ///< deciding, and ABORT sent: still the target decides
    calling_off, ///< ABORT sent before any STATE; the actor runs
    done,
  };

  migration_source(node_id target, migration_options options)
    : target_(target), options_(options) {}

  node_id target() const noexcept {
    return target_;
  }
  std::uint32_t epoch() const noexcept {
    return epoch_;
  }
  phase now() const noexcept {
    return phase_;
  }
  /// Whether a STATE of this attempt may be on its way.
  bool undecided() const noexcept {
    return phase_ == phase::deciding || phase_ == phase::asking;
  }

  source_instructions start(std::uint32_t fresh_epoch);
  source_instructions on_prepared(std::uint32_t epoch,
                                  const std::string& refusal);
  /// The actor is frozen and its state of `bytes` at hand.
  source_instructions on_frozen(std::uint64_t bytes);
  /// It cannot be saved, so it cannot move.
  source_instructions on_unsavable(const std::string& why);
  source_instructions on_installed(std::uint32_t epoch);
  source_instructions on_aborted(std::uint32_t epoch, const std::string& why);
  source_instructions on_timer(std::uint64_t generation);
  /// The target is out of the view. It has not run the actor, since it was not
  /// released.
  source_instructions on_target_lost();

private:
  source_instruction arm(duration delay);
  source_instructions end_attempt(bool frozen, const std::string& why);

  node_id target_;
  migration_options options_;
  phase phase_ = phase::done;
  std::uint32_t epoch_ = 0;
  std::uint32_t attempts_ = 0;
  std::uint32_t tries_ = 0;
  std::uint64_t generation_ = 0;
  std::string why_; // the attempt was called off
};

/// The target's side, for all actors of a node.
class migration_target {
public:
  struct answer {
    enum class kind {
      nothing,
      prepared,  ///< say PREPARED; arm the arrival's timer if `armed`
      refused,   ///< say PREPARED with `why`
      restore,   ///< make the actor from the state, then `on_restored`
      run,       ///< it is here: say INSTALLED, tell home
      installed, ///< say INSTALLED
      aborted,   ///< say ABORTED
    };
    kind what = kind::nothing;
    std::uint64_t generation = 0; ///< of the timer to arm; 0: none
    std::string why = {};
    /// Messages that were parked: to be delivered on `run`, else dropped.
    std::vector<routed_message> parked = {};
    std::optional<actor_state> state = {}; ///< of what now runs
    node_id source = {};                   ///< whose arrival this ends
  };

  struct faults {
    bool accept_equal_epoch = false; ///< install what was answered already
    bool forget_aborts = false;      ///< say `aborted` and remember nothing
    bool unbounded_parking = false;
  };

  migration_target(migration_options options, std::size_t parking_limit,
                   faults planted)
    : options_(options), parking_limit_(parking_limit), faults_(planted) {}

  /// `obstacle`: why this node cannot take the actor at all, or empty.
  answer on_prepare(node_id from, const migrate_prepare& m,
                    const std::string& obstacle);
  answer on_state(node_id from, migrate_state& m);
  /// The shell made the actor, or (`why`) could not.
  answer on_restored(const attempt_id& attempt, const std::string& why);
  answer on_abort(const attempt_id& attempt);
  /// Nothing was heard of the source for a while.
  answer on_timer(const attempt_id& attempt, std::uint64_t generation);

  /// Whether an actor is expected.
  bool expects(const actor_id& actor) const {
    return arrivals_.contains(actor);
  }
  struct guest {
    attempt_id attempt;
    node_id source;
    bool has_state = false; ///< all of it is here and being restored
  };
  std::vector<guest> guests() const;
  /// Keeps a message for an expected actor. False: the queue is full.
  bool park(const actor_id& actor, routed_message& m);
  std::size_t parked(const actor_id& actor) const;

private:
  struct arrival {
    std::uint32_t epoch = 0;
    node_id source;
    std::uint64_t reserved = 0;
    std::uint64_t generation = 0;
    std::optional<actor_state> state; // while it is being restored
    std::vector<routed_message> parked;
  };
  // All attempts below `floor` are decided, and `floor` itself as told.
  struct decision {
    std::uint32_t floor = 0;
    bool installed = false;
  };

  using arrival_map = std::unordered_map<actor_id, arrival>;

  std::optional<answer> decided(const attempt_id& attempt) const;
  arrival* open(node_id from, const attempt_id& attempt, std::uint64_t bytes);
  arrival* find(const attempt_id& attempt);
  answer refuse(const attempt_id& attempt, const std::string& why);

  migration_options options_;
  std::size_t parking_limit_;
  faults faults_;
  std::uint64_t reserved_ = 0;
  std::uint64_t next_generation_ = 1;
  arrival_map arrivals_;
  std::unordered_map<actor_id, decision> decisions_;
};

} // namespace tern
