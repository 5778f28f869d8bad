#include "apps/tern/commands/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace tern {

namespace {

auto usage(std::string what) {
  return fail(failure_kind::refused, std::move(what));
}

double unit_of(std::string name, bool& known) {
  known = true;
  if (!name.empty() && name.back() == 'B')
    name.pop_back();
  const std::string letters = "KMGTP";
  if (name.empty())
    return 1;
  const auto power = letters.find(
      static_cast<char>(std::toupper(static_cast<unsigned char>(name[0]))));
  if (power != std::string::npos && name.size() == 1)
    return std::pow(1000.0, static_cast<double>(power) + 1);
  if (power != std::string::npos && name.size() == 2 && name[1] == 'i')
    return std::pow(1024.0, static_cast<double>(power) + 1);
  known = false;
  return 1;
}

} // namespace

result<std::uint64_t> parse_size(const std::string& text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  bool known = false;
  const auto unit = unit_of(std::string(end, text.data() + text.size()), known);
  const auto bytes = number * unit;
  if (error != std::errc{} || !known || !(bytes >= 0) || bytes > 9e18)
    return usage(fmt::format(
        "'{}' is no size: write for example 500MB, 2GB or 2GiB", text));
  return static_cast<std::uint64_t>(bytes);
}

result<std::uint64_t> parse_plan(const std::string& text) {
  std::uint64_t id = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, id, 16);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end)
    return usage(
        fmt::format("'{}' is no plan: `tern status` lists them", text));
  return id;
}

result<std::uint64_t> parse_memory(const std::string& text) {
  if (text == "auto")
    return 0;
  return parse_size(text);
}

std::string parse_spill_directory(const std::string& text) {
  return text == "auto" ? std::string{} : text;
}

result<unsigned> parse_count(const std::string& text, unsigned most) {
  if (text == "auto")
    return 0;
  unsigned number = 0;
  const auto* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last || number > most)
    return usage(
        fmt::format("'{}' is no count: write auto or 1 to {}", text, most));
  return number;
}

result<address> parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  unsigned port = 0;
  if (colon != std::string::npos && colon > 0 && colon + 1 < text.size()) {
    const auto* first = text.data() + colon + 1;
    const auto* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, port);
    if (error == std::errc{} && end == last && port <= 65535) {
      auto host = text.substr(0, colon);
      if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
      return address{host, static_cast<std::uint16_t>(port)};
    }
  }
  return usage(fmt::format(
      "'{}' is no address: write HOST:PORT, for example 127.0.0.1:7000", text));
}

result<chunk_spec> parse_chunks(const std::string& text) {
  chunk_spec spec;
  if (text == "auto" || text.empty())
    return spec;
  std::size_t at = 0;
  while (at <= text.size()) {
    const auto comma = std::min(text.find(',', at), text.size());
    std::int64_t size = 0;
    const auto [end, error] =
        std::from_chars(text.data() + at, text.data() + comma, size);
    if (error != std::errc{} || end != text.data() + comma
        || (size < 1 && size != -1))
      return usage(fmt::format(
          "'{}' are no chunks: write auto, N or N,M,... (-1: whole axis)",
          text));
    spec.sizes.push_back(size);
    at = comma + 1;
  }
  return spec;
}

} // namespace tern
