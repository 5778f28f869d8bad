#pragma once

#include "dataflow/runtime/slot_set.hpp"

#include <cstdint>
#include <string_view>

namespace tern {

/// Position of a node in the list that a plan is pinned to.
using node_index = std::uint16_t;
inline constexpr node_index no_node = 0xffff;

/// Where a task is in its life. The same actor is first a task, then the
/// block that the task made.
enum class task_phase : std::uint8_t {
  waiting,  ///< for inputs to be announced (a source: for memory)
  fetching, ///< all announced, some not in this memory yet
  ready,
  running,
  held,     ///< its block lives
  released, ///< all consumers are done with the block
  erred,
  leaving, ///< frozen: its state is on the way to another node
  away,    ///< another node has it; what arrives here is passed on
};

std::string_view name_of(task_phase phase) noexcept;

/// What the shell has to do after an event, in the order of the bits.
enum class effect : std::uint32_t {
  none = 0,
  forward = 1u << 0,          ///< this message, to where the task is
  fetch = 1u << 1,            ///< bring in the inputs that are elsewhere
  enqueue = 1u << 2,          ///< it is ready: into the ready queue
  deliver = 1u << 3,          ///< `have` to all consumers
  deliver_error = 1u << 4,    ///< `erred` to all consumers
  drop_inputs = 1u << 5,      ///< `release` to the inputs' holders, forget them
  drop_block = 1u << 6,       ///< forget the block
  send_state = 1u << 7,       ///< `lend` to `target()` with `epoch()`
  forward_absorbed = 1u << 8, ///< what came while it was leaving, to `target()`
  forget_inputs = 1u << 9,    ///< no releases: the inputs are the holder's now
  tell_installed = 1u << 10,  ///< to the sender of the state and to the owner
  tell_refused = 1u << 11,    ///< to the sender of the state
  tell_finished = 1u << 12, ///< to the owner: it has run, inputs are done with
  tell_released = 1u << 13, ///< to the owner: nobody needs it any more
  answer = 1u << 14,        ///< the sender of a `want`: block or error
  keep_want = 1u << 15,     ///< remember the `want`, answered at the end
  terminate = 1u << 16,     ///< the actor's end
  lost = 1u << 17,          ///< a block went down with its holder
  answer_kept = 1u << 18,   ///< those whose `want` was remembered
};

constexpr effect operator|(effect a, effect b) noexcept {
  return static_cast<effect>(static_cast<std::uint32_t>(a)
                             | static_cast<std::uint32_t>(b));
}
constexpr effect& operator|=(effect& a, effect b) noexcept {
  return a = a | b;
}
constexpr bool has(effect set, effect member) noexcept {
  return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(member))
         != 0;
}

/// What travels of a task's state when it moves; inputs and block go beside.
/// (the shell hands them in by `fill`, `fill_error` and `release`).
struct task_snapshot {
  std::uint32_t epoch = 0;
  bool holds_block = false;
  bool moved_as_task = false;
  bool moved_as_block = false;
  std::uint8_t steals = 0; ///< how often it was stolen

  friend bool operator==(const task_snapshot&, const task_snapshot&) = default;
};

/// Planted faults, for proving that the simulator finds them.
struct task_faults {
  bool accept_equal_epoch = false;
  bool count_releases_twice = false;
  bool no_deduplication = false; ///< an input that comes twice counts twice
  bool wrong_owner = false;      ///< a death is taken for the neighbour's
  bool lost_credit = false;      ///< a dropped block stays charged
  bool no_parking = false; ///< what comes before the plan is not kept for it
  bool own_tiles = false;  ///< each node has its own idea of who is the heir
};

/// One task or block as a state machine: event in, effects out. Pure: no
/// clock, thread, socket or CAF; see the essay in task_state.cpp. Not
/// synchronised: the shell serialises the events of one task.
class task_state {
public:
  /// `mine`: as expansion makes it on its owner. Otherwise a stand-in on a
  /// node that is about to `install` the task.
  task_state(std::uint32_t slots, std::uint32_t consumers, bool mine = true);
  task_state(const task_state&) = delete;
  task_state& operator=(const task_state&) = delete;
  ~task_state();

