#include "actors/node.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/node_status.hpp"
#include "dataflow/runtime/service.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <thread>

namespace tern {

namespace {

struct node_options {
  std::string listen = "127.0.0.1:0";
  std::vector<std::string> join;
  unsigned threads = 0;
  std::string memory;
  bool insecure = false;
  bool watch_stdin = false;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern node: " << what << '\n';
  return status;
}

// Signals are taken by one thread, so no handler ever runs.
sigset_t block_signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

// The node belongs to a session: it ends when the session does, and leaves
// Ctrl-C to it.
void watch_standard_input() {
  std::thread([] {
    char ignored[64];
    for (;;) {
      const auto n = ::read(STDIN_FILENO, ignored, sizeof ignored);
      if (n == 0 || (n < 0 && errno != EINTR))
        break;
    }
    ::kill(::getpid(), SIGTERM);
  }).detach();
}

void wait_for_end(const sigset_t& set, bool watched) {
  int signal = 0;
  do
    sigwait(&set, &signal);
  while (watched && signal == SIGINT);
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

int read_options(const node_options& o, node_config& config,
                 std::vector<address>& peers) {
  const auto listen = parse_address(o.listen);
  if (!listen)
    return complain(exit_usage, "--listen: " + listen.error().what);
  if (!is_loopback(listen->host) && !o.insecure)
    return complain(exit_usage,
                    fmt::format("refusing to listen on {}: nodes do not "
                                "authenticate each other yet; --insecure if "
                                "the network is trusted",
                                listen->host));
  for (const auto& text : o.join) {
    auto where = parse_address(text);
    if (!where)
      return complain(exit_usage, "--join: " + where.error().what);
    peers.push_back(std::move(*where));
  }
  if (!o.memory.empty()) {
    const auto bytes = parse_size(o.memory);
    if (!bytes)
      return complain(exit_usage, "--memory: " + bytes.error().what);
    config.memory_limit = *bytes;
  }
  config.host = listen->host == "localhost" ? "127.0.0.1" : listen->host;
  config.port = listen->port;
  config.threads = o.threads > 0
                       ? o.threads
                       : std::max(1u, std::thread::hardware_concurrency());
  return exit_well;
}

int run_node(const node_options& o) {
  node_config config;
  std::vector<address> peers;
  if (const auto status = read_options(o, config, peers); status != exit_well)
    return status;
  const auto signals = block_signals();
  auto started = node::start(config);
  if (!started)
    return complain(exit_failed, started.error().what);
  auto self = std::move(*started);
  dataflow_service service{*self, {}};
  self->on_status([&] { return encode_status(*self, service); });
  std::string last;
  bool joined = peers.empty();
  for (const auto& peer : peers) { // any of them will do
    const auto ok = self->join(peer.host, peer.port);
    joined = joined || ok;
    if (ok)
      break;
    last = ok.error().what;
  }
  if (!joined)
    return complain(exit_failed, last);
  if (o.watch_stdin)
    watch_standard_input();
  announce(self->self());
  wait_for_end(signals, o.watch_stdin);
  return exit_well;
}

} // namespace

void add_node(CLI::App& tool) {
  auto o = std::make_shared<node_options>();
  auto* c = tool.add_subcommand("node", "Run a node until SIGTERM.");
  c->add_option("--listen", o->listen, "HOST:PORT; port 0 picks one")
      ->capture_default_str();
  c->add_option("--join", o->join,
                "HOST:PORT of a node; given more than once, the first that "
                "answers");
  c->add_option("--threads", o->threads, "compute threads (default: cores)");
  c->add_option("--memory", o->memory, "limit for blocks, e.g. 2GB");
  c->add_flag("--insecure", o->insecure,
              "listen on an address that is not loopback");
  c->add_flag("--watch-stdin", o->watch_stdin,
              "end with the end of standard input");
  c->footer(R"(Examples:
  tern node --listen 127.0.0.1:7000
  tern node --join 127.0.0.1:7000 --threads 2 --memory 4GB)");
  c->callback([o] { throw CLI::RuntimeError(run_node(*o)); });
}

} // namespace tern
