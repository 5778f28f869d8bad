#pragma once

#include <string>

namespace tern {

/// A shared library that is loaded when it is needed and stays: large ones that
/// most processes never use cost memory and time at every start. Not for
/// several threads at once while it is put together; constant after that.
class loaded_library {
public:
  /// A file name as the linker takes it, or a path.
  explicit loaded_library(const char* file);

  /// Sets `function` to the one of that name.
  template <class F>
  void find(const char* name, F*& function) {
    function = reinterpret_cast<F*>(address(name));
  }

  /// What the linker missed, in its words; empty if it has all.
  const std::string& missing() const noexcept {
    return missing_;
  }

private:
  void* address(const char* name);
  void note_error();

  std::string file_;
  void* handle_;
  std::string missing_;
};

} // namespace tern
