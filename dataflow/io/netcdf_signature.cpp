#include "dataflow/io/netcdf_signature.hpp"

#include "dataflow/io/classic_header.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <sys/stat.h>

namespace tern {
namespace {

/// Headers are read in steps that double up to here.
constexpr std::uint64_t first_read = 64 << 10;
constexpr std::uint64_t longest_header = 256 << 20;

class descriptor {
public:
  explicit descriptor(const std::string& path)
    : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  explicit operator bool() const {
    return fd_ >= 0;
  }
  int get() const {
    return fd_;
  }
  /// Bytes [at, at + n), fewer at the end of the file.
  std::vector<std::byte> read(std::uint64_t at, std::uint64_t n) const {
    std::vector<std::byte> bytes(n);
    std::size_t got = 0;
    while (got < n) {
      const auto r =
          pread(fd_, bytes.data() + got, n - got, static_cast<off_t>(at + got));
      if (r <= 0)
        break;
      got += static_cast<std::size_t>(r);
    }
    bytes.resize(got);
    return bytes;
  }

private:
  int fd_;
};

result<void> check_classic(const std::string& path, const descriptor& file,
                           std::uint64_t size) {
  for (auto n = first_read;; n *= 2) {
    const auto bytes = file.read(0, std::min({n, size, longest_header}));
    const auto layout = decode_classic_header(bytes);
    if (layout) {
      if (layout->data_end <= size)
        return {};
      return fail(failure_kind::malformed,
                  fmt::format("{}: the end of the file is missing: its header "
                              "promises {} bytes, there are {}",
                              path, layout->data_end, size));
    }
    if (layout.error().kind != failure_kind::not_found)
      return fail(
          failure_kind::malformed,
          fmt::format("{}: bad NetCDF header: {}", path, layout.error().what));
    if (n >= std::min(size, longest_header))
      return fail(failure_kind::malformed,
                  fmt::format("{}: the end of the file is missing: {}", path,
                              layout.error().what));
  }
}

/// HDF5 may begin with a user block of 512 bytes or a power of two more.
bool has_hdf5_signature(const descriptor& file, std::uint64_t size) {
  static constexpr std::array<unsigned char, 8> signature = {
      0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  for (std::uint64_t at = 0; at + 8 <= size; at = at == 0 ? 512 : at * 2) {
    const auto bytes = file.read(at, 8);
    if (bytes.size() == 8 && std::memcmp(bytes.data(), &signature, 8) == 0)
      return true;
  }
  return false;
}

} // namespace

result<void> check_netcdf_signature(const std::string& path) {
  const descriptor file(path);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0)
    return fail(errno == ENOENT || errno == ENOTDIR ? failure_kind::not_found
                                                    : failure_kind::io,
                fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  if (!S_ISREG(status.st_mode))
    return fail(failure_kind::malformed,
                fmt::format("{} is not a regular file", path));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto magic = file.read(0, 3);
  if (magic.size() == 3 && std::memcmp(magic.data(), "CDF", 3) == 0)
    return check_classic(path, file, size);
  if (has_hdf5_signature(file, size))
    return {};
  return fail(failure_kind::malformed,
              size == 0
                  ? fmt::format("{} is empty: not a NetCDF file", path)
                  : fmt::format("{} is not a NetCDF file: no signature at "
                                "offset 0",
                                path));
}

} // namespace tern
