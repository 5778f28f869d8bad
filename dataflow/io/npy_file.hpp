#pragma once

#include "dataflow/io/npy_header.hpp"

#include <span>
#include <string>

namespace tern {

/// An open .npy file whose header has been read and which is as long as that
/// promises. Any thread may read.
class npy_file {
public:
  /// Fails with the path and what is wrong, where.
  static result<npy_file> open(const std::string& path);

  npy_file(npy_file&& other) noexcept;
  npy_file& operator=(npy_file&&) = delete;
  ~npy_file();

  const npy_header& header() const noexcept {
    return header_;
  }
  /// Fills `to` from `offset` on.
  result<void> read(std::uint64_t offset, std::span<std::byte> to) const;

private:
  npy_file(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  result<void> read_header();

  std::string path_;
  int fd_;
  npy_header header_;
};

} // namespace tern
