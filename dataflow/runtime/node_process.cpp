#include "dataflow/runtime/node_process.hpp"

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

// Signals are taken by one thread, so no handler ever runs.
sigset_t block_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN); // the write says so
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
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

void wait_for_signal(const sigset_t& set, bool watched) {
  int signal = 0;
  do
    sigwait(&set, &signal);
  while (watched && signal == SIGINT);
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
    if (signal > 0 && !(watched && signal == SIGINT))
      return;
  }
}

void announce(const member& self) {
  nlohmann::ordered_json line;
  line["event"] = "listening";
  line["host"] = self.host;
  line["port"] = self.port;
  line["data_port"] = self.data_port;
  line["node"] = to_string(self.id);
  line["pid"] = self.pid;
  std::cout << line.dump() << std::endl;
}

result<void> join_one(node& self, const std::vector<node_process::peer>& all) {
  result<void> last;
  for (const auto& peer : all)
    if (last = self.join(peer.host, peer.port); last)
      break;
  return last;
}

} // namespace

result<void> run(node_process process) {
  const auto signals = block_signals();
  auto started = node::start(process.config);
  if (!started)
    return tl::make_unexpected(started.error());
  auto self = std::move(*started);
  dataflow_service service{*self, std::move(process.kernels), true,
                           process.spill_directory};
  if (process.status)
    self->on_status([&] { return process.status(*self, service); });
  if (auto joined = join_one(*self, process.peers); !joined)
    return joined;
  if (process.watch_stdin)
    watch_standard_input();
  announce(self->self());
  wait_for_signal(signals, process.watch_stdin);
  hand_over(service, signals, process.watch_stdin);
  return {};
}

} // namespace tern
