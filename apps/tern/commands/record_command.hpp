#pragma once

#include "apps/tern/commands/commands.hpp"

namespace tern {

/// `tern trace record`, a part of `tern trace`.
void add_record(CLI::App& trace, configuration& settings);

} // namespace tern
