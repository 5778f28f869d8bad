#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tern::bench {

/// Arrays to compute, each some seconds of work, and what comes out.
class chaos_work {
public:
  static std::size_t count() noexcept;
  static const std::string& statements(std::size_t which);

  /// The value as `tern eval --json` prints it by the scheduler `synchronous`,
  /// computed at the first question; empty if it could not be. One thread.
  const std::string& right(std::size_t which);

private:
  std::vector<std::string> known_ = std::vector<std::string>(count());
};

/// The value in what `tern eval --json` or `tern attach --json` printed; empty
/// if there is none.
std::string value_in(const std::string& output);

} // namespace tern::bench
