#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// The bytes of a trace, read in pieces. Any thread may call.
class trace_bytes {
public:
  virtual ~trace_bytes() = default;

  /// How many there are; of a file that grows, as it was opened.
  virtual std::uint64_t size() const noexcept = 0;
  /// Up to `count` bytes from `offset` on: fewer at the end. Fails with `io`.
  virtual result<std::vector<std::byte>> read(std::uint64_t offset,
                                              std::size_t count) const = 0;
};

/// Of a file. Fails with `io` and the path.
result<std::unique_ptr<trace_bytes>> open_trace_bytes(const std::string& path);

/// Those in memory, which must outlive it.
std::unique_ptr<trace_bytes> bytes_in_memory(std::span<const std::byte> bytes);

} // namespace tern
