#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tern::language {

/// The one of `names` that somebody who wrote `word` may have meant: at most a
/// third of the letters differ. Empty if none is near.
std::string nearest(std::string_view word, std::span<const std::string> names);

/// "; did you mean 'sqrt'?", or nothing.
std::string suggestion(std::string_view word,
                       std::span<const std::string> names);

} // namespace tern::language
