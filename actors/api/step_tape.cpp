#include "actors/api/step_tape.hpp"

#include <fmt/format.h>

#include <utility>

namespace tern {

result<std::vector<taped_call>> read_tape(std::span<const std::byte> bytes) {
  std::vector<taped_call> out;
  archive_reader from{bytes};
  while (!from.left().empty()) {
    taped_call c;
    from(c);
    if (from.failed().empty() && c.what > taped_call::kind::ordered)
      from.fail(fmt::format("a call of kind {}", static_cast<int>(c.what)));
    constexpr auto last = static_cast<std::uint64_t>(failure_kind::cancelled);
    if (c.what == taped_call::kind::refused && c.number > last)
      from.fail(fmt::format("a failure of kind {}", c.number));
    if (!from.failed().empty())
      break;
    out.push_back(std::move(c));
  }
  if (!from.failed().empty())
    return fail(failure_kind::malformed,
                "what a handler did: " + from.failed());
  return out;
}

std::string words_of(const taped_call& c) {
  using kind = taped_call::kind;
  switch (c.what) {
  case kind::now:
    return "a look at the clock";
  case kind::secret:
    return "a secret number";
  case kind::place:
    return "a place for a new actor";
  case kind::named:
    return fmt::format("the name of message {:016x}", c.number);
  case kind::spawned:
    return fmt::format("a new {}, {}", c.text, to_string(c.actor));
  case kind::refused:
    return fmt::format("a new actor that was refused ({})", c.text);
  case kind::sent:
    return fmt::format("a message {:016x} to {}", c.number, to_string(c.actor));
  case kind::no_room:
    return fmt::format("a message {:016x} without room at {}", c.number,
                       to_string(c.actor));
  case kind::ordered:
    return fmt::format("an order to move {} to node {}", to_string(c.actor),
                       to_string(node_id{c.number}));
  }
  return "?";
}

} // namespace tern
