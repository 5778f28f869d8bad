#pragma once

#include "actors/api/supervision.hpp"
#include "serialization/archive.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace tern {

/// How often an actor was made anew of late, and when it will be next. A value
/// that travels with its actor; times as in open_work.hpp.
///
/// Pure: the time is handed in.
class restart_book {
public:
  using time = std::chrono::nanoseconds;

  /// A handler threw. False: once too often.
  bool failed(const supervision::restart& how, time now);
  /// When its state is to be made anew; none: it was.
  const std::optional<time>& due() const noexcept {
    return due_;
  }
  void done() noexcept {
    due_.reset();
  }

  bool arrived = false; ///< it moved, which the state to come has not heard

  void save(archive_writer& to, time now) const;
  void load(archive_reader& from, time now);

private:
  std::vector<time> failures_; ///< within the time that counts, oldest first
  std::optional<time> due_;
};

} // namespace tern
