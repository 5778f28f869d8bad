#include "apps/tern/node_status.hpp"

#include "dataflow/runtime/analysis/layer_words.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

json layers_of(const dataflow_service::plan_status& p) {
  auto out = json::array();
  for (layer_id id = 0; id < p.done_by_layer.size(); ++id) {
    const auto& l = p.edges->at(id);
    out.push_back({{"layer", id},
                   {"what", kernel_of(l)},
                   {"expression", l.expression},
                   {"tasks", p.edges->needed(id).size()},
                   {"tasks_done", p.done_by_layer[id]}});
  }
  return out;
}

} // namespace

std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service& service) {
  const auto now = service.report();
  const auto count = self.count();
  json out;
  const auto& me = self.self();
  out["node"] = {{"id", to_string(me.id)},
                 {"host", me.host},
                 {"port", me.port},
                 {"pid", me.pid},
                 {"threads", me.threads},
                 {"memory_used", now.memory_used},
                 {"memory_limit", me.memory_limit},
                 {"actors", now.actors},
                 {"busy", now.busy},
                 {"queued", now.queued},
                 {"tasks_run", now.tasks_run},
                 {"messages", count.messages_sent + count.messages_received},
                 {"bytes_spilled", now.bytes_spilled}};
  out["members"] = json::array();
  for (const auto& m : self.members())
    out["members"].push_back({{"id", to_string(m.id)},
                              {"host", m.host},
                              {"port", m.port},
                              {"threads", m.threads}});
  out["plans"] = json::array();
  for (const auto& p : now.plans)
    out["plans"].push_back({{"id", p.id},
                            {"tasks_total", p.total},
                            {"tasks_done", p.done},
                            {"orphaned", p.orphaned},
                            {"layers", layers_of(p)}});
  const auto text = out.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

} // namespace tern
