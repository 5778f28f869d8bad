// `tern report`: a run that is over, as one file for a browser.
#include "apps/tern/commands/report_command.hpp"

#include "actors/trace/trace_merge.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/report/report_html.hpp"
#include "apps/tern/report/run_report.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

struct report_options {
  std::vector<std::string> files;
  std::string output;
  std::string title;
  bool json = false;
};

result<trace_content> load_all(const std::vector<std::string>& files) {
  std::vector<trace_content> all;
  for (const auto& file : files) {
    auto trace = load_trace(file);
    if (!trace)
      return trace;
    all.push_back(std::move(*trace));
  }
  return merge_traces(std::move(all));
}

std::string title_of(const report_options& o, const trace_content& trace) {
  if (!o.title.empty())
    return o.title;
  const bool has_words =
      trace.plans.size() == 1 && !trace.plans.front().text.empty();
  return has_words ? trace.plans.front().text : o.files.front();
}

result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out)
    return fail(failure_kind::io,
                fmt::format("cannot write {}: {}", path,
                            std::generic_category().message(errno)));
  return {};
}

json told_of(const report_options& o, const json& report, std::size_t bytes) {
  const auto& stream = report["stream"];
  return {{"file", o.output},
          {"bytes", bytes},
          {"events", report["summary"]["events"]},
          {"nodes", report["summary"]["nodes"].size()},
          {"plans", report["plans"].size()},
          {"tasks", stream["counts"]["ended"]},
          {"tasks_merged", stream["counts"]["merged"]},
          {"actors", report["actors"].size()},
          {"notes", report["notes"]}};
}

result<json> write_report(const report_options& o) {
  const auto trace = load_all(o.files);
  if (!trace)
    return tl::make_unexpected(trace.error());
  const auto report = report_of(*trace, title_of(o, *trace), o.files);
  if (!report)
    return fail(report.error().kind,
                o.files.front() + ": " + report.error().what);
  const auto html = html_of(*report);
  if (auto ok = write_file(o.output, html); !ok)
    return tl::make_unexpected(ok.error());
  return told_of(o, *report, html.size());
}

int run_report(const report_options& o) {
  const auto told = write_report(o);
  if (!told) {
    std::cerr << "tern report: " << told.error().what << '\n';
    return exit_failed;
  }
  if (o.json) {
    std::cout << told->dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
    return exit_well;
  }
  std::cout << fmt::format("{}: {} tasks on {} nodes, {} plans; open it in a "
                           "browser\n",
                           o.output, (*told)["tasks"].get<std::uint64_t>(),
                           (*told)["nodes"].get<std::size_t>(),
                           (*told)["plans"].get<std::size_t>());
  for (const auto& note : (*told)["notes"])
    std::cerr << "  " << note.get<std::string>() << '\n';
  return exit_well;
}

} // namespace

void add_report(CLI::App& tool) {
  auto o = std::make_shared<report_options>();
  auto* c = tool.add_subcommand(
      "report", "What a run did, by its traces, as one HTML file: task stream, "
                "times, plans, critical path, messages, stories of actors. It "
                "needs no network and no server.");
  c->add_option("files", o->files, ".tern-trace files of one run")->required();
  c->add_option("-o,--output", o->output, "the HTML file to write")->required();
  c->add_option("--title", o->title, "else the words of the plan, or the file");
  c->add_flag("--json", o->json, "one JSON object as the last line");
  c->footer("Example:\n  tern eval 'x = random.random((4000, 4000)); "
            "(x @ x).sum()' --scheduler processes --nodes 2 "
            "--trace run.tern-trace\n  tern report run.tern-trace -o "
            "report.html");
  c->callback([o] { throw CLI::RuntimeError(run_report(*o)); });
}

} // namespace tern
