#pragma once

#include "actors/trace/event.hpp"
#include "actors/trace/flight_file.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// What a dead process left.
struct recovered_flight {
  node_trace trace;
  std::vector<std::string> problems; ///< what could not be read, and where
};

/// Reads a flight file (flight_layout.hpp) that lies in memory. `now`: the
/// clocks of the boot that the process lived in, if that is this one. Any bytes
/// give what is readable of them, or `malformed`.
result<recovered_flight> read_flight(std::span<const std::byte> bytes,
                                     std::optional<clock_reading> now);

/// A flight file. Fails with `refused` while its process lives, with `io` or
/// `malformed`, and the path.
result<recovered_flight> load_flight(const std::string& path);

/// The flight files in a directory, in order. Fails with `io` and the path.
result<std::vector<std::string>> flight_files_in(const std::string& directory);

} // namespace tern
