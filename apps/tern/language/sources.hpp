#pragma once

#include "apps/tern/language/functions.hpp"

// Functions that make arrays out of nothing or out of files: the right-hand
// column of the table in functions.cpp.

namespace tern::language {

program_value make_zeros(const arguments& a, context& c);
program_value make_ones(const arguments& a, context& c);
program_value make_full(const arguments& a, context& c);
program_value make_arange(const arguments& a, context& c);
program_value make_linspace(const arguments& a, context& c);
/// What `linspace(start, stop, num?, endpoint?, chunks?)` says, of `type`.
array spaced(const arguments& a, context& c, dtype type);
program_value make_eye(const arguments& a, context& c);
program_value make_random(const arguments& a, context& c);
program_value make_random_normal(const arguments& a, context& c);
program_value make_open_nc(const arguments& a, context& c);
program_value make_open_npy(const arguments& a, context& c);

} // namespace tern::language
