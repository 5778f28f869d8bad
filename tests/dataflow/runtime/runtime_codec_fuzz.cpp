// Any bytes as a message between tasks (the first byte chooses the kind), as a
// submission, a census and a reply. What is accepted comes back when it is
// written again.

#include "dataflow/runtime/message_codec.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

namespace {

void any_message(std::span<const std::byte> bytes) {
  fuzz::choices choose{bytes};
  const auto kind = static_cast<message_kind>(100 + choose.byte() % 32);
  auto bulk = buffer::copy(choose.rest().subspan(choose.rest().size() / 2));
  const auto m = decode(kind, {}, choose.rest(), bulk);
  if (!m)
    return;
  const auto again = encode(*m, 1);
  const auto back = decode(kind, again.head, again.payload, again.bulk);
  check(back.has_value(), "a message that was read can be written and read");
  check(back->slot == m->slot && back->epoch == m->epoch
            && back->asker == m->asker && back->text == m->text,
        "it is the same message");
  check(static_cast<bool>(back->data) == static_cast<bool>(m->data),
        "its block comes back");
}

void any_plan(std::span<const std::byte> bytes) {
  if (const auto p = decode_plan(bytes))
    check(decode_plan(encode(*p)).has_value(),
          "a plan that was read can be written and read");
  if (const auto c = decode_census(bytes)) {
    const auto back = decode_census(encode(*c));
    check(back && back->round == c->round && back->plan == c->plan,
          "a census that was read can be written and read");
  }
  if (const auto r = decode_reply(bytes))
    check(decode_reply(encode(*r)).has_value(),
          "a reply that was read can be written and read");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  any_message(fuzz::as_bytes(data, size));
  any_plan(fuzz::as_bytes(data, size));
  return 0;
}
