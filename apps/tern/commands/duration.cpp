#include "apps/tern/commands/duration.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace tern {

result<std::chrono::milliseconds> parse_duration(const std::string& text) {
  static constexpr std::array<std::pair<std::string_view, double>, 4> units{
      {{"ms", 1}, {"s", 1e3}, {"min", 60e3}, {"h", 3600e3}}};
  constexpr double most = 1000 * 3600e3;
  double number = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const std::string_view name{end, static_cast<std::size_t>(last - end)};
  for (const auto& [unit, ms] : units)
    if (error == std::errc{} && name == unit && number > 0
        && number * ms <= most)
      return std::chrono::milliseconds{
          static_cast<std::int64_t>(std::ceil(number * ms))};
  return fail(
      failure_kind::refused,
      fmt::format(
          "'{}' is no span of time: write for example 500ms, 10s or 2min",
          text));
}

} // namespace tern
