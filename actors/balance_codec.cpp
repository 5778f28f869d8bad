#include "actors/balance_codec.hpp"

#include "serialization/capnp_message.hpp"
#include "serialization/schema/balance.capnp.h"

namespace tern {

namespace {

constexpr std::uint32_t most_workers = 1u << 16;
constexpr std::uint64_t most_actors = std::uint64_t{1} << 40;
constexpr std::uint64_t most_load = std::uint64_t{1} << 60; // 10^9 workers
constexpr std::uint64_t most_periods = std::uint64_t{1} << 60;

bool is_sound(const balance_report& r) {
  return r.sequence != 0 && r.sequence <= most_periods && r.echo <= most_periods
         && r.turn <= most_periods && r.load <= most_load
         && r.actors <= most_actors && r.workers != 0
         && r.workers <= most_workers;
}

result<balance_report> read(schema::BalanceReport::Reader from) {
  const balance_report r{from.getSequence(), from.getEcho(),
                         from.getTurn(),     from.getLoad(),
                         from.getActors(),   from.getWorkers()};
  if (!is_sound(r))
    return fail(failure_kind::malformed, "a report of load beyond reason");
  return r;
}

} // namespace

std::vector<std::byte> encode(const balance_report& r) {
  capnp::MallocMessageBuilder message;
  auto to = message.initRoot<schema::BalanceReport>();
  to.setSequence(r.sequence);
  to.setEcho(r.echo);
  to.setTurn(r.turn);
  to.setLoad(r.load);
  to.setActors(r.actors);
  to.setWorkers(r.workers);
  return encode_capnp(message);
}

result<balance_report> decode_balance_report(std::span<const std::byte> bytes) {
  return decode_capnp<schema::BalanceReport>(
      bytes, "a report of load", [](auto from) { return read(from); });
}

} // namespace tern
