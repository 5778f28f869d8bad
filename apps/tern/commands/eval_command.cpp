#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/commands/trace_output.hpp"
#include "apps/tern/explain.hpp"
#include "apps/tern/language/evaluate.hpp"
#include "apps/tern/print.hpp"
#include "apps/tern/progress_bar.hpp"
#include "apps/tern/result_sink.hpp"
#include "apps/tern/run_output.hpp"
#include "dataflow/io/pending_file.hpp"
#include "dataflow/runtime/executor.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <memory>

namespace tern {

namespace {

struct eval_options {
  std::string statements;
  std::string trace;
  std::string flight_directory;
  std::string output;
  std::vector<std::string> libraries;
  bool rotate = false;
  bool explain = false;
  bool insecure = false;
  bool json = false;
};

volatile sig_atomic_t interrupted = 0;

timer_t last_call; ///< runs from the first interrupt on

void on_interrupt(int signal) {
  interrupted = signal;
  const itimerspec soon{{}, {0, 700'000'000}};
  ::timer_settime(last_call, 0, &soon, nullptr);
}

/// A kernel that takes longer than a person waits: nothing is left to do but to
/// leave. Nodes of this session end with its pipes.
void on_last_call(int) {
  remove_pending_files();
  const char* words = interrupted == SIGTERM
                          ? "tern eval: interrupted (SIGTERM)\n"
                          : "tern eval: interrupted (SIGINT)\n";
  static_cast<void>(!::write(STDERR_FILENO, words, std::strlen(words)));
  ::_exit(exit_failed);
}

/// The first SIGINT or SIGTERM ends the computation in order: nodes stop, files
/// that are not whole go. If that takes long, or at a second one, the process
/// ends at once.
void heed_interrupts() {
  struct sigaction at_last {};
  at_last.sa_handler = on_last_call;
  ::sigaction(SIGALRM, &at_last, nullptr);
  sigevent alarm{};
  alarm.sigev_notify = SIGEV_SIGNAL;
  alarm.sigev_signo = SIGALRM;
  ::timer_create(CLOCK_MONOTONIC, &alarm, &last_call);
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM})
    ::sigaction(signal, &action, nullptr);
}

int complain(int status, const std::string& what) {
  std::cerr << "tern eval: " << what << '\n';
  return status;
}

/// After an interrupt every failure is its consequence.
int complain(const failure& f) {
  if (interrupted != 0)
    return complain(exit_failed, interrupted == SIGTERM
                                     ? "interrupted (SIGTERM)"
                                     : "interrupted (SIGINT)");
  return complain(exit_failed, f.what);
}

/// A result that does not suit its file is a mistake of the command line.
int complain_of_sink(const failure& f) {
  return complain(f.kind == failure_kind::refused ? exit_usage : exit_failed,
                  f.what);
}

/// Whether running nodes are to do the work: the scheduler's name says so, or
/// an address that is at least as near as the name (a flag is nearer than the
/// file).
bool joins(const configuration& in) {
  const auto& name = in[setting::scheduler_kind];
  const auto& join = in[setting::join_address];
  return scheduler_named(name.text) == scheduler::cluster
         || (!join.text.empty() && join.from >= name.from);
}

/// What a session is to be; the status to exit with, if that is wrong.
int read_options(const eval_options& o, const configuration& in,
                 session_options& out) {
  out.scheduler = *scheduler_named(in[setting::scheduler_kind].text);
  if (joins(in)) {
    const auto where = parse_address(in[setting::join_address].text);
    if (!where)
      return complain(exit_usage, "--scheduler cluster needs --join HOST:PORT");
    out.scheduler = scheduler::cluster;
    out.join_host = where->host;
    out.join_port = where->port;
  }
  out.memory = *parse_memory(in[setting::memory_limit].text);
  out.spill_directory =
      parse_spill_directory(in[setting::spill_directory].text);
  out.threads = *parse_count(in[setting::thread_count].text, most_threads);
  out.nodes = *parse_count(in[setting::node_count].text, most_nodes);
  out.insecure = o.insecure;
  out.libraries = o.libraries;
  out.rotate = o.rotate;
  out.trace_file = o.trace;
  out.trace_words = o.statements;
  out.flight_directory = o.flight_directory;
  return exit_well;
}

result<run_report> compute(executor& s, const std::vector<array>& arrays,
                           std::vector<result_sink>& sinks) {
  progress_bar bar{"tasks"};
  auto hooks = hooks_into(sinks, bar, "tern eval");
  hooks.cancelled = [] {
    return interrupted != 0;
  };
  return s.compute(arrays, hooks);
}

/// What has to be computed: of what is only shown as text, what is shown.
std::vector<array> computed_for(const program_value& value,
                                const eval_options& o) {
  auto arrays = arrays_in(value);
  if (!o.json && o.output.empty())
    for (auto& a : arrays)
      a = shown_part(a);
  return arrays;
}

