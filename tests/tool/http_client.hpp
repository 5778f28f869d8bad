#pragma once

#include "actors/link/socket.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace tern::test {

/// A raw connection to a node's page.
class page_socket {
public:
  explicit page_socket(std::uint16_t port);

  /// Sends all of it; false once the other side has closed.
  bool send(const std::string& text);
  /// What comes until the other side closes, `enough` is in it, or the time is
  /// over.
  std::string read(const std::string& enough = {},
                   std::chrono::seconds limit = std::chrono::seconds(20));
  /// Whether the other side closes within `limit`; drops what comes.
  bool ends(std::chrono::seconds limit);

private:
  bool wait(short events, std::chrono::milliseconds limit) const;

  unique_fd socket_;
  std::string seen_;
};

struct page_answer {
  int status = 0; ///< 0: none came
  std::string head;
  std::string body;

  std::string header(const std::string& name) const;
};

using page_headers = std::map<std::string, std::string>;

/// `GET target`, with `Host: 127.0.0.1:PORT` unless `headers` say another.
page_answer ask_page(std::uint16_t port, const std::string& target,
                     const page_headers& headers = {});
page_answer parse_answer(const std::string& text);

} // namespace tern::test
