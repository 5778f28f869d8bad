#include "apps/tern/node_status.hpp"

#include "dataflow/runtime/analysis/layer_words.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

json layers_of(const dataflow_service::plan_status& p) {
  auto out = json::array();
  for (layer_id id = 0; id < p.done_by_layer.size(); ++id) {
    const auto& l = p.edges->at(id);
    out.push_back(
        {{"layer", id},
         {"what", kernel_of(l)},
         {"expression", l.expression},
         {"tasks", p.edges->needed(id).size()},
         {"tasks_done", p.done_by_layer[id]},
         {"actors", id < p.actors_by_layer.size() ? json(p.actors_by_layer[id])
                                                  : json::object()}});
  }
  return out;
}

json links_of(const node& self) {
  auto out = json::array();
  for (const auto& m : self.members())
    if (m.id != self.id())
      out.push_back({{"to", to_string(m.id)},
                     {"round_trip_ns", self.round_trip(m.id).count()},
                     {"bytes_queued", self.queued(m.id)}});
  return out;
}

// -- what came from another node, of whatever version -------------------------

using names = std::initializer_list<const char*>;

bool has_texts(const json& in, names all) {
  return std::ranges::all_of(all, [&](const char* name) {
    return in.contains(name) && in[name].is_string();
  });
}

bool has_counts(const json& in, names all) {
  return std::ranges::all_of(all, [&](const char* name) {
    return in.contains(name) && in[name].is_number_unsigned();
  });
}

// What is not told is as `missing`; what is must be of that kind.
template <class Check>
bool complete(json& in, const char* name, const json& missing, Check check) {
  if (!in.contains(name))
    in[name] = missing;
  return check(in[name]);
}

bool complete_counts(json& in, names all) {
  return std::ranges::all_of(all, [&](const char* name) {
    return complete(in, name, 0u,
                    [](const json& n) { return n.is_number_unsigned(); });
  });
}

template <class Check>
bool complete_list(json& in, const char* name, Check check) {
  return complete(in, name, json::array(), [&](json& list) {
    return list.is_array() && std::ranges::all_of(list, check);
  });
}

bool complete_actors(json& in) {
  return complete(in, "actors", json::object(), [](const json& actors) {
    return actors.is_object()
           && std::ranges::all_of(actors, [](const json& count) {
                return count.is_number_unsigned();
              });
  });
}

bool complete_node(json& in) {
  return in.is_object() && has_texts(in, {"id", "host"})
         && has_counts(in, {"port"})
         && complete_counts(in, {"pid", "threads", "memory_used",
                                 "memory_limit", "busy", "queued", "tasks_run",
                                 "messages", "bytes_spilled", "messages_sent",
                                 "bytes_sent", "bytes_queued"})
         && complete_actors(in);
}

bool complete_link(json& in) {
  return in.is_object() && has_texts(in, {"to"})
         && complete_counts(in, {"round_trip_ns", "bytes_queued"});
}

bool is_member(const json& in) {
  return in.is_object() && has_texts(in, {"id", "host"})
         && has_counts(in, {"port", "threads"});
}

bool complete_layer(json& in) {
  const auto is_text = [](const json& text) {
    return text.is_string();
  };
  return in.is_object() && has_counts(in, {"layer"})
         && complete(in, "what", "", is_text)
         && complete(in, "expression", "", is_text)
         && complete_counts(in, {"tasks", "tasks_done"}) && complete_actors(in);
}

bool complete_plan(json& in) {
  return in.is_object() && has_counts(in, {"id", "tasks_total", "tasks_done"})
         && complete(in, "orphaned", false,
                     [](const json& flag) { return flag.is_boolean(); })
         && complete_list(in, "layers", complete_layer);
}

bool complete_status(json& in) {
  return in.is_object() && in.contains("node") && in.contains("members")
         && in.contains("plans") && complete_node(in["node"])
         && complete_list(in, "members", is_member)
         && complete_list(in, "plans", complete_plan)
         && complete_list(in, "links", complete_link);
}

} // namespace

std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service::status& now) {
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
                 {"bytes_spilled", now.bytes_spilled},
                 {"messages_sent", count.messages_sent},
                 {"bytes_sent", count.bytes_sent},
                 {"bytes_queued", count.queued}};
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
  out["links"] = links_of(self);
  const auto text = out.dump(-1, ' ', false, json::error_handler_t::replace);
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service& service) {
  return encode_status(self, service.report());
}

result<json> decode_status(std::span<const std::byte> bytes,
                           const std::string& from) {
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  auto said = json::parse(text, text + bytes.size(), nullptr, false);
  if (said.is_discarded() || !complete_status(said))
    return fail(failure_kind::malformed, from + " gave no status");
  return said;
}

} // namespace tern
