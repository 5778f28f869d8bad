#include "actors/trace/flight_layout.hpp"
#include "actors/trace/flight_recovery.hpp"
#include "actors/trace/trace_file.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>

using namespace tern;
using fuzz::check;

namespace {

void check_flight(std::span<const std::byte> bytes,
                  std::optional<clock_reading> now) {
  const auto flight = read_flight(bytes, now);
  if (!flight)
    return;
  std::vector<std::byte> file;
  append_record(file, trace_header{});
  append_node(file, flight->trace);
  const auto back = read_trace(file);
  check(back.has_value() && back->nodes.size() == 1,
        "what is recovered can be written");
  for (const auto& thread : flight->trace.threads)
    for (std::size_t i = 1; i < thread.events.size(); ++i)
      check(thread.events[i - 1].time <= thread.events[i].time,
            "times of a thread never go back");
}

/// Any bytes as the parts of a file in which something is written: a header,
/// entries of the tables, and threads.
std::vector<std::byte> laid_out(std::span<const std::byte> bytes) {
  const auto take = [&](std::size_t most) {
    const auto part = bytes.first(std::min(most, bytes.size()));
    bytes = bytes.subspan(part.size());
    return part;
  };
  const auto head = take(sizeof(flight::header));
  constexpr std::size_t some_names = 4 * sizeof(std::uint64_t);
  const auto peers = take(some_names);
  const auto scopes = take(some_names);
  std::vector<std::byte> file(flight::slots_at + bytes.size());
  const auto put = [&](std::span<const std::byte> part, std::size_t at) {
    std::ranges::copy(part, file.begin() + static_cast<std::ptrdiff_t>(at));
  };
  put(head, 0);
  put(peers, flight::peers_at);
  put(scopes, flight::scopes_at);
  put(bytes, flight::slots_at);
  return file;
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  check_flight(bytes, std::nullopt);
  const auto file = laid_out(bytes);
  check_flight(file, std::nullopt);
  check_flight(file, clock_reading{~std::uint64_t{0} >> 1, 1'000'000'000});
  return 0;
}
