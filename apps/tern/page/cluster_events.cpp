#include "apps/tern/page/cluster_events.hpp"

#include "actors/link/link.hpp"
#include "actors/link/socket.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace tern {

namespace {

std::string name_of(const member& who) {
  return fmt::format("{} {} (process {})", who.threads > 0 ? "node" : "session",
                     address_text(who.host, who.port), who.pid);
}

} // namespace

void cluster_events::joined(std::uint64_t time, const member& who) {
  add(time, "joined", name_of(who) + " joined");
}

void cluster_events::gone(std::uint64_t time, const member& who,
                          const std::string& reason) {
  if (reason == link::left)
    add(time, "left", name_of(who) + " left");
  else
    add(time, "died", name_of(who) + " is gone: " + reason);
}

void cluster_events::add(std::uint64_t time, const char* kind,
                         std::string text) {
  entries_.push_back({++count_, time, kind, std::move(text)});
  if (entries_.size() > capacity_)
    entries_.pop_front();
}

std::string cluster_events::json() const {
  auto out = nlohmann::ordered_json::array();
  for (const auto& e : entries_)
    out.push_back({{"number", e.number},
                   {"time", e.time},
                   {"kind", e.kind},
                   {"text", e.text}});
  return out.dump(-1, ' ', false,
                  nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace tern
