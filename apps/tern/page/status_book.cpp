#include "apps/tern/page/status_book.hpp"

#include "apps/tern/node_status.hpp"
#include "apps/tern/plan_sums.hpp"

#include <algorithm>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

// A node that is busy answers late.
constexpr auto silence = std::chrono::seconds(5);

} // namespace

bool is_guest(const member& who, const std::vector<member>& members) {
  return who.threads == 0 && std::ranges::any_of(members, [&](const member& m) {
           return m.threads > 0 && m.pid == who.pid && m.host == who.host;
         });
}

void status_book::told(node_id from, std::span<const std::byte> bytes,
                       time_point now) {
  if (auto said = decode_status(bytes, to_string(from));
      said && (*said)["node"]["id"] == to_string(from))
    entries_.insert_or_assign(from, entry{std::move(*said), now});
}

std::string status_book::snapshot(const std::vector<member>& members,
                                  time_point now, std::uint64_t time) {
  plan_sums plans;
  auto nodes = json::array();
  auto links = json::array();
  auto silent = json::array();
  std::size_t sessions = 0;
  std::map<node_id, entry> known;
  for (const auto& m : members) {
    const auto found = entries_.find(m.id);
    if (found != entries_.end() && now - found->second.when < silence) {
      const auto& said = found->second.said;
      nodes.push_back(said["node"]);
      for (const auto& p : said["plans"])
        plans.add(p);
      for (const auto& l : said["links"])
        links.push_back({{"from", to_string(m.id)},
                         {"to", l["to"]},
                         {"round_trip_ns", l["round_trip_ns"]},
                         {"bytes_queued", l["bytes_queued"]}});
    } else if (m.threads > 0) {
      silent.push_back(
          {{"id", to_string(m.id)}, {"host", m.host}, {"port", m.port}});
    }
    sessions += m.threads == 0 && !is_guest(m, members) ? 1 : 0;
    if (found != entries_.end())
      known.insert(entries_.extract(found));
  }
  entries_ = std::move(known);
  const json out{{"at", to_string(own_)},     {"time", time},
                 {"nodes", std::move(nodes)}, {"plans", plans.all()},
                 {"links", std::move(links)}, {"silent", std::move(silent)},
                 {"sessions", sessions}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace tern
