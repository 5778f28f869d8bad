#pragma once

#include "apps/tern/commands/commands.hpp"

namespace tern {

/// `tern trace flight` and `tern trace recover`, parts of `tern trace`.
void add_flight(CLI::App& trace, configuration& settings);
void add_recover(CLI::App& trace);

} // namespace tern
