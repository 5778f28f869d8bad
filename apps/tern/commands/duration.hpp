#pragma once

#include "serialization/failure.hpp"

#include <chrono>
#include <string>

namespace tern {

/// A span of time: `10s`, `500ms`, `2min`, `1h`; at most 1000 hours.
result<std::chrono::milliseconds> parse_duration(const std::string& text);

} // namespace tern
