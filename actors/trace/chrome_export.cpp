#include "actors/trace/chrome_export.hpp"

#include "actors/trace/trace_record.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <ostream>
#include <unordered_map>
#include <vector>

namespace tern {

// Two passes over the records. The first one finds out which messages were
// seen at both ends, and when the trace begins; the second one writes, record
// by record. Slices of a thread must nest and begin one after the other, so
// times of a thread are made strictly increasing (by a nanosecond where two
// are equal) and a message's slice ends before the next event begins: each
// event is held back until its successor is known.
//
// Times are micro-seconds in JSON, written with three decimals, so that no
// nanosecond is lost in a double.

namespace {

// The longest slice of a message, in ns.
constexpr std::uint64_t message_slice = 500;

std::string json_text(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', true,
                                   nlohmann::json::error_handler_t::replace);
}

/// What the first pass finds out.
struct overview {
  static constexpr std::uint8_t sent = 1;
  static constexpr std::uint8_t received = 2;

  trace_header header;
  std::map<node_id, node_trace> nodes;
  std::unordered_map<std::uint64_t, std::uint8_t> messages; // by number
  std::uint64_t begin = ~std::uint64_t{0};
  chrome_counts counts;

  bool is_flow(const trace_event& e) const {
    auto found = messages.find(e.argument);
    return e.peer != 0 && found != messages.end()
           && found->second == (sent | received);
  }

  void note(const trace_events& run) {
    nodes[run.node].node = run.node;
    counts.events += run.thread.events.size();
    for (auto& e : run.thread.events) {
      begin = std::min(begin, e.time);
      if (e.peer == 0)
        continue;
      if (e.kind == trace_kind::sent)
        messages[e.argument] |= sent;
      else if (e.kind == trace_kind::received)
        messages[e.argument] |= received;
    }
  }
};

template <class F>
result<bool> for_each_record(std::span<const std::byte> trace, F&& f) {
  trace_reader reader{trace};
  for (;;) {
    auto record = reader.next();
    if (!record)
      return tl::make_unexpected(record.error());
    if (!*record)
      return reader.truncated();
    f(**record);
  }
}

result<overview> look_over(std::span<const std::byte> trace) {
  overview all;
  bool has_header = false;
  auto truncated = for_each_record(trace, [&](trace_record& record) {
    if (auto header = std::get_if<trace_header>(&record)) {
      all.header = std::move(*header);
      has_header = true;
    } else if (auto node = std::get_if<node_trace>(&record)) {
      all.nodes[node->node] = std::move(*node);
    } else if (auto run = std::get_if<trace_events>(&record)) {
      all.note(*run);
    }
  });
  if (!truncated)
    return tl::make_unexpected(truncated.error());
  if (!has_header)
    return fail(failure_kind::malformed, "trace: it has no header");
  all.counts.truncated = *truncated;
  all.counts.nodes = all.nodes.size();
  for (auto& [id, node] : all.nodes)
    all.counts.lost += node.lost;
  return all;
}

/// Writes the list of events.
class json_list {
public:
  explicit json_list(std::ostream& out) : out_(out) {
    out_ << R"({"displayTimeUnit":"ns","traceEvents":[)";
  }

  template <class... Ts>
  void add(fmt::format_string<Ts...> form, Ts&&... parts) {
    out_ << (first_ ? "\n" : ",\n");
    first_ = false;
    fmt::format_to(std::ostream_iterator<char>{out_}, form,
                   std::forward<Ts>(parts)...);
  }

