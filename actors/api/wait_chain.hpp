#pragma once

#include "actors/wait_report.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// Whom the actor of a report waits for, if that is why it does nothing: the
/// actor whose answer its handler waits for; else, if no handler runs or could,
/// the one that it asked first, or that has no room for its messages.
std::optional<actor_id> awaited_by(const wait_report& report);

/// One step on the way from an actor to the reason.
struct wait_step {
  actor_id actor;
  std::optional<wait_report> report; ///< none: no node has it

  template <class Archive>
  void fields(Archive& a) {
    a(actor.high, actor.low, report);
  }
};

/// What an actor waits for: for another one, which waits for a third, and so on
/// to one that waits for nobody; or round in a circle. Pure: whoever has the
/// reports gives them.
class wait_chain {
public:
  explicit wait_chain(const actor_id& first) : next_(first) {}

  /// Whose report comes next; none: this is all.
  const std::optional<actor_id>& next() const noexcept {
    return next_;
  }
  /// What was said of `next`; none: no node has it.
  void add(std::optional<wait_report> report);

  const std::vector<wait_step>& steps() const noexcept {
    return steps_;
  }
  /// The step that the last one waits for: from there on each waits for the
  /// next. None: there is no circle.
  const std::optional<std::size_t>& circle() const noexcept {
    return circle_;
  }

private:
  std::optional<actor_id> next_;
  std::vector<wait_step> steps_;
  std::optional<std::size_t> circle_;
};

/// Chains end here, whatever nodes say.
inline constexpr std::size_t longest_wait_chain = 64;

/// The members of a chain's circle; empty: it has none.
std::set<actor_id> circle_of(const wait_chain& chain);

/// How long all members of the circle have been waiting for each other, in ns;
/// 0: there is none, or one waits for room.
std::uint64_t age_of_circle(const wait_chain& chain);

/// Which circles are to be told of: those that two looks in a row have found,
/// once for as long as they last.
class circle_book {
public:
  using circle = std::set<actor_id>;

  /// What a look has found; gives what is to be told now.
  std::vector<circle> look(const std::set<circle>& found);

private:
  std::set<circle> before_;
  std::set<circle> told_;
};

/// A step in words: where the actor is, what it does and waits for.
std::string words_of(const wait_step& step);

/// The end of a chain in words: its first cause, or its circle.
std::string conclusion_of(const wait_chain& chain);

} // namespace tern
