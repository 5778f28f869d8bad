#pragma once

namespace tern {

/// Of the library and the tool. What is built against one version is not for
/// another. CMakeLists.txt reads it from here.
inline constexpr const char* library_version = "0.1.0";

} // namespace tern
