#pragma once

#include "serialization/archive.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tern {

/// What actors of this API say to each other: the head of every payload.
struct call_head {
  enum class kind : std::uint8_t {
    tell,    ///< a message
    request, ///< a message that wants an answer
    answer,  ///< to request `number`
    failure, ///< to request `number`: the body is a `failure`; with a tag:
             ///< there is no handler for that
    watch,   ///< tell me when you end
    unwatch, ///< no more
    ended,   ///< the sender ends; the body is the reason
    link,    ///< we end together; `number`: of the sender's links
    unlink, ///< no more; `number`: of the receiver's last link, as far as known
    linked, ///< heard: so that the way back is known when a node dies
    failed, ///< a handler of the sender, a child, threw; `number`: the
            ///< parent's child key; the body is what
  };
  kind what = kind::tell;
  std::uint64_t tag = 0; ///< of the message's type
  std::uint64_t number = 0;

  template <class Archive>
  void fields(Archive& a) {
    a(what, tag, number);
  }
};

/// For people: "message", "request", "answer" and so on.
std::string_view word_for(call_head::kind what) noexcept;

/// A head and the body behind it.
template <class... Body>
std::vector<std::byte> encode_call(const call_head& head, const Body&... body) {
  std::vector<std::byte> out;
  out.reserve(64); // as many as the smallest buffer has
  archive_writer to{out};
  to(head, body...);
  return out;
}

/// Reads the head, and leaves `bytes` at the body. `malformed` for others.
result<call_head> decode_call(std::span<const std::byte>& bytes);

/// What an answer says, as R; void: nothing but that it came.
template <class R, class Bytes>
result<R> answer_as(const result<Bytes>& answer) {
  if (!answer)
    return tl::make_unexpected(answer.error());
  if constexpr (std::is_void_v<R>)
    return {};
  else
    return from_bytes<R>(*answer);
}

std::vector<std::byte> encode_failure(std::uint64_t number, const failure& why,
                                      std::uint64_t unhandled = 0);
failure decode_failure(std::span<const std::byte> body);

} // namespace tern
