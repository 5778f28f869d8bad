#include "apps/tern/report/run_report.hpp"

#include "actors/trace/message_flights.hpp"
#include "actors/trace/story.hpp"
#include "actors/trace/summary.hpp"
#include "apps/tern/commands/trace_summary.hpp"
#include "apps/tern/critical_answer.hpp"
#include "apps/tern/report/layer_graph.hpp"
#include "apps/tern/report/story_json.hpp"
#include "apps/tern/report/stream_json.hpp"
#include "apps/tern/report/told_actors.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"
#include "serialization/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

/// A plan of the trace, and what is known of it.
struct opened_plan {
  traced_plan plan;
  edge_index edges;
};

/// Blocks of a layer that went to other nodes.
struct sent_blocks {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
};

class report_builder {
public:
  report_builder(const trace_content& trace, const report_limits& limits)
    : trace_(trace), limits_(limits), summary_(summarise(trace)),
      flights_(flights_in(trace)), offsets_(align_clocks(trace, flights_)) {}

  json build(const std::string& title, const std::vector<std::string>& files) {
    open_plans();
    json out{{"title", title}, {"tern", library_version}, {"files", files}};
    out["summary"] = json_of(summary_, trace_.header);
    out["summary"].erase("layers"); // with names below
    out["layers"] = layers();
    out["plans"] = plans();
    out["stream"] = stream();
    out["actors"] = actors();
    note_losses();
    out["notes"] = std::move(notes_);
    return out;
  }

private:
  template <class... Ts>
  void note(fmt::format_string<Ts...> form, Ts&&... parts) {
    notes_.push_back(fmt::format(form, std::forward<Ts>(parts)...));
  }

  void open_plans() {
    for (const auto& p : trace_.plans) {
      if (plans_.size() == limits_.plans) {
        note("There are {} plans in the trace: of those after the first {} "
             "only times are told.",
             trace_.plans.size(), limits_.plans);
        break;
      }
      auto found = plan_in(trace_, p.id);
      try {
        if (found)
          plans_.emplace(p.id,
                         opened_plan{*found, edge_index{found->what.work}});
        else
          note("Plan {:x}: {}.", p.id, found.error().what);
      } catch (const std::invalid_argument& unsound) {
        note("Plan {:x} cannot be read: {}.", p.id, unsound.what());
      }
    }
    for (const auto& f : flights_)
      if (f.kind == message_kind::block_data)
        add_sent(f.sent.actor);
  }

  void add_sent(const actor_id& task) {
    const auto found = plans_.find(task.plan());
    const block_key key{task.layer(), static_cast<std::int64_t>(task.index())};
    if (found == plans_.end() || !found->second.edges.is_needed(key))
      return;
    auto& sum = sent_[{task.plan(), task.layer()}];
    ++sum.blocks;
    if (!is_opaque(found->second.edges.at(key.layer)))
      sum.bytes += found->second.edges.block_bytes(key);
  }

  layer_words words_of_layer(std::uint64_t plan, std::uint32_t id) const {
    const auto found = plans_.find(plan);
    if (found == plans_.end() || id >= found->second.edges.layers())
      return {};
    const auto& l = found->second.edges.at(id);
    return {kernel_of(l), l.expression};
  }

  json layers() {
    std::vector<std::pair<trace_summary::layer_name, trace_summary::layer>> all(
        summary_.layers.begin(), summary_.layers.end());
    std::ranges::stable_sort(all, std::ranges::greater{},
                             [](const auto& l) { return l.second.total; });
    if (all.size() > limits_.layers) {
      note("Of {} layers the {} are told of that took most time.", all.size(),
           limits_.layers);
      all.resize(limits_.layers);
    }
    auto out = json::array();
    for (const auto& [name, l] : all) {
      auto words = words_of_layer(name.plan, name.layer);
      out.push_back({{"plan", fmt::format("{:x}", name.plan)},
                     {"layer", name.layer},
                     {"kernel", std::move(words.kernel)},
                     {"expression", std::move(words.expression)},
                     {"tasks", l.tasks},
                     {"failed", l.failed},
                     {"ns", l.total},
                     {"longest_ns", l.longest},
                     {"longest", text_of_actor(l.longest_task.low)}});
    }
    return out;
  }

  // -- plans -----------------------------------------------------------------

  json plans() {
    auto out = json::array();
    for (const auto& [id, p] : plans_) {
      json one{{"id", fmt::format("{:x}", id)},
               {"text", p.plan.text},
               {"tasks", p.edges.tasks()},
               {"graph", graph_of(id, p)},
               {"critical", path_of(p)}};
      out.push_back(std::move(one));
    }
    return out;
  }

