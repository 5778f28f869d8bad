#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/node_status.hpp"
#include "dataflow/runtime/node_process.hpp"

#include <fmt/format.h>

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

int read_options(const node_options& o, node_process& out) {
  auto& config = out.config;
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
    const auto where = parse_address(text);
    if (!where)
      return complain(exit_usage, "--join: " + where.error().what);
    out.peers.push_back({where->host, where->port});
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
  node_process process;
  if (const auto status = read_options(o, process); status != exit_well)
    return status;
  process.watch_stdin = o.watch_stdin;
  process.status = encode_status;
  const auto ran = run(std::move(process));
  return ran ? exit_well : complain(exit_failed, ran.error().what);
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
