#include "dataflow/io/npy_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace tern {

npy_file::npy_file(npy_file&& other) noexcept
  : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)),
    header_(std::move(other.header_)) {}

npy_file::~npy_file() {
  if (fd_ >= 0)
    close(fd_);
}

result<npy_file> npy_file::open(const std::string& path) {
  // a pipe must not make us wait for its other end
  npy_file file(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd_ < 0)
    return fail(errno == ENOENT ? failure_kind::not_found : failure_kind::io,
                fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  if (auto ok = file.read_header(); !ok)
    return tl::make_unexpected(ok.error());
  return file;
}

result<void> npy_file::read_header() {
  struct stat info {};
  if (fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(failure_kind::io, fmt::format("{} is no regular file", path_));
  const auto size = static_cast<std::uint64_t>(info.st_size);
  std::vector<std::byte> front(
      std::min<std::uint64_t>(size, longest_npy_header));
  if (auto ok = read(0, front); !ok)
    return ok;
  auto header = decode_npy_header(front);
  if (!header)
    return fail(failure_kind::malformed,
                fmt::format("{} is no .npy file that can be read: {}", path_,
                            header.error().what));
  if (size < header->data_end)
    return fail(failure_kind::malformed,
                fmt::format("{} ends at offset {}, its array of shape {} at {}",
                            path_, size, to_string(header->extents),
                            header->data_end));
  header_ = *std::move(header);
  return {};
}

result<void> npy_file::read(std::uint64_t offset,
                            std::span<std::byte> to) const {
  while (!to.empty()) {
    const auto n = pread(fd_, to.data(), to.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return fail(
          failure_kind::io,
          fmt::format("{} at offset {}: {}", path_, offset,
                      n < 0 ? std::strerror(errno) : "the file ends here"));
    offset += static_cast<std::uint64_t>(n);
    to = to.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

} // namespace tern
