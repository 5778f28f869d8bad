#include "apps/tern/page/page_connection.hpp"

#include "serialization/checksum.hpp"

#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <chrono>
#include <span>
#include <sstream>
#include <utility>

namespace tern {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using tcp = boost::asio::ip::tcp;

constexpr auto patience = std::chrono::seconds(10);
constexpr std::uint32_t longest_header = 8192;

// What a browser may do with the page: nothing but what its own files say.
constexpr auto policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::string_view text_of(beast::string_view s) {
  return {s.data(), s.size()};
}

template <class Request>
page_request request_of(const Request& r) {
  return {.method = text_of(r.method_string()),
          .target = text_of(r.target()),
          .host = text_of(r[http::field::host]),
          .origin = text_of(r[http::field::origin]),
          .fetch_site = text_of(r["Sec-Fetch-Site"]),
          .fetch_mode = text_of(r["Sec-Fetch-Mode"]),
          .authorization = text_of(r[http::field::authorization]),
          .cookie = text_of(r[http::field::cookie])};
}

std::string tag_of(std::string_view content) {
  const auto bytes = std::as_bytes(std::span{content});
  return fmt::format("\"{:016x}\"", checksum(bytes));
}

template <class Fields>
void set_protection(Fields& to) {
  to.set("Content-Security-Policy", policy);
  to.set("X-Content-Type-Options", "nosniff");
  to.set("X-Frame-Options", "DENY");
  to.set("Referrer-Policy", "no-referrer");
  to.set("Cross-Origin-Resource-Policy", "same-origin");
  to.set("Cross-Origin-Opener-Policy", "same-origin");
}

} // namespace

void page_connection::wait() {
  to_.on_waiting(shared_from_this());
  request_.emplace();
  request_->header_limit(longest_header);
  request_->body_limit(std::uint64_t{0});
  stream_.expires_after(patience);
  http::async_read(
      stream_, buffer_, *request_,
      [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error == http::error::body_limit
            || error == http::error::header_limit
            || error == http::error::unexpected_body)
          self->refuse({page_route::refuse, 413, "the request is too large"});
        else if (error)
          self->close();
        else
          self->judge();
      });
}

void page_connection::judge() {
  to_.on_request(shared_from_this());
  const auto verdict = to_.rules.judge(request_of(request_->get()));
  switch (verdict.route) {
  case page_route::refuse:
    return refuse(verdict);
  case page_route::asset:
    return give(*verdict.asset);
  case page_route::why:
  case page_route::story:
    return to_.on_question(shared_from_this(), verdict);
  case page_route::events:
    return become_reader();
  case page_route::enter:
    auto r = response(verdict.status, "text/plain");
    r.set(http::field::set_cookie, to_.cookie);
    r.set(http::field::location, "/");
    return respond(std::move(r));
  }
}

page_connection::text_response
page_connection::response(unsigned status, const std::string& type) const {
  text_response r{static_cast<http::status>(status), 11};
  set_protection(r);
  r.set(http::field::content_type, type);
  r.set(http::field::cache_control, "no-store");
  r.keep_alive(request_->is_header_done() && request_->keep_alive());
  return r;
}

void page_connection::refuse(const page_verdict& v) {
  auto r = response(v.status, "text/plain; charset=utf-8");
  r.body() = v.words + '\n';
  r.keep_alive(false);
  if (v.status == 401)
    r.set(http::field::www_authenticate, "Bearer");
  if (v.status == 405)
    r.set(http::field::allow, "GET, HEAD");
  respond(std::move(r));
}

void page_connection::give(const page_asset& asset) {
  const auto tag = tag_of(asset.content);
  const bool is_known =
      text_of(request_->get()[http::field::if_none_match]) == tag;
  auto type = std::string{asset.type};
  if (type.starts_with("text/"))
    type += "; charset=utf-8";
  auto r = response(is_known ? 304 : 200, type);
  r.set(http::field::cache_control, "no-cache"); // but the tag may say it is
  r.set(http::field::etag, tag);
  if (!is_known)
    r.body() = asset.content;
  respond(std::move(r));
}

void page_connection::tell(unsigned status, std::string json) {
  auto r = response(status, "application/json");
  r.body() = std::move(json);
  respond(std::move(r));
}

void page_connection::respond(text_response r) {
  r.prepare_payload();
  if (request_->is_header_done()
      && request_->get().method() == http::verb::head)
    r.body().clear(); // its length is told all the same
  response_.emplace(std::move(r));
  stream_.expires_after(patience);
  http::async_write(
      stream_, *response_,
      [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error || self->response_->need_eof())
          self->close();
        else
          self->wait();
      });
}

void page_connection::become_reader() {
  if (request_->get().method() == http::verb::head)
    return respond(response(200, "text/event-stream"));
  if (!to_.on_reader(shared_from_this()))
    return refuse({page_route::refuse, 503, "too many look at this page"});
  http::response<http::empty_body> head{http::status::ok, 11};
  set_protection(head);
  head.set(http::field::content_type, "text/event-stream");
  head.set(http::field::cache_control, "no-store");
  head.keep_alive(false);
  std::ostringstream text;
  text << head.base();
  reads_events_ = true;
  // before all others
  waiting_.emplace("", std::make_shared<const std::string>(text.str()));
  write_next();
}

void page_connection::send(const std::string& stream, const page_event& e) {
  waiting_.insert_or_assign(stream, e);
  if (!writes_)
    write_next();
}

void page_connection::write_next() {
  if (!reads_events_ || waiting_.empty())
    return;
  writing_ = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  writes_ = true;
  stream_.expires_after(patience);
  boost::asio::async_write(
      stream_, boost::asio::buffer(*writing_),
      [self = shared_from_this()](beast::error_code error, std::size_t) {
        self->writes_ = false;
        self->stream_.expires_never();
        if (error)
          self->close();
        else
          self->write_next();
      });
}

void page_connection::close() {
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  stream_.socket().close(ignored);
  to_.on_end(shared_from_this());
}

} // namespace tern
