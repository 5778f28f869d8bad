#pragma once

#include "actors/trace/story.hpp"
#include "actors/trace/trace_names.hpp"

#include <string>

namespace tern {

/// What happened, in words, without where and when.
std::string words_of(const story_event& s, const trace_names& names);

} // namespace tern
