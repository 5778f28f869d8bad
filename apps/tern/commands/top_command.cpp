// `tern top`: what the nodes of a cluster do, again and again.
#include "apps/tern/cluster_status.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/terminal.hpp"
#include "apps/tern/top_table.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <optional>

namespace tern {

namespace {

using json = nlohmann::ordered_json;
using clock = std::chrono::steady_clock;

// A node that takes longer does not answer, for somebody who watches.
constexpr auto answer_limit = std::chrono::seconds(2);

constexpr double shortest_interval = 0.1;
constexpr double longest_interval = 3600;

struct top_options {
  bool once = false;
  double interval = 1;
  bool json = false;
};

volatile sig_atomic_t stopped = 0;

void on_stop(int) {
  stopped = 1;
}

void heed_stops() {
  struct sigaction action {};
  action.sa_handler = on_stop; // and no SA_RESTART: the sleep ends
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(signal, &action, nullptr);
}

void sleep_for(double seconds) {
  timespec left{static_cast<time_t>(seconds), 0};
  left.tv_nsec =
      static_cast<long>((seconds - static_cast<double>(left.tv_sec)) * 1e9);
  ::nanosleep(&left, nullptr);
}

/// The terminal as a screen of our own; what was on it comes back.
class screen {
public:
  screen() {
    std::cout << "\x1b[?1049h\x1b[?25l" << std::flush;
  }
  ~screen() {
    std::cout << "\x1b[?25h\x1b[?1049l" << std::flush;
  }
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

  /// In place: each line ends what was on it before.
  void draw(const std::string& text) {
    std::string out = "\x1b[H";
    for (const char c : text)
      c == '\n' ? out += "\x1b[K\r\n" : out += c;
    std::cout << out << "\x1b[J" << std::flush;
  }
};

/// Asks the cluster; by another member if the one that was named has gone.
class status_source {
public:
  explicit status_source(address first) : known_{std::move(first)} {}

  result<json> ask() {
    auto status = cluster_status(known_.front(), answer_limit);
    for (std::size_t i = 1; !status && stopped == 0 && i < known_.size(); ++i)
      status = cluster_status(known_[i], answer_limit);
    if (status)
      note(*status);
    return status;
  }

private:
  void note(const json& status) {
    known_.clear();
    for (const auto& n : status["nodes"])
      known_.push_back({n["host"], n["port"]});
  }

  std::vector<address> known_;
};

class top_view {
public:
  explicit top_view(const top_options& o) : how_(o) {
    if (!o.json && !o.once && ::isatty(STDOUT_FILENO) == 1)
      screen_.emplace();
  }

  void show(const json& status) {
    if (how_.json) {
      std::cout << status.dump(-1, ' ', false, json::error_handler_t::replace)
                << std::endl;
    } else if (screen_) {
      const auto size = terminal_size(STDOUT_FILENO);
      screen_->draw(top_table(status, size.columns, size.rows - 1));
    } else {
      std::cout << (is_first_ ? "" : "\n") << top_table(status, 0, 0)
                << std::flush;
    }
    is_first_ = false;
  }

private:
  const top_options& how_;
  std::optional<screen> screen_;
  bool is_first_ = true;
};

// The first table comes after one interval: rates need two answers.
result<void> watch(const top_options& o, const address& where) {
  status_source cluster{where};
  auto before = cluster.ask();
  if (!before)
    return tl::make_unexpected(before.error());
  auto then = clock::now();
  top_view view{o};
  while (stopped == 0) {
    sleep_for(o.interval);
    if (stopped != 0)
      break;
    auto now = cluster.ask();
    if (!now)
      return tl::make_unexpected(now.error());
    const auto time = clock::now();
    view.show(with_rates(*before, *now,
                         std::chrono::duration<double>(time - then).count()));
    if (o.once)
      break;
    before = std::move(now);
    then = time;
  }
  return {};
}

int run_top(const top_options& o, const configuration& settings) {
  if (const auto status = complain_of(settings, "top"); status != exit_well)
    return status;
  const auto where = parse_address(settings[setting::join_address].text);
  if (!where) {
    std::cerr << "tern top: which cluster? --join HOST:PORT\n";
    return exit_usage;
  }
  if (!(o.interval >= shortest_interval && o.interval <= longest_interval)) {
    std::cerr << fmt::format("tern top: --interval {}: from {} to {} seconds\n",
                             o.interval, shortest_interval, longest_interval);
    return exit_usage;
  }
  heed_stops();
  if (const auto ok = watch(o, *where); !ok) {
    std::cerr << "tern top: " << ok.error().what << '\n';
    return exit_failed;
  }
  return exit_well;
}

} // namespace

void add_top(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<top_options>();
  auto* c = tool.add_subcommand(
      "top", "Watch the nodes and plans of a cluster until Ctrl-C.");
  add_flag_of(setting::join_address, *c, settings);
  c->add_flag("--once", o->once, "one table, after one interval");
  c->add_option("--interval", o->interval, "seconds between two tables")
      ->capture_default_str();
  c->add_flag("--json", o->json, "one JSON object a line");
  c->footer("On a terminal the table is drawn in place; elsewhere one follows "
            "the other.\n\nExamples:\n  tern top --join 127.0.0.1:7000\n"
            "  tern top --once --json --join 127.0.0.1:7000");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_top(*o, settings)); });
}

} // namespace tern
