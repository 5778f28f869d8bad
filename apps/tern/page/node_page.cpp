#include "apps/tern/page/node_page.hpp"

#include "apps/tern/page/cluster_watch.hpp"
#include "apps/tern/page/flight_watch.hpp"
#include "apps/tern/page/page_server.hpp"
#include "apps/tern/page/why_desk.hpp"

#include <memory>
#include <utility>

namespace tern {

namespace {

/// All that a node does for pages, its own and those of others.
class node_page {
public:
  /// `server`: null where the node has no page.
  node_page(node& self, dataflow_service& service,
            std::unique_ptr<page_server> server)
    : server_(std::move(server)), watch_(self, service, for_readers()),
      flights_(self, [this](const std::string& json) {
        server_->publish("stream", json);
      }) {
    if (server_)
      server_->run(
          {.on_readers =
               [this](std::size_t n) {
                 watch_.set_readers(n);
                 flights_.set_readers(n);
               },
           .on_why =
               [this, at = address{self.self().host, self.self().port}](
                   std::uint64_t plan, std::optional<block_key> task,
                   page_server::answer then) {
                 desk_.ask({at, plan, task}, std::move(then));
               },
           .on_story =
               [this](const std::string& actor, page_server::answer then) {
                 flights_.ask(actor, std::move(then));
               }});
  }
  ~node_page() {
    if (server_) // it calls the others
      server_->stop();
  }
  node_page(const node_page&) = delete;
  node_page& operator=(const node_page&) = delete;

private:
  cluster_watch::listeners for_readers() {
    if (!server_)
      return {};
    return {.on_snapshot =
                [this](const std::string& json) {
                  server_->publish("snapshot", json);
                },
            .on_events =
                [this](const std::string& json) {
                  server_->publish("log", json);
                }};
  }

  std::unique_ptr<page_server> server_;
  why_desk desk_;
  cluster_watch watch_;
  flight_watch flights_; ///< asked by the server only
};

} // namespace

std::function<result<node_company>(node&, dataflow_service&)>
page_company(std::optional<page_place> where) {
  return [where = std::move(where)](
             node& self,
             dataflow_service& service) mutable -> result<node_company> {
    node_company out;
    std::unique_ptr<page_server> server;
    if (where) {
      auto opened = page_server::open(
          {.host = where->host, .port = where->port, .token = where->token});
      if (!opened)
        return tl::make_unexpected(opened.error());
      server = std::move(*opened);
      where->port = server->port();
      out.ports.emplace_back("page_port", where->port);
    }
    out.what = std::make_shared<node_page>(self, service, std::move(server));
    return out;
  };
}

} // namespace tern
