#include "actors/control/suspicion.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

/// Any bytes as what a member says of another one. What was read, written and
/// read again, is the same, and a machine takes it.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace std::chrono_literals;
  const auto m = decode_suspicion_message(fuzz::as_bytes(data, size));
  if (!m)
    return 0;
  const auto again = decode_suspicion_message(encode(*m));
  check(again.has_value() && *again == *m, "what is read can be written");
  suspicion s{{1}};
  for (const node_id id : {node_id{2}, node_id{3}, m->subject})
    s.on_member(id, 100s);
  for (auto now = 100s; now < 104s; ++now) {
    s.on_heard({2}, now);
    s.on_message({2}, *m, now);
    for (const auto& i : s.on_time(now))
      if (const auto* d = std::get_if<suspicion::dead>(&i))
        check(d->who != node_id{2}, "who is heard is not dead");
  }
  return 0;
}
