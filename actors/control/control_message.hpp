#pragma once

#include "actors/link/hello.hpp"
#include "actors/node.hpp"
#include "serialization/failure.hpp"

#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tern::control {

// What gateways say to each other; see serialization/schema/actors.capnp.

struct hello {
  std::uint32_t version = protocol_version;
  member from;
  bool contact = false; ///< the receiver is the first that the sender meets

  friend bool operator==(const hello&, const hello&) = default;
};

struct welcome {
  std::vector<member> members; ///< the speaker first

  friend bool operator==(const welcome&, const welcome&) = default;
};

struct refused {
  std::string why;

  friend bool operator==(const refused&, const refused&) = default;
};

struct members {
  std::vector<member> list; ///< the speaker first

  friend bool operator==(const members&, const members&) = default;
};

struct status_request {
  friend bool operator==(const status_request&,
                         const status_request&) = default;
};

struct status {
  std::vector<std::byte> bytes;

  friend bool operator==(const status&, const status&) = default;
};

/// To whoever in the node answers it (gateway.hpp): what it means is theirs.
struct question {
  std::vector<std::byte> bytes;

  friend bool operator==(const question&, const question&) = default;
};

struct answer {
  std::vector<std::byte> bytes;

  friend bool operator==(const answer&, const answer&) = default;
};

using message = std::variant<hello, welcome, refused, members, status_request,
                             status, question, answer>;

/// The one type that CAF carries between nodes.
using bytes = std::vector<char>;

bytes encode(const message& m);

/// Fails with `malformed` on anything that is no whole message or names a
/// member without an id.
result<message> decode(std::span<const char> from);

} // namespace tern::control
