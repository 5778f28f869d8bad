#pragma once

#include "apps/tern/configuration/configuration.hpp"

#include <CLI/App.hpp>

namespace tern {

/// The flag of a setting, for one command. A value that cannot be is a mistake
/// of usage.
CLI::Option* add_flag_of(setting which, CLI::App& command, configuration& to);

/// 0, or the status to exit with after the mistake in file or environment was
/// shown.
int complain_of(const configuration& c, std::string_view command);

} // namespace tern
