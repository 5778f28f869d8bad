#pragma once

#include "dataflow/array/array.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What the words of the command line mean, the same for all commands.

namespace tern {

/// Exit statuses of the tool.
enum exit_status : int {
  exit_well = 0,
  exit_failed = 1, ///< the run failed
  exit_usage = 2,  ///< usage, syntax, shape or name
};

/// Bytes: `1000`, `2GB` (10^9), `512MiB` (2^20), also without the B.
result<std::uint64_t> parse_size(const std::string& text);

/// The same; `auto` is 0: no limit.
result<std::uint64_t> parse_memory(const std::string& text);

/// `auto` is empty: to be chosen.
std::string parse_spill_directory(const std::string& text);

inline constexpr unsigned most_threads = 1024;
inline constexpr unsigned most_nodes = 256;

/// A whole number up to `most`; `auto` and 0 are 0: to be chosen.
result<unsigned> parse_count(const std::string& text, unsigned most);

/// A plan's id in hexadecimal digits, as `tern status` prints it.
result<std::uint64_t> parse_plan(const std::string& text);

struct address {
  std::string host;
  std::uint16_t port = 0;
};

/// `HOST:PORT`, `[::1]:PORT`.
result<address> parse_address(const std::string& text);

/// `auto`, `N` or `N,M,...`.
result<chunk_spec> parse_chunks(const std::string& text);

} // namespace tern