/// The executor of a command, opened when something has to be computed.
class late_executor {
public:
  explicit late_executor(session_options options)
    : options_(std::move(options)) {}

  result<executor*> get() {
    if (!opened_) {
      auto opened = executor::open(std::move(options_));
      if (!opened)
        return tl::make_unexpected(opened.error());
      opened_ = std::move(*opened);
    }
    return opened_.get();
  }

private:
  session_options options_;
  std::unique_ptr<executor> opened_;
};

result<void> write_trace(executor& s, const std::string& file) {
  const auto totals = s.write_trace();
  if (!totals)
    return tl::make_unexpected(totals.error());
  tell_of_trace(file, *totals);
  return {};
}

/// An array that the rest of the statements depends on.
result<block> compute_index(late_executor& session, const array& a) {
  auto sink = result_sink::in_memory(a, shown_limit);
  if (!sink)
    return tl::make_unexpected(sink.error());
  auto s = session.get();
  if (!s)
    return tl::make_unexpected(s.error());
  std::vector<result_sink> sinks;
  sinks.push_back(std::move(*sink));
  if (auto done = compute(**s, {a}, sinks); !done)
    return tl::make_unexpected(done.error());
  return sinks.front().finish();
}

int run_eval(const eval_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "eval"); status != exit_well)
    return status;
  session_options options;
  if (const auto status = read_options(o, settings, options);
      status != exit_well)
    return status;
  heed_interrupts();
  late_executor session{std::move(options)};
  program_value value;
  try {
    value = evaluate(o.statements,
                     {*parse_chunks(settings[setting::chunk_sizes].text),
                      [&](const array& a) {
                        return compute_index(session, a);
                      }});
  } catch (const language_error& e) {
    return complain(exit_usage, e.what());
  } catch (const index_failure& f) {
    return complain(f.why);
  }
  const auto arrays = computed_for(value, o);
  if (!o.output.empty() && !std::holds_alternative<array>(value))
    return complain(exit_usage, "-o needs a result that is one array");
  if (o.explain)
    explain(std::cerr, arrays);
  std::vector<block> results;
  run_report report;
  if (!arrays.empty()) {
    auto sinks = make_sinks(arrays, o.output);
    if (!sinks)
      return complain_of_sink(sinks.error());
    auto s = session.get();
    if (!s)
      return complain(s.error());
    if (o.explain)
      explain(std::cerr, (*s)->project(arrays));
    auto done = compute(**s, arrays, *sinks);
    if (!o.trace.empty() && interrupted == 0) // a run that failed, too
      if (const auto written = write_trace(**s, o.trace); !written && done)
        return complain(written.error());
    if (!done)
      return complain(done.error());
    report = *done;
    auto whole = finish(*sinks);
    if (!whole)
      return complain(whole.error());
    results = std::move(*whole);
  }
  print_run({o.json, !o.output.empty()}, value, results, report);
  return exit_well;
}

} // namespace

void add_eval(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<eval_options>();
  auto* c = tool.add_subcommand(
      "eval", "Compute statements and show the value of the last one.");
  c->add_option("statements", o->statements, "for example 'ones(10).sum()'")
      ->required();
  for (const auto which :
       {setting::scheduler_kind, setting::thread_count, setting::node_count,
        setting::join_address, setting::memory_limit, setting::spill_directory,
        setting::chunk_sizes})
    add_flag_of(which, *c, settings);
  c->add_option("--load", o->libraries,
                "a library of functions; may be given more than once")
      ->type_name("FILE.so")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  c->add_flag("--rotate", o->rotate, "move every actor at every step");
  c->add_flag("--explain", o->explain,
              "the layers, before and after passes, and what it will take");
  c->add_option("--trace", o->trace, "record messages and tasks into FILE");
  c->add_option("--flight-dir", o->flight_directory,
                "where a file goes that says what the nodes did before a run "
                "came to a stop; default: here");
  c->add_option("-o,--output", o->output,
                "write the result: FILE.nc or .npy, or a map: .png");
  c->add_flag("--insecure", o->insecure,
              "join a cluster whose addresses are not loopback");
  c->add_flag("--json", o->json, "one JSON object on standard output");
  c->footer(R"(Examples:
  tern eval 'x = random.random((4000, 4000)); ((x + x.T) - x.mean(axis=0)).std()'
  tern eval --scheduler processes --nodes 3 'arange(1000, chunks=10).sum()'
  tern eval 'nanmean(open_nc("sst.nc", "SST"), axis=0)' -o mean.nc
  tern eval -- '-arange(3)')");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_eval(*o, settings)); });
}

} // namespace tern
