#include "actors/api/call.hpp"

namespace tern {

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
