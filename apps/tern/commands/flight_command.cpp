// `tern trace flight` and `tern trace recover`: what nodes did lately, of those
// that live and of those that died.
#include "apps/tern/commands/flight_command.hpp"

#include "actors/trace/flight_recovery.hpp"
#include "actors/trace/trace_exchange.hpp"
#include "actors/trace/trace_file.hpp"
#include "apps/tern/commands/duration.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <utility>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

constexpr auto answer_limit = std::chrono::seconds(5);

struct flight_options {
  std::string output;
  std::string last = "1h";
  bool json = false;
};

struct recover_options {
  std::vector<std::string> paths;
  std::string output;
  bool json = false;
};

int complain(const std::string& command, const std::string& what,
             int status = exit_failed) {
  std::cerr << "tern trace " << command << ": " << what << '\n';
  return status;
}

/// Writes the file, and says what is in it.
result<void> write_nodes(const std::string& file,
                         const std::vector<node_trace>& nodes,
                         const std::vector<std::string>& problems,
                         bool as_json) {
  auto out = trace_writer::create(file);
  if (!out)
    return tl::make_unexpected(out.error());
  if (auto ok = out->add(nodes); !ok)
    return ok;
  std::size_t events = 0;
  for (const auto& n : nodes)
    for (const auto& thread : n.threads)
      events += thread.events.size();
  if (as_json)
    std::cout << json{{"file", file},
                      {"nodes", nodes.size()},
                      {"events", events},
                      {"problems", problems}}
                     .dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
  else
    std::cout << fmt::format("{} events of {} nodes in {}\n"
                             "  at a glance: tern trace summary {}\n",
                             events, nodes.size(), file, file);
  return {};
}

// -- of those that live -------------------------------------------------------

result<std::vector<node_trace>> ask(const address& where,
                                    std::chrono::milliseconds last,
                                    std::vector<std::string>& problems) {
  node_config config;
  config.threads = 0;
  const auto self = node::start(config);
  if (!self)
    return tl::make_unexpected(self.error());
  if (auto ok = (*self)->join(where.host, where.port); !ok)
    return tl::make_unexpected(ok.error());
  auto all = trace_exchange::of(**self).flight(last, answer_limit);
  std::erase_if(all, [&](const node_trace& n) { // who asks is of no interest
    return n.node == (*self)->id();
  });
  for (const auto& n : all)
    if (n.scopes.empty())
      problems.push_back(n.name);
  if (all.size() == problems.size())
    return fail(failure_kind::unreachable,
                fmt::format("none of {} nodes has answered", all.size()));
  return all;
}

int run_flight(const flight_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "trace flight");
      status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where)
    return complain("flight", "which cluster? --join HOST:PORT", exit_usage);
  const auto last = parse_duration(o.last);
  if (!last)
    return complain("flight", last.error().what, exit_usage);
  std::vector<std::string> problems;
  const auto nodes = ask(*where, *last, problems);
  for (const auto& each : problems)
    complain("flight", "node " + each);
  if (!nodes)
    return complain("flight", nodes.error().what);
  if (auto ok = write_nodes(o.output, *nodes, problems, o.json); !ok)
    return complain("flight", ok.error().what);
  return exit_well;
}

// -- of those that died -------------------------------------------------------

/// Files to read: those that were named, and those in folders.
struct named_files {
  std::vector<std::string> files;
  std::vector<std::string> in_folders;
};

result<named_files> files_of(const std::vector<std::string>& paths) {
  named_files all;
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      all.files.push_back(path);
      continue;
    }
    auto found = flight_files_in(path);
    if (!found)
      return tl::make_unexpected(found.error());
    std::ranges::move(*found, std::back_inserter(all.in_folders));
  }
  return all;
}

int run_recover(recover_options o) {
  if (o.paths.empty())
    o.paths.emplace_back(flight_directory);
  const auto all = files_of(o.paths);
  if (!all)
    return complain("recover", all.error().what);
  std::vector<node_trace> nodes;
  std::vector<std::string> problems;
  const auto read = [&](const std::string& path, bool was_named) {
    auto found = load_flight(path);
    if (!found && !was_named && found.error().kind == failure_kind::refused)
      return; // it lives, and nobody asked for it
    if (!found) {
      problems.push_back(found.error().what);
      return;
    }
    for (const auto& each : found->problems)
      problems.push_back(path + ": " + each);
    nodes.push_back(std::move(found->trace));
  };
  for (const auto& path : all->files)
    read(path, true);
  for (const auto& path : all->in_folders)
    read(path, false);
  for (const auto& each : problems)
    complain("recover", each);
  if (nodes.empty())
    return complain("recover",
                    "there is nothing of a dead node to read in "
                        + fmt::format("{}", fmt::join(o.paths, ", ")));
  std::ranges::sort(nodes, {}, &node_trace::node);
  if (auto ok = write_nodes(o.output, nodes, problems, o.json); !ok)
    return complain("recover", ok.error().what);
  return exit_well;
}

} // namespace

void add_flight(CLI::App& trace, configuration& settings) {
  auto o = std::make_shared<flight_options>();
  auto* c = trace.add_subcommand(
      "flight", "What the nodes of a running cluster did lately.");
  add_flag_of(setting::join_address, *c, settings);
  c->add_option("-o,--output", o->output, "the .tern-trace file to write")
      ->required();
  c->add_option("--last", o->last,
                "how far back, as 10s, 500ms or 2min; nodes remember some "
                "thousand events of each thread")
      ->capture_default_str();
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern trace flight --join 127.0.0.1:7000 --last 10s "
            "-o now.tern-trace");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_flight(*o, settings)); });
}

void add_recover(CLI::App& trace) {
  auto o = std::make_shared<recover_options>();
  auto* c = trace.add_subcommand(
      "recover", "What nodes did before they died, from what they left.");
  c->add_option(
       "paths", o->paths,
       fmt::format("files, or folders of them; default: {}", flight_directory))
      ->type_name("DIR|FILE");
  c->add_option("-o,--output", o->output, "the .tern-trace file to write")
      ->required();
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern trace recover -o crash.tern-trace");
  c->callback([o] { throw CLI::RuntimeError(run_recover(*o)); });
}

} // namespace tern
