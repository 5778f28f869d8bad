// Spans are made first, tasks from their two events and messages from their two
// ends; then each finds its causes among those of the actor at its other end.
#include "actors/trace/otel_export.hpp"

#include "actors/mix.hpp"
#include "actors/trace/message_flights.hpp"
#include "actors/trace/names.hpp"
#include "serialization/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

// Numbers of OTLP's enumerations.
enum class span_kind { internal = 1, consumer = 5 };
constexpr int status_error = 2;

struct otel_span {
  actor_id actor; ///< the task, or who received the message
  std::size_t node = 0;
  std::int64_t begin = 0; ///< aligned
  std::int64_t end = 0;
  std::uint64_t id = 0;
  span_kind kind = span_kind::internal;
  std::string name;
  json attributes = json::array();
  bool failed = false;
  std::vector<std::size_t> causes; ///< positions of spans
};

std::string trace_id(const actor_id& actor) {
  return fmt::format("{:016x}{:016x}", mix(~actor.high), actor.high);
}

std::string span_id(std::uint64_t id) {
  return fmt::format("{:016x}", id == 0 ? 1 : id); // zeros are no id
}

json text_attribute(const char* key, const std::string& text) {
  return {{"key", key}, {"value", {{"stringValue", text}}}};
}
// 64 bits are strings in the JSON of protocol buffers.
json number_attribute(const char* key, std::uint64_t number) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(number)}}}};
}

bool is_users(const actor_id& actor) {
  return actor.kind() == actor_kind::stateful
         || actor.kind() == actor_kind::keyed;
}

class otel_exporter {
public:
  explicit otel_exporter(const trace_content& trace)
    : trace_(trace), flights_(flights_in(trace)),
      offsets_(align_clocks(trace, flights_)) {}

  otel_counts make() {
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      make_tasks(node);
    counts_.tasks = spans_.size();
    for (const auto& f : flights_)
      if (is_users(f.received.actor))
        make_message(f);
    counts_.messages = spans_.size() - counts_.tasks;
    for (std::size_t at = 0; at < spans_.size(); ++at)
      by_actor_[spans_[at].actor].push_back(at);
    for (auto& [actor, all] : by_actor_)
      std::ranges::sort(all, {}, [this](std::size_t at) {
        return std::tuple{spans_[at].end, at};
      });
    for (const auto& f : flights_)
      find_causes(f);
    return counts_;
  }

  void write(std::uint64_t end_unix_ns, std::ostream& out) const {
    const auto shift = static_cast<std::int64_t>(end_unix_ns) - last_event();
    std::vector<std::vector<std::size_t>> of_node(trace_.nodes.size());
    for (std::size_t at = 0; at < spans_.size(); ++at)
      of_node[spans_[at].node].push_back(at);
    out << R"({"resourceSpans":[)";
    for (std::size_t node = 0; node < of_node.size(); ++node) {
      out << (node > 0 ? ",\n" : "\n") << R"({"resource":)"
          << text_of(resource(trace_.nodes[node]))
          << R"(,"scopeSpans":[{"scope":)"
          << text_of({{"name", "tern"}, {"version", library_version}})
          << R"(,"spans":[)";
      for (const auto at : of_node[node])
        out << (at != of_node[node].front() ? ",\n" : "\n")
            << text_of(json_of(spans_[at], shift));
      out << "]}]}";
    }
    out << "]}\n";
  }

private:
  static std::string text_of(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  }

  static json resource(const node_trace& n) {
    return {{"attributes",
             {text_attribute("service.name", "tern"),
              text_attribute("service.instance.id", display_name(n)),
              number_attribute("process.pid",
                               static_cast<std::uint64_t>(
                                   std::max<std::int32_t>(n.pid, 0)))}}};
  }

  std::int64_t time(std::size_t node, std::uint64_t at) const {
    return aligned_time(at, offsets_[node]);
  }

  std::int64_t last_event() const {
    std::int64_t last = 0;
    for (std::size_t node = 0; node < trace_.nodes.size(); ++node)
      for (const auto& thread : trace_.nodes[node].threads)
        if (!thread.events.empty())
          last = std::max(last, time(node, thread.events.back().time));
    return last;
  }

