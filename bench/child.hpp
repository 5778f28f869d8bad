#pragma once

#include <string>
#include <vector>

namespace tern::bench {

/// Runs a program and gives what it printed on standard output; empty if it
/// could not be started or failed. Waits for it.
std::string output_of(const std::string& program,
                      const std::vector<std::string>& arguments);

/// This program, and a rival that lies beside it (empty if it is not there).
std::string own_path();
std::string rival_path(const std::string& name);

} // namespace tern::bench
