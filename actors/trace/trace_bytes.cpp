#include "actors/trace/trace_bytes.hpp"

#include "actors/link/socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

namespace tern {

namespace {

tl::unexpected<failure> io_failure(const std::string& path, int error) {
  const auto why = std::error_code(error, std::generic_category()).message();
  return fail(failure_kind::io, "cannot read " + path + ": " + why);
}

// Not mapped: a file that somebody makes shorter meanwhile would end this
// process.
class file_bytes final : public trace_bytes {
public:
  file_bytes(std::string path, unique_fd file, std::uint64_t size)
    : path_(std::move(path)), file_(std::move(file)), size_(size) {}

  std::uint64_t size() const noexcept override {
    return size_;
  }

  result<std::vector<std::byte>> read(std::uint64_t offset,
                                      std::size_t count) const override {
    const auto left = size_ - std::min(offset, size_);
    std::vector<std::byte> bytes(
        static_cast<std::size_t>(std::min<std::uint64_t>(count, left)));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const auto got =
          ::pread(file_.value(), bytes.data() + done, bytes.size() - done,
                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return io_failure(path_, errno);
      if (got == 0)
        break; // it has become shorter
      done += static_cast<std::size_t>(got);
    }
    bytes.resize(done);
    return bytes;
  }

private:
  std::string path_;
  unique_fd file_;
  std::uint64_t size_;
};

class memory_bytes final : public trace_bytes {
public:
  explicit memory_bytes(std::span<const std::byte> all) : all_(all) {}

  std::uint64_t size() const noexcept override {
    return all_.size();
  }

  result<std::vector<std::byte>> read(std::uint64_t offset,
                                      std::size_t count) const override {
    const auto from = std::min<std::uint64_t>(offset, all_.size());
    const auto rest = all_.subspan(static_cast<std::size_t>(from));
    const auto part = rest.first(std::min(count, rest.size()));
    return std::vector<std::byte>{part.begin(), part.end()};
  }

private:
  std::span<const std::byte> all_;
};

} // namespace

result<std::unique_ptr<trace_bytes>> open_trace_bytes(const std::string& path) {
  unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file)
    return io_failure(path, errno);
  struct stat about {};
  if (::fstat(file.value(), &about) != 0)
    return io_failure(path, errno);
  if (!S_ISREG(about.st_mode))
    return fail(failure_kind::io, "cannot read " + path + ": no ordinary file");
  return std::make_unique<file_bytes>(
      path, std::move(file), static_cast<std::uint64_t>(about.st_size));
}

std::unique_ptr<trace_bytes> bytes_in_memory(std::span<const std::byte> bytes) {
  return std::make_unique<memory_bytes>(bytes);
}

} // namespace tern
