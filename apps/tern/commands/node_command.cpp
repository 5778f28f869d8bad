#include "actors/link/socket.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/node_status.hpp"
#include "dataflow/runtime/node_process.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <thread>

namespace tern {

namespace {

struct node_options {
  std::vector<std::string> join;
  std::vector<std::string> libraries;
  bool insecure = false;
  bool watch_stdin = false;
};

int complain(int status, const std::string& what) {
  std::cerr << "tern node: " << what << '\n';
  return status;
}

int read_options(const node_options& o, const configuration& in,
                 node_process& out) {
  auto& config = out.config;
  const auto listen = parse_address(in[setting::listen_address].text);
  if (!is_loopback(listen->host) && !o.insecure)
    return complain(exit_usage,
                    fmt::format("refusing to listen on {}: nodes do not "
                                "authenticate each other yet; --insecure if "
                                "the network is trusted",
                                listen->host));
  if (listen->host == "0.0.0.0" || listen->host == "::")
    return complain(exit_usage,
                    fmt::format("--listen {}: other nodes dial this address; "
                                "name one of this machine's",
                                listen->host));
  auto join = o.join;
  if (const auto& one = in[setting::join_address].text;
      join.empty() && !one.empty())
    join.push_back(one);
  for (const auto& text : join) {
    const auto where = parse_address(text);
    if (!where)
      return complain(exit_usage, "--join: " + where.error().what);
    if (is_loopback(listen->host) && !is_loopback(where->host))
      return complain(exit_usage,
                      fmt::format("nodes at {} cannot reach this one on {}: "
                                  "--listen HOST:PORT, an address of this "
                                  "machine",
                                  where->host, listen->host));
    out.peers.push_back({where->host, where->port});
  }
  config.memory_limit = *parse_memory(in[setting::memory_limit].text);
  out.spill_directory =
      parse_spill_directory(in[setting::spill_directory].text);
  config.host = listen->host == "localhost" ? "127.0.0.1" : listen->host;
  config.port = listen->port;
  config.threads = *parse_count(in[setting::thread_count].text, most_threads);
  if (config.threads == 0)
    config.threads = std::max(1u, std::thread::hardware_concurrency());
  return exit_well;
}

int run_node(const node_options& o, configuration& settings) {
  if (o.watch_stdin) // it belongs to a session, which has said everything
    settings.drop_all_but_flags();
  if (const auto status = complain_of(settings, "node"); status != exit_well)
    return status;
  node_process process;
  if (const auto status = read_options(o, settings, process);
      status != exit_well)
    return status;
  process.watch_stdin = o.watch_stdin;
  process.libraries = o.libraries;
  process.status = encode_status;
  const auto ran = run(std::move(process));
  return ran ? exit_well : complain(exit_failed, ran.error().what);
}

} // namespace

void add_node(CLI::App& tool, configuration& settings) {
  auto o = std::make_shared<node_options>();
  auto* c = tool.add_subcommand(
      "node", "Run a node until SIGTERM: then it hands over and leaves.");
  for (const auto which : {setting::listen_address, setting::thread_count,
                           setting::memory_limit, setting::spill_directory})
    add_flag_of(which, *c, settings);
  c->add_option("--join", o->join,
                "HOST:PORT of a node; given more than once, the first that "
                "answers");
  c->add_option("--load", o->libraries,
                "a library of functions; may be given more than once")
      ->type_name("FILE.so")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  c->add_flag("--insecure", o->insecure,
              "listen on an address that is not loopback");
  c->add_flag("--watch-stdin", o->watch_stdin,
              "end with the end of standard input");
  c->footer(R"(Examples:
  tern node --listen 127.0.0.1:7000
  tern node --join 127.0.0.1:7000 --threads 2 --memory 4GB)");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_node(*o, settings)); });
}

} // namespace tern
