#include "actors/balance_codec.hpp"
#include "tests/fuzz_check.hpp"

using namespace tern;
using fuzz::check;

/// Any bytes as a report of load. What was read, written and read again, is the
/// same, and a balancer takes it.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto report = decode_balance_report(fuzz::as_bytes(data, size));
  if (!report)
    return 0;
  const auto again = decode_balance_report(encode(*report));
  check(again.has_value(), "what was written can be read");
  check(*again == *report, "what was read and written again is the same");

  balance_options o;
  o.policy = balance_policy::load;
  balancer b({1}, 2, o);
  const view v{{{1}, 1}, {{1}, {2}}, {}, {}};
  const auto actor = actor_id::stateful({1}, 1);
  for (int i = 1; i < 5; ++i) {
    const auto now = i * o.period;
    for (const auto& m :
         b.on_time(now, v, {{{actor, o.period, 0, false}}, {}}).moves) {
      check(m.to == node_id{2}, "a move goes to a member");
      b.on_moved(m.actor, true, 1, o.period);
    }
    b.on_report({2}, *report, now);
  }
  check(v.has(b.place(v)), "a place is a member");
  return 0;
}