  void end() {
    out_ << "\n]}\n";
    out_.flush();
  }

private:
  std::ostream& out_;
  bool first_ = true;
};

std::string micros(std::uint64_t ns) {
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

/// The events of one thread, as they come.
class thread_writer {
public:
  thread_writer(json_list& out, overview& all, std::size_t process,
                std::uint32_t thread)
    : out_(out), all_(all), process_(process), thread_(thread) {}

  void add(trace_event e) {
    e.time = std::max(e.time - all_.begin, seen_ ? last_ + 2 : 0);
    if (seen_)
      write(held_, e.time);
    held_ = e;
    last_ = e.time;
    seen_ = true;
  }

  void end() {
    if (seen_)
      write(held_, last_ + message_slice + 1);
    while (!running_.empty())
      close(last_ + message_slice + 2, "unfinished");
  }

private:
  void write(const trace_event& e, std::uint64_t next) {
    switch (e.kind) {
    case trace_kind::sent:
    case trace_kind::received:
      return message(e, next);
    case trace_kind::fired:
      running_.push_back(e);
      return;
    case trace_kind::finished:
    case trace_kind::failed:
      if (!running_.empty())
        close(e.time,
              name_in(all_.header.kinds, static_cast<std::uint32_t>(e.kind)));
      return;
    case trace_kind::counter:
      out_.add(
          R"({{"ph":"C","pid":{},"tid":{},"ts":{},"name":"counter {}","args":{{"value":{}}}}})",
          process_, thread_, micros(e.time), e.extra, e.argument);
      return;
    default:
      return instant(e);
    }
  }

  void message(const trace_event& e, std::uint64_t next) {
    auto out = e.kind == trace_kind::sent;
    auto name = name_in(all_.header.messages, e.extra);
    auto length = std::min(message_slice, next - e.time - 1);
    out_.add(
        R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"message","name":{},"args":{{"actor":{},"number":"{:x}"}}}})",
        process_, thread_, micros(e.time), micros(length),
        json_text((out ? "send " : "receive ") + name),
        json_text(text_of_actor(e.actor)), e.argument);
    if (!all_.is_flow(e))
      return;
    all_.counts.flows += out ? 1 : 0;
    out_.add(
        R"({{"ph":"{}","pid":{},"tid":{},"ts":{},"cat":"message","name":"message","id":"{:x}"{}}})",
        out ? "s" : "f", process_, thread_, micros(e.time), e.argument,
        out ? "" : R"(,"bp":"e")");
  }

  // The innermost task ends.
  void close(std::uint64_t time, const std::string& how) {
    auto& e = running_.back();
    ++all_.counts.tasks;
    out_.add(
        R"({{"ph":"X","pid":{},"tid":{},"ts":{},"dur":{},"cat":"task","name":{},"args":{{"end":{},"argument":{}}}}})",
        process_, thread_, micros(e.time), micros(time - e.time),
        json_text(text_of_actor(e.actor)), json_text(how), e.argument);
    running_.pop_back();
  }

  void instant(const trace_event& e) {
    auto name = name_in(all_.header.kinds, static_cast<std::uint32_t>(e.kind));
    out_.add(
        R"({{"ph":"i","s":"t","pid":{},"tid":{},"ts":{},"cat":{},"name":{},"args":{{"argument":{},"extra":{}}}}})",
        process_, thread_, micros(e.time), json_text(name),
        json_text(name + " " + text_of_actor(e.actor)), e.argument, e.extra);
  }

  json_list& out_;
  overview& all_;
  std::size_t process_;
  std::uint32_t thread_;
  std::vector<trace_event> running_;
  trace_event held_;
  std::uint64_t last_ = 0;
  bool seen_ = false;
};

} // namespace

result<chrome_counts> export_chrome(std::span<const std::byte> trace,
                                    std::ostream& out) {
  auto all = look_over(trace);
  if (!all)
    return tl::make_unexpected(all.error());
  json_list list{out};
  std::map<node_id, std::size_t> processes;
  for (auto& [id, node] : all->nodes) {
    auto process = processes.emplace(id, processes.size() + 1).first->second;
    list.add(
        R"({{"ph":"M","pid":{},"tid":0,"name":"process_name","args":{{"name":{}}}}})",
        process, json_text("node " + display_name(node)));
  }
  std::map<std::pair<node_id, std::uint32_t>, thread_writer> threads;
  auto write_run = [&](const trace_events& run) {
    auto process = processes.at(run.node);
    auto number = run.thread.thread + 1;
    auto [place, is_new] =
        threads.try_emplace({run.node, number}, list, *all, process, number);
    if (is_new)
      list.add(
          R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
          process, number, json_text(run.thread.name));
    for (auto& e : run.thread.events)
      place->second.add(e);
  };
  auto read = for_each_record(trace, [&](trace_record& record) {
    if (auto run = std::get_if<trace_events>(&record))
      write_run(*run);
  });
  if (!read)
    return tl::make_unexpected(read.error());
  for (auto& [key, thread] : threads)
    thread.end();
  list.end();
  if (!out)
    return fail(failure_kind::io, "cannot write the trace's JSON");
  return all->counts;
}

} // namespace tern
