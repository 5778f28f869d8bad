#pragma once

#include <string>

namespace tern {

/// Answers `tern where` by a trace: where `actor` was when that ended, and what
/// put it there. Gives the exit status.
int answer_where_trace(const std::string& file, const std::string& actor,
                       bool json);

} // namespace tern
