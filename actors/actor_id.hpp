#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace tern {

/// A node's random incarnation: a process that starts again is another node.
/// Zero names no node.
struct node_id {
  std::uint64_t value = 0;

  friend auto operator<=>(const node_id&, const node_id&) = default;
  explicit operator bool() const noexcept {
    return value != 0;
  }
};

/// What an `actor_id` names.
enum class actor_kind : std::uint8_t {
  none = 0,
  service = 1,  ///< one per node: {node, service number}
  stateful = 2, ///< {birth node, counter}
  keyed = 3,    ///< hash of {type, key}
  task = 4,     ///< {plan, layer, index}: a task, later the block it made
};

/// The name of an actor, wherever it is: 128 bits, never an address.
///
/// `low` holds the kind in its top 4 bits. For a task the next 20 bits are the
/// layer and the last 40 the block's row-major index in the layer's grid;
/// `high` is the plan. For the others `high` is the birth node (or the first
/// half of the hash) and the last 60 bits a counter (or the second half).
struct actor_id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static constexpr int kind_shift = 60;
  static constexpr int layer_shift = 40;
  static constexpr std::uint64_t max_layers = std::uint64_t{1} << 20;
  static constexpr std::uint64_t max_index = std::uint64_t{1} << 40;

  static constexpr actor_id task(std::uint64_t plan, std::uint64_t layer,
                                 std::uint64_t index) noexcept {
    return {plan, (std::uint64_t{static_cast<std::uint8_t>(actor_kind::task)}
                   << kind_shift)
                      | (layer << layer_shift) | index};
  }
  static constexpr actor_id stateful(node_id birth,
                                     std::uint64_t counter) noexcept {
    return {birth.value,
            (std::uint64_t{static_cast<std::uint8_t>(actor_kind::stateful)}
             << kind_shift)
                | counter};
  }
  static constexpr actor_id service(node_id node,
                                    std::uint64_t number) noexcept {
    return {node.value,
            (std::uint64_t{static_cast<std::uint8_t>(actor_kind::service)}
             << kind_shift)
                | number};
  }

  constexpr actor_kind kind() const noexcept {
    return static_cast<actor_kind>(low >> kind_shift);
  }
  constexpr std::uint64_t plan() const noexcept {
    return high;
  }
  constexpr std::uint32_t layer() const noexcept {
    return static_cast<std::uint32_t>((low >> layer_shift) & (max_layers - 1));
  }
  constexpr std::uint64_t index() const noexcept {
    return low & (max_index - 1);
  }
  /// The counter of a stateful actor or the number of a service.
  constexpr std::uint64_t counter() const noexcept {
    return low & ((std::uint64_t{1} << kind_shift) - 1);
  }

  friend auto operator<=>(const actor_id&, const actor_id&) = default;
};

/// `task/PLAN/LAYER/INDEX`, `actor/NODE/COUNTER`, ...: what people type and
/// read. `parse_actor_id` reads it back; any other text gives `none`.
std::string to_string(const actor_id& id);
std::string to_string(node_id id);
actor_id parse_actor_id(const std::string& text);

} // namespace tern

template <>
struct std::hash<tern::actor_id> {
  std::size_t operator()(const tern::actor_id& id) const noexcept {
    auto x = (id.high ^ (id.low * 0x9e3779b97f4a7c15ull));
    x ^= x >> 32;
    return x * 0xd6e8feb86659fd93ull;
  }
};

template <>
struct std::hash<tern::node_id> {
  std::size_t operator()(const tern::node_id& id) const noexcept {
    return id.value;
  }
};
