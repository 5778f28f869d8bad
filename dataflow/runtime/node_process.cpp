#include "dataflow/runtime/node_process.hpp"

#include "dataflow/runtime/expulsion.hpp"
#include "dataflow/runtime/kernel_library.hpp"
#include "dataflow/runtime/service.hpp"

#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <iostream>
#include <thread>
#include <utility>

namespace tern {

namespace {

// What this process says to itself when the cluster goes on without its node.
constexpr int expelled_signal = SIGUSR1;

// Signals are taken by one thread, so no handler ever runs.
sigset_t block_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN); // the write says so
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, expelled_signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

std::atomic<bool> session_ended{false};

// The node belongs to a session: it ends when the session does, whatever it
// computes, and leaves Ctrl-C to it.
void watch_standard_input() {
  static constexpr auto patience = std::chrono::milliseconds(500);
  std::thread([] {
    char ignored[64];
    for (;;) {
      const auto n = ::read(STDIN_FILENO, ignored, sizeof ignored);
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
    }
    session_ended.store(true);
    ::kill(::getpid(), SIGTERM);
    std::this_thread::sleep_for(patience); // a kernel may run for minutes
    ::_exit(0);
  }).detach();
}

int wait_for_signal(const sigset_t& set, bool watched) {
  int signal = 0;
  do
    sigwait(&set, &signal);
  while (watched && signal == SIGINT);
  return signal;
}

// Plans that have their actors here go on elsewhere, by way of this node: it
// stays until they are over, or a second signal says that it must not.
void hand_over(dataflow_service& service, const sigset_t& set, bool watched) {
  constexpr timespec look_again{0, 10'000'000};
  bool told = false;
  service.leave();
  while (service.is_needed() && !session_ended.load()) {
    if (service.has_left() && !std::exchange(told, true))
      std::cerr << "tern node: leaving: this node takes no more work and stays "
                   "until the running plans end; a second signal ends it "
                   "now\n";
    const int signal = ::sigtimedwait(&set, nullptr, &look_again);
    if (signal > 0 && signal != expelled_signal
        && !(watched && signal == SIGINT))
      return;
  }
}

void announce(const char* event, const member& self,
              const node_company& company, const std::string& why) {
  nlohmann::ordered_json line;
  line["event"] = event;
  line["host"] = self.host;
  line["port"] = self.port;
  line["data_port"] = self.data_port;
  for (const auto& [name, port] : company.ports)
    line[name] = port;
  line["node"] = to_string(self.id);
  line["pid"] = self.pid;
  if (!why.empty())
    line["why"] = why;
  std::cout << line.dump() << std::endl;
}

// The nodes of a cluster that is at work answer later than idle ones.
constexpr auto join_time = std::chrono::seconds(10);

result<void> join_one(node& self, const std::vector<node_process::peer>& all) {
  result<void> last;
  for (const auto& peer : all)
    if (last = self.join(peer.host, peer.port, join_time); last)
      break;
  return last;
}

// Whoever started it reads the first line it writes.
result<void> complain(const failure& why, const node_process& process) {
  if (process.watch_stdin)
    std::cout << nlohmann::json{{"event", "failed"}, {"why", why.what}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace)
              << std::endl;
  return tl::make_unexpected(why);
}

/// Who asks for the status of a node whose service is gone gets none.
struct no_status_later {
  node& self;
  ~no_status_later() {
    self.on_status({});
  }
};

/// One node after the other, in one process.
class incarnations {
public:
  explicit incarnations(node_process process)
    : process_(std::move(process)), signals_(block_signals()) {}

  result<void> run() {
    auto loaded = load_kernels(process_.libraries, process_.kernels);
    if (!loaded)
      return complain(loaded.error(), process_);
    process_.config.libraries = *std::move(loaded);
    for (bool first = true;; first = false) {
      auto lived = live(first);
      if (!lived)
        return tl::make_unexpected(lived.error());
      if (*lived != expelled_signal)
        return {};
      std::cerr << "tern node: the other nodes took this one for dead and go "
                   "on without it; it comes back as a new one ("
                << why_ << ")\n";
    }
  }

private:
  // The signal that ended it.
  result<int> live(bool first) {
    auto started = node::start(process_.config);
    if (!started)
      return tl::make_unexpected(started.error());
    const auto self = std::move(*started);
    // who knew the one before finds this one in its place
    process_.config.port = self->self().port;
    process_.config.data_port = self->self().data_port;
    dataflow_service service{*self, process_.kernels, true,
                             process_.spill_directory};
    if (process_.status)
      self->on_status([&] { return process_.status(*self, service); });
    const no_status_later silence{*self};
    auto company = process_.company ? process_.company(*self, service)
                                    : result<node_company>{};
    if (!company)
      return tl::make_unexpected(company.error());
    expulsion watch{*self, std::exchange(others_, {}), process_.peers, [] {
                      ::kill(::getpid(), expelled_signal);
                    }};
    if (first)
      if (auto joined = join_one(*self, process_.peers); !joined)
        return tl::make_unexpected(joined.error());
    if (first && process_.watch_stdin)
      watch_standard_input();
    announce(first ? "listening" : "returned", self->self(), *company, why_);
    const int signal = wait_for_signal(signals_, process_.watch_stdin);
    watch.stop();
    others_ = watch.others();
    why_ = watch.reason();
    if (signal == expelled_signal)
      self->leave(); // kernels end later; none who waits for others counts on
                     // it
    else
      hand_over(service, signals_, process_.watch_stdin);
    return signal;
  }

  node_process process_;
  const sigset_t signals_;
  std::vector<member> others_; ///< that the node before knew
  std::string why_;            ///< it ended, and this one is here
};

} // namespace

result<void> run(node_process process) {
  return incarnations{std::move(process)}.run();
}

} // namespace tern
