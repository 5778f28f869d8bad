#pragma once

#include "apps/tern/language/functions.hpp"

// Functions that multiply arrays and add up: for the right-hand column of the
// table in functions.cpp.

namespace tern::language {

program_value dot_product(const arguments& a, context& c);
program_value matrix_product(const arguments& a, context& c);
program_value tensor_product(const arguments& a, context& c);
program_value inner_product(const arguments& a, context& c);
program_value outer_product(const arguments& a, context& c);
program_value flat_product(const arguments& a, context& c);

} // namespace tern::language
