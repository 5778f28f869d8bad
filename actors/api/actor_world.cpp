#include "actors/api/actor_world.hpp"

namespace tern {

failure read_failure(const actor_world& world, const call_head& head,
                     std::span<const std::byte> body) {
  auto why = decode_failure(body);
  if (head.tag == 0)
    return why;
  const auto name = world.message_name(head.tag);
  why.what += ": " + (name.empty() ? "of a class not known here" : name);
  return why;
}

} // namespace tern
