#include "dataflow/graph/resources.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace tern {

namespace {

bool may_be_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9')
         || std::string_view{"_-.:/"}.find(c) != std::string_view::npos;
}

std::optional<std::string> fault_of_name(std::string_view name) {
  if (name.empty() || name.size() > longest_resource_name
      || !std::ranges::all_of(name, may_be_in_name))
    return "'" + std::string{name.substr(0, longest_resource_name)}
           + "' is no name: up to " + std::to_string(longest_resource_name)
           + " letters, digits and _-.:/";
  return {};
}

std::optional<std::uint32_t> count_of(std::string_view text) {
  std::uint32_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || stop != end || count == 0)
    return {};
  return count;
}

result<void> add_one(std::string_view part, resource_counts& to) {
  const auto refuse = [&](const std::string& why) {
    return fail(failure_kind::refused, "'" + std::string{part} + "': " + why);
  };
  const auto equals = part.find('=');
  if (equals == part.npos)
    return refuse("is not NAME=COUNT");
  const auto name = part.substr(0, equals);
  if (const auto wrong = fault_of_name(name))
    return refuse(*wrong);
  const auto count = count_of(part.substr(equals + 1));
  if (!count)
    return refuse("a count is a whole number from 1 to "
                  + std::to_string(std::numeric_limits<std::uint32_t>::max()));
  if (!to.emplace(name, *count).second)
    return refuse("named twice");
  if (to.size() > most_resources)
    return refuse("more than " + std::to_string(most_resources) + " of them");
  return {};
}

} // namespace

result<resource_counts> parse_resources(std::string_view text) {
  resource_counts counts;
  if (text.empty())
    return counts;
  for (;;) {
    const auto comma = text.find(',');
    if (auto added = add_one(text.substr(0, comma), counts); !added)
      return tl::make_unexpected(added.error());
    if (comma == text.npos)
      return counts;
    text.remove_prefix(comma + 1);
  }
}

std::string text_of(const resource_counts& counts) {
  std::string text;
  for (const auto& [name, count] : counts)
    text += (text.empty() ? "" : ",") + name + "=" + std::to_string(count);
  return text;
}

std::optional<std::string> fault_of(const resource_counts& counts) {
  if (counts.size() > most_resources)
    return std::to_string(counts.size()) + " of them, and "
           + std::to_string(most_resources) + " are the most";
  for (const auto& [name, count] : counts) {
    if (auto wrong = fault_of_name(name))
      return wrong;
    if (count == 0)
      return "none of " + name + " are needed";
  }
  return {};
}

std::uint32_t times_in(const resource_counts& each,
                       const resource_counts& all) {
  auto times = std::numeric_limits<std::uint32_t>::max();
  for (const auto& [name, count] : each) {
    const auto there = all.find(name);
    if (there == all.end())
      return 0;
    times = std::min(times, there->second / std::max(1u, count));
  }
  return times;
}

} // namespace tern
