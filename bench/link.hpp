#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// Two processes on one host, joined by tern's link and, in the same run, by a
/// bare TCP socket over loopback: round trip of a small message from handler
/// to handler, small messages a second one way, GB/s of blocks by their size.
/// Blocks go over TCP, as between hosts, and from memory to memory, as on one
/// host. One counts once the receiver has read every byte of it.
std::vector<row> run_link(unsigned repeats);

/// One measured run of our side. `kind`: "round-trips" (n of them), "messages"
/// (n), "stream" (n bytes in blocks of `block` bytes, over TCP) or "memory"
/// (the same, read from the other's memory). Prints seconds.
int run_link_once(const std::string& kind, std::uint64_t n,
                  std::uint64_t block);

/// The other process: joins, answers, ends with its standard input.
int run_link_peer(const std::string& host, std::uint16_t port);

} // namespace tern::bench
