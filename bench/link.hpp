#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// Two processes on one host, joined by tern's link and, in the same run, by a
/// bare TCP socket over loopback: round trip of a small message from handler
/// to handler, small messages a second one way, GB/s of blocks by their size.
/// A block counts once it lies whole in the receiver's pooled memory.
std::vector<row> run_link(unsigned repeats);

/// One measured run of our side. `kind`: "round-trips" (n of them), "messages"
/// (n), or "stream" (n bytes in blocks of `block` bytes). Prints seconds.
int run_link_once(const std::string& kind, std::uint64_t n,
                  std::uint64_t block);

/// The other process: joins, answers, ends with its standard input.
int run_link_peer(const std::string& host, std::uint16_t port);

} // namespace tern::bench
