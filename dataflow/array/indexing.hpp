#pragma once

#include "dataflow/array/array.hpp"

#include <cstdint>
#include <optional>

// Words for `x(...)`: `x(0, every, slice(10, 20))` is NumPy's
// `x[0, :, 10:20]`.

namespace tern {

/// A whole axis: NumPy's `:`.
inline constexpr index_slice every{};
/// As many whole axes as there is room for: `...`.
inline constexpr index_ellipsis ellipsis{};
/// A new axis of extent 1.
inline constexpr index_newaxis newaxis{};

/// Elements from `start` up to, not including, `stop`, each `step`-th. `{}` is
/// an open end; negative numbers count from the end: `slice({}, {}, -1)` turns
/// an axis round. As in Python, a range beyond the end is cut.
inline index_slice slice(std::optional<std::int64_t> start,
                         std::optional<std::int64_t> stop,
                         std::optional<std::int64_t> step = {}) {
  return {start, stop, step};
}

} // namespace tern