  task_phase phase() const noexcept {
    return phase_;
  }
  bool mine() const noexcept {
    return mine_;
  }
  std::uint32_t epoch() const noexcept {
    return epoch_;
  }
  node_index target() const noexcept {
    return target_;
  }
  std::uint32_t slots() const noexcept {
    return slots_;
  }
  std::uint32_t consumers() const noexcept {
    return consumers_;
  }
  std::uint32_t missing() const noexcept {
    return missing_;
  }
  std::uint8_t steals() const noexcept {
    return steals_;
  }
  bool failed() const noexcept {
    return failed_;
  }
  /// It has run, here or where it was lent to.
  bool has_run() const noexcept {
    return ran_;
  }
  /// Messages for it belong here (it is not away).
  bool lives_here() const noexcept {
    return phase_ != task_phase::away;
  }
  /// What it was when it left: a block (true) or still a task.
  bool left_as_block() const noexcept {
    return before_ == task_phase::held;
  }
  bool holds_block() const noexcept {
    return phase_ == task_phase::held
           || (phase_ == task_phase::leaving && before_ == task_phase::held);
  }
  bool is_filled(std::uint32_t slot) const noexcept {
    return filled_.contains(slots_, slot);
  }
  bool is_released(std::uint32_t ordinal) const noexcept {
    return released_.contains(consumers_, ordinal);
  }

  // -- events ----------------------------------------------------------------

  /// A source has its memory credit.
  effect admit();
  /// Input `slot` exists; `here`: its block is in this node's memory.
  /// The shell stores the input iff `accepts(slot)` held before.
  effect fill(std::uint32_t slot, bool here, const task_faults& faults = {});
  /// Input `slot` will never exist.
  effect fill_error(std::uint32_t slot);
  bool accepts(std::uint32_t slot) const noexcept;
  /// A fetched input has arrived.
  effect arrived();
  /// A compute thread takes it; false: it is not ready any more.
  bool start() noexcept;
  effect finish();
  effect fail();
  /// A fresh machine of a task whose block is here, made in an earlier round.
  effect resume_held();
  /// The same of a task whose kernel is under way here since then.
  effect resume_running();
  /// Consumer number `ordinal` is done with the block.
  effect release(std::uint32_t ordinal, const task_faults& faults = {});
  effect want();
  /// Somebody wants to be told of its end.
  effect watch();

  // -- lending ---------------------------------------------------------------

  bool may_move() const noexcept;
  /// Somebody (`--rotate`, a person) wants it on `target`.
  effect move(node_index target);
  /// An idle node may have it: it is ready, or a source that was not admitted.
  bool may_be_stolen() const noexcept;
  /// As `move`, and counted in the task.
  effect steal(node_index thief);
  task_snapshot snapshot() const;
  /// The state has come. The shell then hands in what came with it.
  /// `lender_lost`: whoever lent it is suspected dead by now.
  effect install(const task_snapshot& s, bool lender_lost = false,
                 const task_faults& faults = {});
  /// The target runs it.
  effect installed(std::uint32_t epoch);
  effect refused(std::uint32_t epoch);
  /// At the owner: the task is on `where` since `epoch`.
  effect location(node_index where, std::uint32_t epoch);
  effect finished_elsewhere(std::uint32_t epoch);
  effect released_elsewhere();
  /// `node` is suspected dead: the owner takes back what it lent, and whoever
  /// was about to hand the task over keeps it. A block that has moved is
  /// delivered again.
  effect suspect(node_index node);

  // -- rotation --------------------------------------------------------------

  /// `--rotate`: true if the actor has to move now (once as a waiting or ready
  /// task, once as a block).
  bool rotation_due() const noexcept;

private:
  effect progress();
  effect settle();
  effect leave_for(node_index target);
  effect gone();
  effect take_in(const task_snapshot& s, const task_faults& faults);
  effect take_back(node_index from);
  effect announce_again() const noexcept;
  bool retains_inputs() const noexcept;

  slot_set filled_;
  slot_set released_;
  std::uint32_t slots_;
  std::uint32_t consumers_;
  std::uint32_t missing_;
  std::uint32_t absent_ = 0;
  std::uint32_t unreleased_;
  std::uint32_t epoch_ = 0;
  node_index target_ = no_node;
  node_index move_to_ = no_node;
  task_phase phase_ = task_phase::waiting;
  task_phase before_ = task_phase::waiting;
  bool mine_ : 1;
  bool failed_ : 1 = false;
  bool admitted_ : 1 = false;
  bool absorbed_ : 1 = false;
  bool ran_ : 1 = false;
  bool moved_as_task_ : 1 = false;
  bool moved_as_block_ : 1 = false;
  std::uint8_t steals_ = 0;
};

} // namespace tern
