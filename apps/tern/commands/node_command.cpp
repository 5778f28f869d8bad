#include "actors/link/socket.hpp"
#include "apps/tern/commands/commands.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/commands/setting_flag.hpp"
#include "apps/tern/node_status.hpp"
#include "apps/tern/page/node_page.hpp"
#include "apps/tern/page/page_rules.hpp"
#include "dataflow/graph/resources.hpp"
#include "dataflow/runtime/node_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

namespace tern {

namespace {

struct node_options {
  std::vector<std::string> join;
  std::vector<std::string> libraries;
  std::string resources;
  bool insecure = false;
  bool watch_stdin = false;
  std::string page; ///< empty: none
  std::string page_token;
  std::string page_token_file;
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
  const auto resources = parse_resources(o.resources);
  if (!resources)
    return complain(exit_usage, "--resources: " + resources.error().what);
  config.resources = text_of(*resources);
  config.threads = *parse_count(in[setting::thread_count].text, most_threads);
  if (config.threads == 0)
    config.threads = std::max(1u, std::thread::hardware_concurrency());
  return exit_well;
}

result<std::string> read_token(const node_options& o) {
  auto token = o.page_token;
  if (!o.page_token_file.empty()) {
    std::ifstream file{o.page_token_file};
    if (!std::getline(file, token))
      return fail(failure_kind::io,
                  "cannot read a token from " + o.page_token_file);
  }
  if (token.empty())
    return token;
  if (auto ok = check_token(token); !ok)
    return tl::make_unexpected(ok.error());
  return token;
}

int read_page(const node_options& o, std::optional<page_place>& out) {
  if (o.page.empty()) {
    if (!o.page_token.empty() || !o.page_token_file.empty())
      return complain(exit_usage, "a token without a page: --page HOST:PORT");
    return exit_well;
  }
  const auto where = parse_address(o.page);
  if (!where)
    return complain(exit_usage, "--page: " + where.error().what);
  const auto token = read_token(o);
  if (!token)
    return complain(exit_usage, "--page-token: " + token.error().what);
  if (!is_loopback(where->host) && token->empty())
    return complain(exit_usage,
                    fmt::format("refusing to show the page on {} to whoever "
                                "asks: --page-token TOKEN, or "
                                "--page-token-file FILE",
                                where->host));
  out = {where->host, where->port, *token};
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
  std::optional<page_place> page;
  if (const auto status = read_page(o, page); status != exit_well)
    return status;
  process.company = page_company(std::move(page));
  process.watch_stdin = o.watch_stdin;
  process.libraries = o.libraries;
  process.status = [](const node& self, const dataflow_service& service) {
    return encode_status(self, service);
  };
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
  c->add_option(
       "--resources", o->resources,
       "what this node has for calls that need it, as GPU=1,licence=2; "
       "they run nowhere else")
      ->type_name("NAME=COUNT,...");
  c->add_flag("--insecure", o->insecure,
              "listen on an address that is not loopback");
  c->add_flag("--watch-stdin", o->watch_stdin,
              "end with the end of standard input");
  c->add_option("--page", o->page,
                "HOST:PORT of a page that shows the cluster live; port 0 picks "
                "one");
  auto* token = c->add_option("--page-token", o->page_token,
                              "who wants to see the page must bring this "
                              "text; needed where HOST is not loopback");
  c->add_option("--page-token-file", o->page_token_file,
                "the same: the first line of a file")
      ->excludes(token);
  c->footer(R"(Examples:
  tern node --listen 127.0.0.1:7000
  tern node --listen 127.0.0.1:7000 --page 127.0.0.1:7080
  tern node --join 127.0.0.1:7000 --threads 2 --memory 4GB
  tern node --join 127.0.0.1:7000 --resources GPU=1,licence=2)");
  c->callback(
      [o, &settings] { throw CLI::RuntimeError(run_node(*o, settings)); });
}

} // namespace tern
