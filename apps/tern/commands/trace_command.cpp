#include "actors/trace/chrome_export.hpp"
#include "actors/trace/csv_export.hpp"
#include "actors/trace/index_file.hpp"
#include "actors/trace/indexed_trace.hpp"
#include "actors/trace/otel_export.hpp"
#include "actors/trace/shiviz_export.hpp"
#include "actors/trace/trace_file.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/trace_summary.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include <sys/stat.h>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct export_options {
  std::string file;
  std::string format = "chrome";
  std::string output;
};

struct summary_options {
  std::string file;
  bool json = false;
};

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) * 1e-6;
}

int complain(const std::string& what) {
  std::cerr << "tern trace: " << what << '\n';
  return exit_failed;
}

int export_for_chrome(const export_options& o, std::ostream& out) {
  const auto bytes = load_file(o.file);
  if (!bytes)
    return complain(bytes.error().what);
  const auto done = export_chrome(*bytes, out);
  if (!done)
    return complain(o.file + ": " + done.error().what);
  std::cout << fmt::format("{} events of {} nodes, {} tasks, {} messages "
                           "between nodes{}{}\n",
                           done->events, done->nodes, done->tasks, done->flows,
                           done->lost > 0 ? fmt::format(", {} lost", done->lost)
                                          : std::string{},
                           done->truncated ? ", cut off at the end" : "");
  return exit_well;
}

int export_as_text(const export_options& o, std::ostream& out) {
  const auto trace = load_trace(o.file);
  if (!trace)
    return complain(trace.error().what);
  const bool lines = o.format == "csv";
  const auto done =
      lines ? export_csv(*trace, out) : export_shiviz(*trace, out);
  if (!done)
    return complain(o.output + ": " + done.error().what);
  std::uint64_t events = 0;
  for (const auto& n : trace->nodes)
    for (const auto& thread : n.threads)
      events += thread.events.size();
  std::cout << fmt::format("{} events of {} nodes{}\n", events,
                           trace->nodes.size(),
                           trace->truncated ? ", cut off at the end" : "");
  return exit_well;
}

/// When a file was written last: about when the last event in it was.
std::uint64_t unix_ns_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0)
    return 0;
  return static_cast<std::uint64_t>(about.st_mtim.tv_sec) * 1'000'000'000
         + static_cast<std::uint64_t>(about.st_mtim.tv_nsec);
}

int export_for_otel(const export_options& o, std::ostream& out) {
  const auto trace = load_trace(o.file);
  if (!trace)
    return complain(trace.error().what);
  const auto done = export_otel(*trace, unix_ns_of(o.file), out);
  if (!done)
    return complain(o.output + ": " + done.error().what);
  std::cout << fmt::format("{} spans of tasks, {} of messages to actors, {} "
                           "links{}\n",
                           done->tasks, done->messages, done->links,
                           trace->truncated ? ", cut off at the end" : "");
  return exit_well;
}

int run_export(const export_options& o) {
  std::ofstream out{o.output, std::ios::binary};
  if (!out)
    return complain("cannot write " + o.output);
  if (o.format == "otel")
    return export_for_otel(o, out);
  return o.format == "chrome" ? export_for_chrome(o, out)
                              : export_as_text(o, out);
}

int run_summary(const summary_options& o) {
  const auto trace = indexed_trace::open(o.file);
  if (!trace)
    return complain(trace.error().what);
  const auto header = trace->header();
  if (!header)
    return complain(o.file + ": " + header.error().what);
  const auto summary = trace->summary();
  if (o.json)
    std::cout << json_of(summary, *header)
                     .dump(-1, ' ', false,
                           nlohmann::ordered_json::error_handler_t::replace)
              << '\n';
  else
    print_summary(std::cout, summary, *header);
  return exit_well;
}

int run_index(const summary_options& o) {
  const auto trace = make_index(o.file);
  if (!trace)
    return complain(trace.error().what);
  const auto& frames = trace->index().frames();
  const auto events = trace->summary().events;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(index_path(o.file), unknown);
  if (o.json)
    std::cout << json{{"file", index_path(o.file)},
                      {"events", events},
                      {"frames", frames.size()},
                      {"trace_bytes", trace->index().end()},
                      {"index_bytes", unknown ? 0 : size}}
                     .dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
  else
    std::cout << fmt::format("{} events in {} frames, {:.1f} MB; their index "
                             "in {}, {:.1f} MB\n",
                             events, frames.size(),
                             megabytes(trace->index().end()),
                             index_path(o.file), megabytes(unknown ? 0 : size));
  return exit_well;
}

void add_summary(CLI::App& trace) {
  auto o = std::make_shared<summary_options>();
  auto* c = trace.add_subcommand("summary",
                                 "Who worked, on what, and what was sent.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern trace summary run.tern-trace");
  c->callback([o] { throw CLI::RuntimeError(run_summary(*o)); });
}

void add_index(CLI::App& trace) {
  auto o = std::make_shared<summary_options>();
  auto* c = trace.add_subcommand(
      "index", "Make the index of a trace anew, which summary, story and where "
               "otherwise do when it is missing.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern trace index run.tern-trace");
  c->callback([o] { throw CLI::RuntimeError(run_index(*o)); });
}

} // namespace

void add_trace(CLI::App& tool) {
  auto* trace = tool.add_subcommand("trace", "Work with recorded traces.");
  trace->require_subcommand(1);
  trace->footer("Examples:\n  tern trace summary run.tern-trace\n"
                "  tern trace export run.tern-trace --format chrome "
                "-o run.json");
  add_summary(*trace);
  add_index(*trace);
  auto o = std::make_shared<export_options>();
  auto* c = trace->add_subcommand("export", "Write a trace in another form.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_option("--format", o->format,
                "chrome: Chrome trace JSON, for ui.perfetto.dev; csv: a line "
                "an event; shiviz: a log with vector clocks, for ShiViz; "
                "otel: spans in OTLP's JSON, for OpenTelemetry")
      ->check(CLI::IsMember({"chrome", "csv", "shiviz", "otel"}))
      ->capture_default_str();
  c->add_option("-o,--output", o->output, "the file to write")->required();
  c->footer("Example:\n  tern trace export run.tern-trace --format chrome -o "
            "run.json");
  c->callback([o] { throw CLI::RuntimeError(run_export(*o)); });
}

} // namespace tern
