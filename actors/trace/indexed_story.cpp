#include "actors/trace/indexed_story.hpp"

#include "actors/trace/trace_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace tern {

namespace {

std::optional<std::uint64_t> parse_number(std::string_view text, int base) {
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (read.ec != std::errc{} || read.ptr != end)
    return std::nullopt;
  return number;
}

std::uint64_t low_of(actor_kind kind, std::uint64_t rest) {
  return std::uint64_t{static_cast<std::uint8_t>(kind)} << actor_id::kind_shift
         | rest;
}

/// What comes after the word of its kind in `text_of_actor`, as an actor's low
/// half.
std::optional<std::uint64_t> parse_low(actor_kind kind, std::string_view text) {
  constexpr int decimal = 10;
  constexpr int hexadecimal = 16;
  const auto whole =
      parse_number(text, kind == actor_kind::keyed ? hexadecimal : decimal);
  if (kind != actor_kind::task)
    return whole ? std::optional{low_of(kind, *whole)} : std::nullopt;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return std::nullopt;
  const auto layer = parse_number(text.substr(0, slash), decimal);
  const auto index = parse_number(text.substr(slash + 1), decimal);
  if (!layer || !index)
    return std::nullopt;
  return low_of(kind, *layer << actor_id::layer_shift | *index);
}

struct word_of_kind {
  actor_kind kind;
  std::string_view word;
};

constexpr std::array<word_of_kind, 4> words{{{actor_kind::task, "task "},
                                             {actor_kind::stateful, "actor "},
                                             {actor_kind::service, "service "},
                                             {actor_kind::keyed, "key "}}};

} // namespace

std::vector<std::uint64_t> keys_called(const std::string& text) {
  std::vector<std::uint64_t> keys;
  for (const auto& [kind, word] : words) {
    std::string_view rest = text;
    if (rest.starts_with(word))
      rest.remove_prefix(word.size());
    const auto low = parse_low(kind, rest);
    const auto name = low ? text_of_actor(*low) : std::string{};
    if (low && (name == text || name.ends_with(' ' + text)))
      keys.push_back(*low);
  }
  if (keys.empty()) // a whole name; or else what is no actor
    keys.push_back(actor_key(parse_actor_id(text).low));
  return keys;
}

result<trace_content> events_of_called(const indexed_trace& trace,
                                       const std::string& text) {
  const auto keys = keys_called(text);
  return trace.excerpt(
      [&](const frame_digest& frame) {
        return std::ranges::any_of(
            keys, [&](auto key) { return frame.actors.may_hold(key); });
      },
      [&](const trace_event& e) {
        return std::ranges::find(keys, actor_key(e.actor)) != keys.end();
      });
}

result<trace_content> events_around(const indexed_trace& trace,
                                    const actor_id& actor,
                                    const trace_content& own) {
  std::unordered_set<std::uint64_t> numbers;
  for (const auto& n : own.nodes)
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events)
        if (is_message(e) && e.argument != 0 && actor_of(n, e) == actor)
          numbers.insert(e.argument);
  std::vector<std::uint64_t> sorted(numbers.begin(), numbers.end());
  std::ranges::sort(sorted);
  const auto key = actor_key(actor.low);
  return trace.excerpt(
      [&](const frame_digest& frame) {
        return frame.actors.may_hold(key) || frame.may_hold_any(sorted);
      },
      [&](const trace_event& e) {
        return e.actor == actor.low
               || (is_message(e) && numbers.contains(e.argument));
      });
}

} // namespace tern
