#pragma once

#include "apps/tern/map/picture.hpp"

namespace tern {

/// What a place without a value looks like: a grey that is no colour of the
/// map.
inline constexpr colour missing_colour{176, 176, 176};

/// The colour of `share`, 0 (dark blue) to 1 (yellow); beyond them the ends,
/// NaN is `missing_colour`. 256 steps of equal width, as in matplotlib.
colour map_colour(double share) noexcept;

} // namespace tern
