#pragma once

#include "actors/trace/trace_index.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <span>
#include <string>

namespace tern {

/// Where the index of a trace is: beside it.
std::string index_path(const std::string& trace);

/// What the file beside the trace `path`, of these bytes, knows of it; nothing
/// if it is not there or not the trace's.
trace_index load_index(const std::string& path, const trace_bytes& trace);

/// Writes the whole file, or leaves what was there. Fails with `io` and the
/// path.
result<void> store_index(const std::string& path, const trace_bytes& trace,
                         const trace_index& index);

/// Writes the index while the trace is written: nothing at all of a short one,
/// and what is new after each four million events and at the end. What cannot
/// be written is left out, for a reader makes it again.
class index_log {
public:
  /// Of the trace `path`, which is new: an index of before is removed.
  explicit index_log(const std::string& path);
  ~index_log();
  index_log(const index_log&) = delete;
  index_log& operator=(const index_log&) = delete;

  /// A frame was appended, which is stored as `bytes`.
  void note(const trace_record& record, std::span<const std::byte> bytes);
  /// Those noted till now are in the file.
  void settle();

private:
  void write();

  std::string path_;
  std::ofstream file_;               ///< from the first chunk on
  std::vector<frame_digest> frames_; ///< that are not in the file
  std::uint64_t events_ = 0;         ///< of these
  std::uint64_t end_ = 0;            ///< of the last
  std::vector<std::byte> last_frame_;
  summary_builder sums_; ///< of all frames
};

} // namespace tern
