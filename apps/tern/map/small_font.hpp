#pragma once

#include "apps/tern/map/picture.hpp"

#include <string_view>

// Letters for numbers, and no others: maps have nothing else written on them.

namespace tern {

inline constexpr int text_height = 14;

int text_width(std::string_view number) noexcept;

/// Digits, `+ - . e`; any other character is a blank. (x, y) is the upper left
/// corner.
void draw_text(picture& on, int x, int y, std::string_view number,
               colour with) noexcept;

} // namespace tern
