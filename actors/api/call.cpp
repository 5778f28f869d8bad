#include "actors/api/call.hpp"

namespace tern {

std::string_view word_for(call_head::kind what) noexcept {
  switch (what) {
  case call_head::kind::tell:
    return "message";
  case call_head::kind::request:
    return "request";
  case call_head::kind::answer:
    return "answer";
  case call_head::kind::failure:
    return "failure";
  case call_head::kind::watch:
    return "watch";
  case call_head::kind::unwatch:
    return "unwatch";
  case call_head::kind::ended:
    return "end";
  case call_head::kind::link:
    return "link";
  case call_head::kind::unlink:
    return "unlink";
  case call_head::kind::linked:
    return "answer to a link";
  case call_head::kind::failed:
    return "failure";
  }
  return "?";
}

result<call_head> decode_call(std::span<const std::byte>& bytes) {
  call_head head;
  archive_reader from{bytes};
  from(head);
  if (from.failed().empty() && head.what > call_head::kind::failed)
    from.fail("a call of an unknown kind");
  if (!from.failed().empty())
    return fail(failure_kind::malformed, "a call: " + from.failed());
  bytes = from.left();
  return head;
}

std::vector<std::byte> encode_failure(std::uint64_t number, const failure& why,
                                      std::uint64_t unhandled) {
  return encode_call({call_head::kind::failure, unhandled, number}, why.kind,
                     why.what);
}

failure decode_failure(std::span<const std::byte> body) {
  failure why;
  archive_reader from{body};
  from(why.kind, why.what);
  if (!from.failed().empty() || why.kind > failure_kind::cancelled)
    return {failure_kind::malformed, "an answer that cannot be read"};
  return why;
}

} // namespace tern
