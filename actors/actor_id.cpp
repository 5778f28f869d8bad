#include "actors/actor_id.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace tern {

namespace {

constexpr std::array<std::string_view, 5> kind_names{"none", "service", "actor",
                                                     "key", "task"};

// Takes the text up to the next '/' off the front; nothing if that is empty.
std::string_view next_part(std::string_view& text) {
  auto part = text.substr(0, text.find('/'));
  text.remove_prefix(std::min(text.size(), part.size() + 1));
  return part;
}

std::optional<std::uint64_t> number(std::string_view text, int base,
                                    std::uint64_t limit) {
  std::uint64_t value = 0;
  auto end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc{} || rest != end || value >= limit)
    return std::nullopt;
  return value;
}

constexpr auto max_hex = ~std::uint64_t{0};

std::optional<std::uint64_t> hex(std::string_view text) {
  // 2^64 - 1 is the one value that `number` cannot tell from its limit.
  if (text == "ffffffffffffffff")
    return max_hex;
  return number(text, 16, max_hex);
}

actor_id parse_task(std::string_view rest) {
  auto plan = hex(next_part(rest));
  auto layer = number(next_part(rest), 10, actor_id::max_layers);
  auto index = number(rest, 10, actor_id::max_index);
  if (!plan || !layer || !index)
    return {};
  return actor_id::task(*plan, *layer, *index);
}

actor_id parse_other(actor_kind kind, std::string_view rest) {
  auto high = hex(next_part(rest));
  auto limit = std::uint64_t{1} << actor_id::kind_shift;
  auto low = number(rest, kind == actor_kind::keyed ? 16 : 10, limit);
  if (!high || !low)
    return {};
  auto tag = std::uint64_t{static_cast<std::uint8_t>(kind)};
  return {*high, (tag << actor_id::kind_shift) | *low};
}

} // namespace

std::string to_string(node_id id) {
  return fmt::format("{:016x}", id.value);
}

std::string to_string(const actor_id& id) {
  switch (id.kind()) {
  case actor_kind::task:
    return fmt::format("task/{:016x}/{}/{}", id.high, id.layer(), id.index());
  case actor_kind::keyed:
    return fmt::format("key/{:016x}/{:015x}", id.high, id.counter());
  case actor_kind::service:
  case actor_kind::stateful:
    return fmt::format("{}/{:016x}/{}",
                       kind_names[static_cast<std::size_t>(id.kind())], id.high,
                       id.counter());
  default:
    return "none";
  }
}

actor_id parse_actor_id(const std::string& text) {
  std::string_view rest = text;
  auto name = next_part(rest);
  if (name == "task")
    return parse_task(rest);
  for (auto kind :
       {actor_kind::service, actor_kind::stateful, actor_kind::keyed})
    if (name == kind_names[static_cast<std::size_t>(kind)])
      return parse_other(kind, rest);
  return {};
}

} // namespace tern
