#pragma once

#include "apps/tern/page/page_assets.hpp"
#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern {

/// What of a request decides about it: its first line and headers, empty where
/// it has none.
struct page_request {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view origin;
  std::string_view fetch_site; ///< Sec-Fetch-Site
  std::string_view fetch_mode; ///< Sec-Fetch-Mode
  std::string_view authorization;
  std::string_view cookie;
};

enum class page_route : std::uint8_t {
  refuse, ///< with `status` and `words`
  asset,
  events,
  why,
  story,
  enter, ///< the token was right: sets the cookie and goes on to `/`
};

/// What is to be done with a request.
struct page_verdict {
  page_route route = page_route::refuse;
  unsigned status = 200;
  std::string words{};
  const page_asset* asset = nullptr;
  std::uint64_t plan = 0; ///< why
  std::optional<block_key> task{};
  std::string actor{}; ///< story
};

/// Who may see what of the page. Pure: no socket, no clock.
///
/// Files are a fixed table, so that no path leads to another one. A browser
/// that was sent here by a page of somebody else is refused: by the name it
/// thinks this host has (against DNS rebinding), and by what it says of where
/// the request comes from. There is no header that lets other origins read.
class page_rules {
public:
  struct options {
    std::string host;   ///< as the page is served at, besides loopback
    std::string token;  ///< empty: whoever reaches the page may see it
    std::string cookie; ///< NAME=VALUE: what the token is good for
  };

  explicit page_rules(options o) : options_(std::move(o)) {}

  page_verdict judge(const page_request& r) const;

private:
  bool serves(std::string_view host) const;
  bool is_known(const page_request& r) const;

  const options options_;
};

/// Takes the same time for all texts of one length.
bool is_same_secret(std::string_view one, std::string_view other) noexcept;

/// The value of `name` in the query of a target, decoded. Empty if it is not
/// there; none if it is there twice, or is not well-formed.
std::optional<std::string> query_value(std::string_view target,
                                       std::string_view name);

/// Whether a token is long enough, and of characters that an URL holds as they
/// are. Fails with `refused`.
result<void> check_token(const std::string& token);

} // namespace tern
