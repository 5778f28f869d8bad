#pragma once

#include "apps/tern/language/functions.hpp"

// Elementwise functions that NumPy makes of several operations, and so does
// tern: for the right-hand column of the table in functions.cpp. What is made
// of numbers alone is an array without axes.

namespace tern::language {

program_value rounded(const arguments& a, context& c);
program_value in_radians(const arguments& a, context& c);
program_value in_degrees(const arguments& a, context& c);
program_value float_magnitude(const arguments& a, context& c);
program_value float_power(const arguments& a, context& c);
program_value quotient_and_rest(const arguments& a, context& c);
program_value real_parts(const arguments& a, context& c);
program_value imaginary_parts(const arguments& a, context& c);
program_value conjugated(const arguments& a, context& c);
program_value angle_of(const arguments& a, context& c);
program_value positive(const arguments& a, context& c);
program_value cardinal_sine(const arguments& a, context& c);
program_value is_positive_infinity(const arguments& a, context& c);
program_value is_negative_infinity(const arguments& a, context& c);
program_value is_close(const arguments& a, context& c);
program_value nan_to_number(const arguments& a, context& c);

} // namespace tern::language
