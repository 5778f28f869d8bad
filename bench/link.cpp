#include "bench/link.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <optional>

namespace tern::bench {

namespace {

constexpr std::uint64_t round_trips = 20'000;
constexpr std::uint64_t messages = 2'000'000;
constexpr std::uint64_t streamed = 2'000'000'000; ///< bytes

// reference figures of this kind of machine, for a bare socket
constexpr double known_gigabytes = 4.5;
constexpr double of_a_socket = 0.8; ///< that a link over TCP has to reach
constexpr double same_host = 10;    ///< GB/s, from one process to the other

std::optional<double> seconds_of(const std::string& output) {
  const double seconds = std::strtod(output.c_str(), nullptr);
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

std::optional<double> ours(const std::string& kind, std::uint64_t n,
                           std::uint64_t block = 0) {
  return seconds_of(output_of(own_path(), {"link-once", kind, std::to_string(n),
                                           std::to_string(block)}));
}

std::optional<double> bare(const std::string& kind, std::uint64_t n,
                           std::uint64_t block = 0) {
  return seconds_of(
      output_of(program_beside("rival-tcp-link"),
                {kind, std::to_string(n), std::to_string(block)}));
}

/// amount / seconds, or seconds * scale / amount.
auto rate(double amount) {
  return [amount](std::optional<double> seconds) {
    return seconds ? std::optional(amount / *seconds) : std::nullopt;
  };
}

row round_trip_row(unsigned repeats) {
  const auto microseconds = [](std::optional<double> seconds) {
    return seconds ? std::optional(*seconds * 1e6 / round_trips) : std::nullopt;
  };
  const auto found = interleave(
      repeats, [&] { return microseconds(ours("round-trips", round_trips)); },
      [&] { return microseconds(bare("round-trips", round_trips)); });
  promise p;
  p.at_least = 1.0 / 3;
  return compare("link", "round trip", "us", "bare TCP socket", found, p);
}

row message_row(unsigned repeats) {
  const auto found = interleave(
      repeats, [] { return rate(messages / 1e6)(ours("messages", messages)); });
  promise p;
  p.larger_is_better = true;
  p.more_than = 1;
  return compare("link", "small messages", "million/s", "", found, p);
}

/// `kind`: as of `run_link_once`.
row stream_row(const std::string& kind, std::uint64_t block, unsigned repeats) {
  const auto gigabytes = rate(streamed / 1e9);
  const auto found = interleave(
      repeats, [&] { return gigabytes(ours(kind, streamed, block)); },
      [&] { return gigabytes(bare("stream", streamed, block)); });
  promise p;
  p.larger_is_better = true;
  const bool large = block == 8u << 20;
  if (large)
    p.known_rival = known_gigabytes;
  if (large && kind == "stream")
    p.at_least = of_a_socket;
  if (large && kind == "memory")
    p.more_than = same_host;
  return compare("link",
                 fmt::format("blocks of {} KiB, {}", block >> 10,
                             kind == "memory" ? "same host" : "over TCP"),
                 "GB/s", "bare TCP socket", found, p);
}

} // namespace

std::vector<row> run_link(unsigned repeats) {
  std::vector<row> rows;
  rows.push_back(round_trip_row(repeats));
  rows.push_back(message_row(repeats));
  for (const std::string kind : {"stream", "memory"})
    for (const std::uint64_t kib : {64, 1024, 8192, 65536})
      rows.push_back(stream_row(kind, kib << 10, repeats));
  return rows;
}

} // namespace tern::bench
