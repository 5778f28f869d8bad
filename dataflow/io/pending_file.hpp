#pragma once

#include "serialization/failure.hpp"

#include <filesystem>

namespace tern {

/// The name of a file while it is being written: beside the final one, in the
/// same folder, so that `commit` is one rename. Removed if that never comes.
class pending_file {
public:
  /// Picks a free name. Fails with `io` if `target` is a folder or lies in
  /// none.
  static result<pending_file> beside(const std::filesystem::path& target);

  pending_file(pending_file&& other) noexcept;
  pending_file& operator=(pending_file&&) = delete;
  ~pending_file();

  const std::filesystem::path& path() const noexcept {
    return path_;
  }
  const std::filesystem::path& target() const noexcept {
    return target_;
  }

  /// Bytes to the disk, then the file to its final name.
  result<void> commit();

private:
  pending_file(std::filesystem::path path, std::filesystem::path target);
  std::filesystem::path path_; ///< empty: committed or moved from
  std::filesystem::path target_;
  int slot_ = -1; ///< where `remove_pending_files` finds the name
};

/// Removes all files that are being written: for a process that ends at once.
/// May be called by a signal handler; of files that are open at a time it knows
/// the first 16, with names of up to 1023 bytes.
void remove_pending_files() noexcept;

} // namespace tern
