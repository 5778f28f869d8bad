#pragma once

namespace tern {

/// Whether a debugger watches this process.
bool is_debugged();

} // namespace tern
