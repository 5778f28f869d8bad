#pragma once

#include "apps/tern/language/functions.hpp"

// Functions of whole arrays that NumPy makes of others, and so does tern: for
// the right-hand column of the table in functions.cpp.

namespace tern::language {

program_value make_array(const arguments& a, context& c);
program_value make_zeros_like(const arguments& a, context& c);
program_value make_ones_like(const arguments& a, context& c);
program_value make_full_like(const arguments& a, context& c);
program_value make_logspace(const arguments& a, context& c);
program_value make_random_uniform(const arguments& a, context& c);
program_value difference(const arguments& a, context& c);
program_value peak_to_peak(const arguments& a, context& c);
program_value average(const arguments& a, context& c);
program_value upper_triangle(const arguments& a, context& c);
program_value lower_triangle(const arguments& a, context& c);
program_value trace_of(const arguments& a, context& c);
program_value diagonal_of(const arguments& a, context& c);
program_value all_close(const arguments& a, context& c);
program_value arrays_equal(const arguments& a, context& c);
program_value norm_of(const arguments& a, context& c);
program_value grids_of(const arguments& a, context& c);
program_value split_up(const arguments& a, context& c);
program_value padded_with(const arguments& a, context& c);
program_value copied(const arguments& a, context& c);

} // namespace tern::language
