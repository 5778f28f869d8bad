#include "apps/tern/report/stream_json.hpp"

#include "actors/trace/trace_names.hpp"

#include <fmt/format.h>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

const char* name_of(arrow_kind kind) {
  switch (kind) {
  case arrow_kind::moved:
    return "moved";
  case arrow_kind::lent:
    return "lent";
  case arrow_kind::stolen:
    return "stolen";
  }
  return "";
}

json lanes_of(const task_stream& s) {
  auto out = json::array();
  for (const auto& l : s.lanes)
    out.push_back({{"node", l.node}, {"thread", l.thread}, {"name", l.name}});
  return out;
}

json layers_of(const task_stream& s,
               const std::function<layer_words(const stream_layer&)>& words) {
  auto out = json::array();
  for (const auto& l : s.layers) {
    auto told = words(l);
    out.push_back({{"plan", fmt::format("{:x}", l.plan)},
                   {"layer", l.layer},
                   {"kernel", std::move(told.kernel)},
                   {"expression", std::move(told.expression)},
                   {"tasks", l.tasks},
                   {"failed", l.failed},
                   {"ns", l.time}});
  }
  return out;
}

} // namespace

nlohmann::ordered_json
json_of(const task_stream& s, const trace_content& trace,
        const std::function<layer_words(const stream_layer&)>& words) {
  json out{{"span", s.span}, {"nodes", json::array()}};
  for (const auto& n : trace.nodes)
    out["nodes"].push_back(display_name(n));
  out["lanes"] = lanes_of(s);
  out["layers"] = layers_of(s, words);
  out["tasks"] = json::array();
  for (const auto& t : s.tasks)
    out["tasks"].push_back(json::array(
        {t.lane, t.begin, t.time, t.layer, t.index, t.failed ? 1 : 0}));
  out["bars"] = json::array();
  for (const auto& b : s.bars)
    out["bars"].push_back(json::array(
        {b.lane, b.begin, b.width, b.busy, b.tasks, b.failed, b.layer}));
  out["arrows"] = json::array();
  for (const auto& a : s.arrows)
    out["arrows"].push_back(
        json::array({name_of(a.what), text_of_actor(a.who.low), a.from, a.sent,
                     a.to, a.received}));
  out["counts"] = {{"ended", s.ended},
                   {"merged", s.merged},
                   {"off_lane", s.off_lane},
                   {"left_out", s.left_out},
                   {"lanes_left_out", s.lanes_left_out},
                   {"arrows_left_out", s.arrows_left_out},
                   {"layers_left_out", s.layers_left_out}};
  return out;
}

} // namespace tern
