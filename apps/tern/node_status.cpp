#include "apps/tern/node_status.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tern {

std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service& service) {
  const auto now = service.report();
  nlohmann::ordered_json out;
  const auto& me = self.self();
  out["node"] = {{"id", to_string(me.id)},
                 {"host", me.host},
                 {"port", me.port},
                 {"pid", me.pid},
                 {"threads", me.threads},
                 {"memory_used", now.memory_used},
                 {"memory_limit", me.memory_limit},
                 {"actors", now.actors}};
  out["members"] = nlohmann::ordered_json::array();
  for (const auto& m : self.members())
    out["members"].push_back({{"id", to_string(m.id)},
                              {"host", m.host},
                              {"port", m.port},
                              {"threads", m.threads}});
  out["plans"] = nlohmann::ordered_json::array();
  for (const auto& p : now.plans)
    out["plans"].push_back({{"id", p.id},
                            {"tasks_total", p.total},
                            {"tasks_done", p.done},
                            {"orphaned", p.orphaned}});
  const auto text = out.dump();
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

} // namespace tern
