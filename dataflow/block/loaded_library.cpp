#include "dataflow/block/loaded_library.hpp"

#include <dlfcn.h>

namespace tern {

loaded_library::loaded_library(const char* file)
  : file_(file), handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
  if (!handle_)
    note_error();
}

void* loaded_library::address(const char* name) {
  if (!handle_)
    return nullptr;
  void* found = ::dlsym(handle_, name);
  if (!found)
    note_error();
  return found;
}

void loaded_library::note_error() {
  const char* why = ::dlerror();
  missing_ = why ? why : file_;
}

} // namespace tern
