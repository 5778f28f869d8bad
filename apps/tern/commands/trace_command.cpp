#include "actors/trace/chrome_export.hpp"
#include "actors/trace/trace_file.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/trace_summary.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <memory>

namespace tern {

namespace {

struct export_options {
  std::string file;
  std::string format = "chrome";
  std::string output;
};

struct summary_options {
  std::string file;
  bool json = false;
};

int complain(const std::string& what) {
  std::cerr << "tern trace: " << what << '\n';
  return exit_failed;
}

int run_export(const export_options& o) {
  const auto bytes = load_file(o.file);
  if (!bytes)
    return complain(bytes.error().what);
  std::ofstream out{o.output, std::ios::binary};
  if (!out)
    return complain("cannot write " + o.output);
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

int run_summary(const summary_options& o) {
  const auto trace = load_trace(o.file);
  if (!trace)
    return complain(trace.error().what);
  const auto summary = summarise(*trace);
  if (o.json)
    print_summary_json(std::cout, summary, trace->header);
  else
    print_summary(std::cout, summary, trace->header);
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

} // namespace

void add_trace(CLI::App& tool) {
  auto* trace = tool.add_subcommand("trace", "Work with recorded traces.");
  trace->require_subcommand(1);
  trace->footer("Examples:\n  tern trace summary run.tern-trace\n"
                "  tern trace export run.tern-trace --format chrome "
                "-o run.json");
  add_summary(*trace);
  auto o = std::make_shared<export_options>();
  auto* c = trace->add_subcommand("export", "Write a trace in another form.");
  c->add_option("file", o->file, "a .tern-trace file")->required();
  c->add_option("--format", o->format,
                "chrome: Chrome trace JSON, for ui.perfetto.dev")
      ->check(CLI::IsMember({"chrome"}))
      ->capture_default_str();
  c->add_option("-o,--output", o->output, "the file to write")->required();
  c->footer("Example:\n  tern trace export run.tern-trace --format chrome -o "
            "run.json");
  c->callback([o] { throw CLI::RuntimeError(run_export(*o)); });
}

} // namespace tern
