#include "actors/api/class_print.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

std::string difference(const class_print& recorded, const class_print& here) {
  if (recorded.name != here.name)
    return fmt::format("it was a {} and is a {} here", recorded.name,
                       here.name);
  if (recorded.version != here.version)
    return fmt::format("class {} had version {} and has version {} here",
                       here.name, recorded.version, here.version);
  const auto among = [](const auto& m, const class_print& p) {
    return std::ranges::find(p.messages, m.name, &class_print::message::name);
  };
  for (const auto& m : recorded.messages) {
    const auto same = among(m, here);
    if (same == here.messages.end())
      return fmt::format("class {} handled message {}, and does not here",
                         here.name, m.name);
    if (same->version != m.version)
      return fmt::format("message {} had version {} and has version {} here",
                         m.name, m.version, same->version);
  }
  for (const auto& m : here.messages)
    if (among(m, recorded) == recorded.messages.end())
      return fmt::format("class {} handles message {} here, and did not",
                         here.name, m.name);
  if (recorded.continuations != here.continuations)
    return fmt::format("class {} had {} continuations and has {} here",
                       here.name, recorded.continuations, here.continuations);
  return {};
}

} // namespace tern
