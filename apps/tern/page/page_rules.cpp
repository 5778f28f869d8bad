#include "apps/tern/page/page_rules.hpp"

#include "actors/link/socket.hpp"
#include "apps/tern/commands/options.hpp"
#include "apps/tern/plan_guest.hpp"

#include <algorithm>
#include <utility>

#include <arpa/inet.h>

namespace tern {

namespace {

constexpr std::size_t longest_target = 2048;
constexpr std::size_t shortest_token = 16;
constexpr std::size_t longest_actor = 100;

page_verdict refuse(unsigned status, std::string words) {
  return {page_route::refuse, status, std::move(words)};
}

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 127; });
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    return end == host.npos ? host : host.substr(1, end - 1);
  }
  const auto colon = host.find(':');
  const bool has_more = colon != host.rfind(':'); // only [...] may hold them
  return has_more ? std::string_view{} : host.substr(0, colon);
}

bool is_address(std::string_view host) {
  const std::string text{host};
  in6_addr ignored{};
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1
         || ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

// 127.0.0.1 and not 127.0.0.1.example.org
bool is_loopback_name(std::string_view host) {
  return host == "localhost"
         || (is_address(host) && is_loopback(std::string{host}));
}

int hexadecimal(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hexadecimal(text[i + 1]) : -1;
    const int low = high >= 0 ? hexadecimal(text[i + 2]) : -1;
    if (low < 0)
      return std::nullopt;
    out += static_cast<char>(16 * high + low);
    i += 2;
  }
  return out;
}

// A browser says where a request comes from; other programs say nothing.
bool is_from_elsewhere(const page_request& r) {
  const bool stranger = !r.fetch_site.empty() && r.fetch_site != "same-origin"
                        && r.fetch_site != "none";
  const bool follows_link =
      path_of(r.target) == "/" && r.fetch_mode == "navigate";
  if (stranger && !follows_link)
    return true;
  const auto scheme = r.origin.find("://");
  return !r.origin.empty()
         && (scheme == r.origin.npos || r.origin.substr(scheme + 3) != r.host);
}

bool has_cookie(std::string_view all, std::string_view wanted) {
  while (!all.empty()) {
    const auto end = std::min(all.find(';'), all.size());
    if (is_same_secret(all.substr(0, end), wanted))
      return true;
    all.remove_prefix(std::min(end + 1, all.size()));
    all.remove_prefix(std::min(all.find_first_not_of(' '), all.size()));
  }
  return false;
}

page_verdict ask_why(std::string_view target) {
  const auto plan = query_value(target, "plan");
  const auto task = query_value(target, "task");
  if (!plan || !task)
    return refuse(400, "plan and task are not to be read");
  const auto id = parse_plan(*plan);
  if (!id)
    return refuse(400, id.error().what);
  page_verdict out{.route = page_route::why, .plan = *id};
  if (task->empty())
    return out;
  const auto key = parse_task(*task);
  if (!key)
    return refuse(400, key.error().what);
  out.task = *key;
  return out;
}

page_verdict ask_story(std::string_view target) {
  auto actor = query_value(target, "actor");
  if (!actor || actor->empty() || actor->size() > longest_actor)
    return refuse(400, "actor is not to be read");
  page_verdict out{.route = page_route::story};
  out.actor = std::move(*actor);
  return out;
}

} // namespace

bool is_same_secret(std::string_view one, std::string_view other) noexcept {
  if (one.size() != other.size())
    return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    const volatile char a = one[i];
    const volatile char b = other[i];
    different |= static_cast<unsigned char>(a ^ b);
  }
  return different == 0;
}

std::optional<std::string> query_value(std::string_view target,
                                       std::string_view name) {
  const auto begin = target.find('?');
  if (begin == target.npos)
    return std::string{};
  std::optional<std::string> found;
  for (auto rest = target.substr(begin + 1); !rest.empty();) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    const auto equals = std::min(pair.find('='), pair.size());
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.substr(0, equals) != name)
      continue;
    auto text = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!text || found)
      return std::nullopt;
    found = std::move(text);
  }
  return found ? found : std::string{};
}

result<void> check_token(const std::string& token) {
  const bool plain = std::ranges::all_of(token, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
           || c == '~';
  });
  if (plain && token.size() >= shortest_token)
    return {};
  return fail(failure_kind::refused,
              "a token has at least 16 letters, digits and - _ . ~");
}

bool page_rules::serves(std::string_view host) const {
  const auto name = without_port(host);
  if (is_loopback_name(name) || (!name.empty() && name == options_.host))
    return true;
  return !options_.token.empty() && is_address(name);
}

bool page_rules::is_known(const page_request& r) const {
  constexpr std::string_view bearer = "Bearer ";
  if (options_.token.empty() || has_cookie(r.cookie, options_.cookie))
    return true;
  return r.authorization.starts_with(bearer)
         && is_same_secret(r.authorization.substr(bearer.size()),
                           options_.token);
}

page_verdict page_rules::judge(const page_request& r) const {
  if (r.method != "GET" && r.method != "HEAD")
    return refuse(405, "this page can only be read");
  if (!r.target.starts_with('/') || r.target.size() > longest_target
      || !is_printable(r.target))
    return refuse(400, "this is no address of a page");
  if (!serves(r.host))
    return refuse(421, "the page is not served under this name");
  if (is_from_elsewhere(r))
    return refuse(403, "other sites may not ask");
  const auto path = path_of(r.target);
  if (!is_known(r)) {
    const auto token = query_value(r.target, "token");
    if (path == "/" && token && is_same_secret(*token, options_.token))
      return {page_route::enter, 303};
    return refuse(401, "this page wants its token: open it as /?token=... (and "
                       "reload it, if you followed a link)");
  }
  if (path == "/events")
    return {page_route::events};
  if (path == "/why")
    return ask_why(r.target);
  if (path == "/story")
    return ask_story(r.target);
  if (const auto* asset = find_asset(path))
    return {.route = page_route::asset, .asset = asset};
  return refuse(404, "there is nothing here");
}

} // namespace tern
