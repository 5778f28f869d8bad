#pragma once

#include "serialization/failure.hpp"

#include <string>

namespace tern {

/// Loads a shared library, for the life of the process, and asks it what it
/// brings: it exports a C function `entry` without arguments, which gives the
/// address of a struct that begins with the version of tern that it was
/// compiled with, a `const char*`. `what` it shall be, for people: "library of
/// functions". Fails, naming the file, for one that is not there or cannot be
/// loaded, that has no entry, or that was built against another version.
result<const void*> open_library(const std::string& file, const char* entry,
                                 const std::string& what);

} // namespace tern
