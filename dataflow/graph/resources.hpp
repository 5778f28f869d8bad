#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tern {

/// What a node has beside threads and memory, or a task needs while it runs, by
/// names that only their users know: GPUs, licences, places at an instrument.
/// Without entries for what is not there.
using resource_counts = std::map<std::string, std::uint32_t>;

inline constexpr std::size_t most_resources = 64;
inline constexpr std::size_t longest_resource_name = 64;

/// "GPU=1,licence=2"; nothing for an empty text. Fails with `refused` and the
/// part that is wrong.
result<resource_counts> parse_resources(std::string_view text);

/// As `parse_resources` reads it.
std::string text_of(const resource_counts& counts);

/// What is wrong with them, to be read after "resources: "; none: nothing.
std::optional<std::string> fault_of(const resource_counts& counts);

/// How many tasks that need `each` have room in `all`; the largest number if
/// they need nothing.
std::uint32_t times_in(const resource_counts& each, const resource_counts& all);

/// Whether one has.
inline bool fits(const resource_counts& needed, const resource_counts& all) {
  return times_in(needed, all) > 0;
}

} // namespace tern
