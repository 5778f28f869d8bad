#pragma once

#include "actors/actor_id.hpp"
#include "actors/api/class_print.hpp"
#include "actors/trace/step_log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// What a handler is called with.
struct step_input {
  step_kind kind = step_kind::message;
  actor_id peer = {};
  std::uint64_t number = 0; ///< as in recorded_step
  std::span<const std::byte> payload = {};
};

/// The payload of a step of kind `state`.
struct recorded_state {
  class_print type;
  std::vector<std::byte> packed;    ///< actor_core::pack, at the time 0
  std::chrono::nanoseconds alarm{}; ///< actor_core::alarm
  std::uint64_t came = 0; ///< XXH3 of what was unpacked here; 0: not known

  template <class Archive>
  void fields(Archive& a) {
    a(type, packed, alarm, came);
  }
};

/// Numbers the recorded steps of one actor during its stay on a node. Belongs
/// to the actor.
class step_recorder {
public:
  /// Of states that are larger only each 16th is compared, beside those that
  /// leave and come.
  static constexpr std::size_t largest_state = std::size_t{16} << 10;

  step_recorder() = default;
  /// The actor came during this recording, and this was unpacked then.
  step_recorder(std::uint32_t session, std::chrono::nanoseconds unpacked,
                std::span<const std::byte> state);

  /// Who it is, which only a handler is told.
  void name(const actor_id& actor, std::uint32_t epoch) noexcept {
    actor_ = actor;
    epoch_ = epoch;
  }
  /// Whether its steps say anything to who reads this recording.
  bool is_part_of(const step_log& log) const noexcept {
    return session_ != 0 && session_ == log.session();
  }
  void add_state(step_log& log, std::uint64_t time, recorded_state s);
  void add(step_log& log, std::uint64_t time, const step_input& in,
           recorded_step out);

  /// How large a state is; it may have grown.
  void note_size(std::size_t state) noexcept {
    small_ = state <= largest_state;
  }
  bool takes_states() const noexcept {
    return small_ || index_ % 16 == 0;
  }

private:
  actor_id actor_;
  std::uint32_t epoch_ = 0;
  std::uint32_t session_ = 0; ///< of which its state is recorded; 0: none
  std::uint64_t index_ = 0;
  std::uint32_t unpacked_in_ = 0; ///< session; 0: no matter any more
  std::chrono::nanoseconds unpacked_{};
  std::uint64_t came_ = 0; ///< XXH3 of what was unpacked
  bool small_ = true;
};

} // namespace tern
