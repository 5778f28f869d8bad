#pragma once

#include "apps/tern/page/page_rules.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tern {

/// Events of one stream, as they go to readers.
using page_event = std::shared_ptr<const std::string>;

/// One connection to the page: requests and answers in turn, or, from its
/// request for events on, a reader. Only on the server's thread.
class page_connection : public std::enable_shared_from_this<page_connection> {
public:
  using pointer = std::shared_ptr<page_connection>;
  /// What all connections share.
  struct surroundings {
    const page_rules& rules;
    std::string cookie; ///< for whoever brings the token, with attributes
    std::function<void(const pointer&)> on_waiting; ///< for a request
    std::function<void(const pointer&)> on_request; ///< it has come
    /// False: there are enough of them.
    std::function<bool(const pointer&)> on_reader;
    /// Why or story: `tell` answers.
    std::function<void(const pointer&, const page_verdict&)> on_question;
    std::function<void(const pointer&)> on_end; ///< may come twice
  };

  page_connection(boost::asio::ip::tcp::socket socket, const surroundings& to)
    : stream_(std::move(socket)), to_(to) {}

  /// Reads a request, at most so long and so large; then another one.
  void wait();
  /// Answers a question of `on_question`.
  void tell(unsigned status, std::string json);
  /// For a reader: `e`, in place of what of its stream waits to be written.
  void send(const std::string& stream, const page_event& e);
  void close();

private:
  using empty_request =
      boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using text_response =
      boost::beast::http::response<boost::beast::http::string_body>;

  void judge();
  void refuse(const page_verdict& v);
  void give(const page_asset& asset);
  void become_reader();
  text_response response(unsigned status, const std::string& type) const;
  void respond(text_response r);
  void write_next();

  boost::beast::tcp_stream stream_;
  const surroundings& to_;
  boost::beast::flat_buffer buffer_;
  std::optional<empty_request> request_;
  std::optional<text_response> response_;
  bool reads_events_ = false;
  bool writes_ = false;
  std::map<std::string, page_event> waiting_; ///< by stream
  page_event writing_;
};

} // namespace tern
