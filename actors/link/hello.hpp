#pragma once

#include "actors/actor_id.hpp"
#include "serialization/failure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tern {

/// Of the link and of the control plane: nodes that differ refuse each other.
constexpr std::uint32_t protocol_version = 2;

/// What one end of a new connection says to the other.
enum class hello_answer : std::uint32_t {
  hello = 0,    ///< from the one who connects
  welcome = 1,  ///< this is a link now
  version = 2,  ///< another version of the protocol
  mistaken = 3, ///< the node that was meant is not here
  stranger = 4, ///< nobody has said that you would come
  present = 5,  ///< there is a link between the two already
};

/// The first 40 bytes in either direction. Their form is the same in all
/// versions: mark 64 | version 32 | answer 32 | from 64 | to 64 | checksum 64.
struct hello {
  std::uint32_t version = protocol_version;
  hello_answer answer = hello_answer::hello;
  node_id from;
  node_id to;

  friend bool operator==(const hello&, const hello&) = default;
};

constexpr std::size_t hello_size = 40;
using hello_bytes = std::array<std::byte, hello_size>;

hello_bytes encode(const hello& h);

/// Fails with `malformed` on anything that `encode` does not write.
result<hello> decode_hello(std::span<const std::byte, hello_size> bytes);

/// Why `answer` is no welcome, for people; `theirs` is the other's version.
std::string refusal_text(hello_answer answer, std::uint32_t theirs);

} // namespace tern