  // A task that fetches ends on another thread.
  void make_tasks(std::size_t node) {
    struct seen {
      trace_event event;
      const thread_trace* thread;
    };
    const auto& n = trace_.nodes[node];
    std::vector<seen> all;
    std::uint64_t last = 0;
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events) {
        last = std::max(last, e.time);
        if (e.kind == trace_kind::fired || e.kind == trace_kind::finished
            || e.kind == trace_kind::failed)
          all.push_back({e, &thread});
      }
    std::ranges::stable_sort(all, {},
                             [](const seen& s) { return s.event.time; });
    std::unordered_map<actor_id, std::vector<std::size_t>> open;
    for (const auto& [e, thread] : all) {
      const auto task = actor_of(n, e);
      auto& begun = open[task];
      if (e.kind == trace_kind::fired) {
        begun.push_back(spans_.size());
        add_task(node, task, e.time, last, thread->name);
      } else if (!begun.empty()) {
        auto& span = spans_[begun.back()];
        begun.pop_back();
        span.end = time(node, e.time);
        span.failed = e.kind == trace_kind::failed;
        span.attributes.erase(span.attributes.size() - 1); // unfinished
      }
    }
  }

  void add_task(std::size_t node, const actor_id& task, std::uint64_t begin,
                std::uint64_t last, const std::string& thread) {
    otel_span span;
    span.actor = task;
    span.node = node;
    span.begin = time(node, begin);
    span.end = time(node, last);
    span.id = mix(mix(task.high ^ mix(task.low))
                  ^ mix(trace_.nodes[node].node.value ^ begin));
    span.name = text_of_actor(task.low);
    span.attributes = {
        number_attribute("tern.layer", task.layer()),
        number_attribute("tern.index", task.index()),
        text_attribute("thread.name", thread),
        {{"key", "tern.unfinished"}, {"value", {{"boolValue", true}}}}};
    spans_.push_back(std::move(span));
  }

  void make_message(const message_flight& f) {
    otel_span span;
    span.actor = f.received.actor;
    span.node = f.received.node;
    span.begin = time(f.sent.node, f.sent.time);
    span.end = std::max(span.begin, time(f.received.node, f.received.time));
    span.id = mix(f.number);
    span.kind = span_kind::consumer;
    span.name =
        name_in(trace_.header.messages, static_cast<std::uint32_t>(f.kind))
        + " to " + text_of_actor(f.received.actor.low);
    span.attributes = {
        text_attribute("tern.sender", to_string(f.sent.actor)),
        text_attribute("tern.sender.node",
                       display_name(trace_.nodes[f.sent.node])),
        text_attribute("messaging.message.id", fmt::format("{:x}", f.number))};
    of_message_[f.number] = spans_.size();
    spans_.push_back(std::move(span));
  }

  /// The last span of `actor` that was there by `time`: a task that had begun,
  /// a message that had come.
  std::optional<std::size_t> last_before(const actor_id& actor,
                                         std::int64_t time) const {
    const auto found = by_actor_.find(actor);
    if (found == by_actor_.end())
      return std::nullopt;
    const auto& all = found->second;
    const auto after =
        is_users(actor) ? std::ranges::upper_bound(
            all, time, {}, [&](std::size_t at) { return spans_[at].end; })
                        : std::ranges::find_if(all, [&](std::size_t at) {
                            return spans_[at].begin > time;
                          });
    return after != all.begin() ? std::optional{*std::prev(after)}
                                : std::nullopt;
  }

  /// The span of a task that a message may have been for: the first that had
  /// not ended, or the last.
  std::optional<std::size_t> task_at(const actor_id& task,
                                     std::int64_t time) const {
    const auto found = by_actor_.find(task);
    if (task.kind() != actor_kind::task || found == by_actor_.end())
      return std::nullopt;
    const auto& all = found->second;
    const auto first = std::ranges::find_if(
        all, [&](std::size_t at) { return spans_[at].end >= time; });
    return first != all.end() ? *first : all.back();
  }

  void find_causes(const message_flight& f) {
    const auto sent = time(f.sent.node, f.sent.time);
    const auto cause = last_before(f.sent.actor, sent);
    const auto message = of_message_.find(f.number);
    const auto effect =
        message != of_message_.end()
            ? std::optional{message->second}
            : task_at(f.received.actor, time(f.received.node, f.received.time));
    if (!cause || !effect || *cause == *effect)
      return;
    auto& causes = spans_[*effect].causes;
    if (std::ranges::find(causes, *cause) != causes.end())
      return;
    causes.push_back(*cause);
    ++counts_.links;
  }

  json json_of(const otel_span& span, std::int64_t shift) const {
    const auto unix_time = [shift](std::int64_t at) {
      return std::to_string(std::max<std::int64_t>(at + shift, 0));
    };
    json out{{"traceId", trace_id(span.actor)},
             {"spanId", span_id(span.id)},
             {"name", span.name},
             {"kind", static_cast<int>(span.kind)},
             {"startTimeUnixNano", unix_time(span.begin)},
             {"endTimeUnixNano", unix_time(std::max(span.begin, span.end))},
             {"attributes", span.attributes}};
    if (!span.causes.empty())
      out["links"] = json::array();
    for (const auto at : span.causes)
      out["links"].push_back({{"traceId", trace_id(spans_[at].actor)},
                              {"spanId", span_id(spans_[at].id)}});
    if (span.failed)
      out["status"] = {{"code", status_error}};
    return out;
  }

  const trace_content& trace_;

  std::vector<message_flight> flights_;
  std::vector<std::int64_t> offsets_; ///< by node
  std::vector<otel_span> spans_;
  /// In order of their ends.
  std::unordered_map<actor_id, std::vector<std::size_t>> by_actor_;
  std::unordered_map<std::uint64_t, std::size_t> of_message_; ///< by number
  otel_counts counts_;
};

} // namespace

result<otel_counts> export_otel(const trace_content& trace,
                                std::uint64_t end_unix_ns, std::ostream& out) {
  otel_exporter exporter{trace};
  const auto counts = exporter.make();
  exporter.write(end_unix_ns, out);
  out.flush();
  if (!out)
    return fail(failure_kind::io, "cannot write the trace's spans");
  return counts;
}

} // namespace tern
