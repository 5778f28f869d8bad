#pragma once

#include "apps/tern/commands/commands.hpp"

namespace tern {

void add_report(CLI::App& tool);

} // namespace tern
