#include "tests/tool/http_client.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include <algorithm>
#include <cerrno>

#include <netinet/in.h>
#include <sys/socket.h>

namespace tern::test {

page_socket::page_socket(std::uint16_t port)
  : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  BOOST_TEST_REQUIRE(static_cast<bool>(socket_), "no socket is left");
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BOOST_TEST_REQUIRE(::connect(socket_.value(),
                               reinterpret_cast<const sockaddr*>(&to),
                               sizeof to)
                         == 0,
                     "cannot connect: " << error_text(errno));
}

bool page_socket::wait(short events, std::chrono::milliseconds limit) const {
  pollfd p{socket_.value(), events, 0};
  return ::poll(&p, 1, static_cast<int>(limit.count())) > 0;
}

bool page_socket::send(const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    if (!wait(POLLOUT, std::chrono::seconds(10)))
      return false;
    const auto n = ::send(socket_.value(), text.data() + sent,
                          text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

std::string page_socket::read(const std::string& enough,
                              std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::string out;
  while (enough.empty() || out.find(enough) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    char bytes[4096];
    if (left.count() <= 0 || !wait(POLLIN, left))
      break;
    const auto n = ::recv(socket_.value(), bytes, sizeof bytes, 0);
    if (n <= 0)
      break;
    out.append(bytes, static_cast<std::size_t>(n));
  }
  return out;
}

bool page_socket::ends(std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    char bytes[4096];
    if (left.count() <= 0 || !wait(POLLIN, left))
      return false;
    if (::recv(socket_.value(), bytes, sizeof bytes, 0) <= 0)
      return true;
  }
}

std::string page_answer::header(const std::string& name) const {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos)
    return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

page_answer parse_answer(const std::string& text) {
  page_answer out;
  const auto end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos)
    return out;
  out.status = std::stoi(text.substr(9, 3));
  out.head = text.substr(0, end + 2);
  out.body = text.substr(end + 4);
  return out;
}

page_answer ask_page(std::uint16_t port, const std::string& target,
                     const page_headers& headers) {
  auto all = headers;
  all.try_emplace("Host", "127.0.0.1:" + std::to_string(port));
  all.try_emplace("Connection", "close");
  std::string text = "GET " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : all)
    text += name + ": " + value + "\r\n";
  page_socket s{port};
  BOOST_TEST(s.send(text + "\r\n"));
  return parse_answer(s.read());
}

} // namespace tern::test
