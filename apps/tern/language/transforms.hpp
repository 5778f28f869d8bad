#pragma once

#include "apps/tern/language/functions.hpp"

// Functions that are more than one elementwise operation or reduction: the
// right-hand column of the table in functions.cpp.

namespace tern::language {

program_value is_infinite(const arguments& a, context& c);
program_value logical_and(const arguments& a, context& c);
program_value logical_or(const arguments& a, context& c);
program_value logical_xor(const arguments& a, context& c);
program_value logical_not(const arguments& a, context& c);
program_value where_else(const arguments& a, context& c);
program_value clip(const arguments& a, context& c);
program_value running_sum(const arguments& a, context& c);
program_value running_product(const arguments& a, context& c);
program_value running_known_sum(const arguments& a, context& c);
program_value running_known_product(const arguments& a, context& c);
program_value transpose(const arguments& a, context& c);
program_value as_type(const arguments& a, context& c);
program_value call_on_blocks(const arguments& a, context& c);
program_value compute(const arguments& a, context& c);
program_value length(const arguments& a, context& c);

} // namespace tern::language
