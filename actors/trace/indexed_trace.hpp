#pragma once

#include "actors/trace/trace_bytes.hpp"
#include "actors/trace/trace_file.hpp"
#include "actors/trace/trace_index.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace tern {

/// A trace of any length, of which only what is asked for comes into memory.
class indexed_trace {
public:
  /// Opens a file with the index beside it. What that does not know is read,
  /// and the index written anew if that was much; if that cannot be, it is the
  /// next one who reads it again. Fails with `io` or `malformed`, and the path.
  static result<indexed_trace> open(const std::string& path);

  /// The same of these bytes, of which `known` is an index or an empty one.
  /// Fails with `io` or `malformed`.
  static result<indexed_trace> of(std::unique_ptr<trace_bytes> bytes,
                                  trace_index known);

  const trace_index& index() const noexcept {
    return index_;
  }
  const trace_bytes& bytes() const noexcept {
    return *bytes_;
  }
  trace_summary summary() const;
  /// Fails with `io` or `malformed`.
  result<trace_header> header() const;

  /// The header, all nodes, and those events that are chosen, of frames that
  /// are chosen. Any thread may be asked about an event. Fails with `io` or
  /// `malformed`.
  result<trace_content>
  excerpt(const std::function<bool(const frame_digest&)>& of_frame,
          const std::function<bool(const trace_event&)>& of_event) const;

private:
  indexed_trace(std::unique_ptr<trace_bytes> bytes, trace_index known)
    : bytes_(std::move(bytes)), index_(std::move(known)) {}

  result<void> read_rest();

  std::unique_ptr<trace_bytes> bytes_;
  trace_index index_;
  bool truncated_ = false;
};

/// Opens a file without a look at its index, which it then writes. Fails with
/// `io` or `malformed`, and the path.
result<indexed_trace> make_index(const std::string& path);

} // namespace tern
