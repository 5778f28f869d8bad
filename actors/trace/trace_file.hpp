#pragma once

#include "actors/trace/trace_record.hpp"

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace tern {

class index_log;

/// Writes a `.tern-trace` file, and of a long one an index beside it; it is
/// readable after each call of `add`.
class trace_writer {
public:
  /// Creates or replaces the file. Fails with `io` and the path.
  static result<trace_writer> create(const std::string& path);
  ~trace_writer();
  trace_writer(trace_writer&&) noexcept;
  trace_writer& operator=(trace_writer&&) noexcept;

  /// Appends what nodes have recorded; the same node may come again.
  result<void> add(const std::vector<node_trace>& nodes);
  /// Appends a plan.
  result<void> add(const trace_plan& plan);

private:
  trace_writer(std::string path, std::ofstream file);

  void append(const trace_record& record);
  result<void> written();

  std::string path_;
  std::ofstream file_;
  std::unique_ptr<index_log> index_;
};

/// A whole trace in memory.
struct trace_content {
  trace_header header;
  std::vector<node_trace> nodes; ///< each once, its threads in order of number
  std::vector<trace_plan> plans; ///< those that are whole, as they came
  bool truncated = false;        ///< the last frame was cut off
};

/// Fails with `io` and the path.
result<std::vector<std::byte>> load_file(const std::string& path);

/// All records of `bytes`, put together. Fails with `malformed`.
result<trace_content> read_trace(std::span<const std::byte> bytes);

/// A whole file of records. Fails with `io` or `malformed`, and the path.
result<trace_content> load_trace(const std::string& path);

} // namespace tern