  json graph_of(std::uint64_t id, const opened_plan& p) {
    const auto graph = layers_of(p.edges);
    if (graph.left_out > 0)
      note("Plan {:x} has {} layers: the last {} are not drawn.", id,
           p.edges.layers(), graph.left_out);
    json out{{"boxes", json::array()}, {"edges", json::array()}};
    for (const auto& b : graph.boxes) {
      const auto ran = summary_.layers.find({id, b.layer});
      const auto sent = sent_[{id, b.layer}];
      out["boxes"].push_back(
          {{"layer", b.layer},
           {"kernel", b.kernel},
           {"expression", b.expression},
           {"tasks", b.tasks},
           {"done", ran != summary_.layers.end() ? ran->second.tasks : 0},
           {"failed", ran != summary_.layers.end() ? ran->second.failed : 0},
           {"bytes", b.bytes},
           {"root", b.root},
           {"blocks_sent", sent.blocks},
           {"bytes_sent", sent.bytes}});
    }
    for (const auto& e : graph.edges)
      out["edges"].push_back({{"from", e.from},
                              {"to", e.to},
                              {"reads", e.reads},
                              {"bytes", e.bytes},
                              {"about", e.about}});
    return out;
  }

  json path_of(const opened_plan& p) {
    if (p.edges.tasks() > limits_.path_tasks) {
      note("Plan {:x} has {} tasks, too many to look for its critical path "
           "here: tern critical does.",
           p.plan.what.id, p.edges.tasks());
      return nullptr;
    }
    const plan_history history{trace_, p.plan.what.id, p.edges};
    if (history.tasks() == 0)
      return nullptr;
    const auto answer = answer_of(p.plan, p.edges, history);
    auto out = json_of(answer, limits_.path_steps);
    if (answer.path.steps.size() > limits_.path_steps)
      note("Of the critical path of plan {:x}, {} steps, the {} longest are "
           "told.",
           p.plan.what.id, answer.path.steps.size(), limits_.path_steps);
    return out;
  }

  // -- tasks and actors ------------------------------------------------------

  json stream() {
    const auto s = stream_of(trace_, offsets_);
    begin_ = s.begin;
    if (s.merged > 0)
      note("{} of {} tasks are too short to be drawn by themselves: they are "
           "merged into {} bars, each with the colour of the layer that took "
           "most of it.",
           s.merged, s.ended, s.bars.size());
    if (s.lanes_left_out > 0)
      note("{} threads with {} tasks are not drawn: the {} with most tasks "
           "are.",
           s.lanes_left_out, s.left_out, s.lanes.size());
    if (s.off_lane > 0)
      note("{} tasks are not drawn for they kept no thread busy: they fetched "
           "blocks.",
           s.off_lane);
    if (s.arrows_left_out > 0)
      note("{} moves are not drawn: {} are.", s.arrows_left_out,
           s.arrows.size());
    return json_of(s, trace_, [this](const stream_layer& l) {
      return words_of_layer(l.plan, l.layer);
    });
  }

  json actors() {
    const auto told = choose_actors(trace_, limits_.actors,
                                    limits_.story_events, limits_.events);
    if (told.left_out > 0)
      note("{} of {} actors and tasks have their stories here; tern story has "
           "those of all.",
           told.chosen.size(), told.chosen.size() + told.left_out);
    const trace_names names{trace_};
    auto out = json::array();
    for (const auto& [actor, story] :
         stories_of(trace_, told.chosen, limits_.story_events))
      out.push_back(json_of(actor, story, names, [this](const story_event& e) {
        return time_of(e);
      }));
    return out;
  }

  /// ns since the stream's begin.
  std::int64_t time_of(const story_event& e) const {
    const auto node =
        std::ranges::find(trace_.nodes, e.where, &node_trace::node);
    const auto at = static_cast<std::size_t>(node - trace_.nodes.begin());
    return aligned_time(e.event.time, offsets_[at]) - begin_;
  }

  void note_losses() {
    std::uint64_t lost = 0;
    for (const auto& n : trace_.nodes)
      lost += n.lost;
    if (lost > 0)
      note("{} events were not recorded for want of room.", lost);
    if (trace_.truncated)
      note("The trace is cut off at its end.");
    if (trace_.plans.empty())
      note("There is no plan in the trace, so layers have no names here; tern "
           "eval --trace writes one.");
  }

  const trace_content& trace_;
  const report_limits limits_;
  const trace_summary summary_;
  const std::vector<message_flight> flights_;
  const std::vector<std::int64_t> offsets_;
  std::map<std::uint64_t, opened_plan> plans_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, sent_blocks> sent_;
  std::int64_t begin_ = 0; ///< of the stream
  json notes_ = json::array();
};

} // namespace

result<nlohmann::ordered_json> report_of(const trace_content& trace,
                                         const std::string& title,
                                         const std::vector<std::string>& files,
                                         const report_limits& limits) {
  const auto has_events = [](const node_trace& n) {
    return std::ranges::any_of(
        n.threads, [](const thread_trace& t) { return !t.events.empty(); });
  };
  if (std::ranges::none_of(trace.nodes, has_events))
    return fail(failure_kind::not_found, "there are no events in it");
  return report_builder{trace, limits}.build(title, files);
}

} // namespace tern
