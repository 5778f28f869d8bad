// `tern trace record`: what the nodes of a running cluster do from now on.
#include "apps/tern/commands/record_command.hpp"

#include "actors/node.hpp"
#include "actors/trace/trace_pump.hpp"
#include "apps/tern/commands/duration.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>
#include <string>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

const std::map<std::string, trace_level> levels{
    {"messages", trace_level::messages},
    {"hashes", trace_level::hashes},
    {"payloads", trace_level::payloads}};

struct record_options {
  std::string output;
  std::string level = "messages";
  std::string length; ///< empty: until a signal comes
  bool json = false;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern trace record: " << what << '\n';
  return status;
}

/// SIGINT and SIGTERM end the recording, not the process; of all threads that
/// are started from here on.
sigset_t keep_signals() {
  sigset_t all;
  ::sigemptyset(&all);
  ::sigaddset(&all, SIGINT);
  ::sigaddset(&all, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  return all;
}

void wait(const sigset_t& signals, std::chrono::milliseconds length) {
  const timespec limit{length.count() / 1000,
                       (length.count() % 1000) * 1'000'000};
  ::sigtimedwait(&signals, nullptr, &limit);
}

void print(const record_options& o, const trace_totals& t) {
  if (o.json)
    std::cout << json{{"file", o.output},   {"nodes", t.nodes},
                      {"events", t.events}, {"lost", t.lost},
                      {"steps", t.steps},   {"lost_steps", t.lost_steps},
                      {"silent", t.silent}}
                     .dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
  else
    std::cout << fmt::format("{} events and {} steps of actors in {}\n"
                             "  at a glance: tern trace summary {}\n",
                             t.events, t.steps, o.output, o.output);
  if (t.lost + t.lost_steps > 0)
    complain(exit_well, fmt::format("{} events and {} steps found no room",
                                    t.lost, t.lost_steps));
  if (t.silent > 0)
    complain(exit_well, fmt::format("{} nodes did not answer", t.silent));
}

int run_record(const record_options& o, const configuration& settings) {
  constexpr std::chrono::hours longest{1000};
  if (const auto status = complain_of(settings, "trace record");
      status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where)
    return complain(exit_usage, "which cluster? --join HOST:PORT");
  const auto length = o.length.empty()
                          ? result<std::chrono::milliseconds>{longest}
                          : parse_duration(o.length);
  if (!length)
    return complain(exit_usage, length.error().what);
  const auto signals = keep_signals();
  node_config config;
  config.threads = 0;
  const auto self = node::start(config);
  if (!self)
    return complain(exit_failed, self.error().what);
  if (auto ok = (*self)->join(where->host, where->port); !ok)
    return complain(exit_failed, ok.error().what);
  auto pump = trace_pump::start(**self, o.output, levels.at(o.level));
  if (!pump)
    return complain(exit_failed, pump.error().what);
  std::cerr << "tern trace record: recording\n";
  wait(signals, *length);
  const auto totals = (*pump)->write_all();
  if (!totals)
    return complain(exit_failed, totals.error().what);
  print(o, *totals);
  return exit_well;
}

} // namespace

void add_record(CLI::App& trace, configuration& settings) {
  auto o = std::make_shared<record_options>();
  auto* c = trace.add_subcommand(
      "record", "Write down what the nodes of a running cluster do from now "
                "on, until Ctrl-C.");
  add_flag_of(setting::join_address, *c, settings);
  c->add_option("-o,--output", o->output, "the .tern-trace file to write")
      ->required();
  c->add_option("--level", o->level,
                "messages: events; hashes: what actors of users' classes did, "
                "too; payloads: with their messages, for `tern replay`")
      ->check(CLI::IsMember(levels))
      ->capture_default_str();
  c->add_option("--for", o->length, "so long, as 10s, 500ms or 2min");
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer("Example:\n  tern trace record --join 127.0.0.1:7000 --level "
            "payloads --for 10s -o run.tern-trace");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_record(*o, settings)); });
}

} // namespace tern
