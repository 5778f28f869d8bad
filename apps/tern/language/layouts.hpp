#pragma once

#include "apps/tern/language/functions.hpp"

// Functions that change the shape or the blocks of arrays and nothing else: for
// the right-hand column of the table in functions.cpp.

namespace tern::language {

program_value rechunked(const arguments& a, context& c);
program_value concatenated(const arguments& a, context& c);
program_value stacked(const arguments& a, context& c);
program_value hstacked(const arguments& a, context& c);
program_value vstacked(const arguments& a, context& c);
program_value reshaped(const arguments& a, context& c);
program_value raveled(const arguments& a, context& c);
program_value expanded(const arguments& a, context& c);
program_value squeezed(const arguments& a, context& c);
program_value broadcasted(const arguments& a, context& c);
program_value flipped(const arguments& a, context& c);
program_value rolled(const arguments& a, context& c);
program_value tiled(const arguments& a, context& c);
program_value repeated(const arguments& a, context& c);
program_value taken(const arguments& a, context& c);
program_value axes_swapped(const arguments& a, context& c);
program_value axis_moved(const arguments& a, context& c);

} // namespace tern::language
