#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tern {

/// What can be set for more than one run. The numbers are places in
/// `all_settings`.
enum class setting : std::uint8_t {
  scheduler_kind,
  thread_count,
  node_count,
  memory_limit,
  spill_directory,
  chunk_sizes,
  join_address,
  listen_address,
};

inline constexpr std::size_t setting_count = 8;

struct setting_info {
  setting id;
  std::string_view name;     ///< the key in the file; the flag is `--name`
  std::string_view variable; ///< in the environment
  std::string_view fallback; ///< where nobody says anything
  std::string_view what;     ///< for `--help`
};

std::span<const setting_info, setting_count> all_settings() noexcept;

const setting_info& info_of(setting which) noexcept;

/// Whether `text` may be the value; the failure (`refused`) says what was
/// expected.
result<void> check_setting(setting which, const std::string& text);

} // namespace tern
