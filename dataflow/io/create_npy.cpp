#include "dataflow/io/netcdf.hpp"
#include "dataflow/io/pending_file.hpp"
#include "dataflow/io/written_blocks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

// The .npy format, version 1.0 (NumPy Enhancement Proposal 1): magic, version,
// length of the header, a Python dictionary padded with spaces to a multiple
// of 64 bytes, then the elements. NumPy leaves room behind the dictionary for
// the first extent to grow to 21 digits; so do we, so that equal arrays give
// equal files.

namespace tern {
namespace {

static_assert(std::endian::native == std::endian::little);

std::string_view descr_of(dtype type) {
  switch (type) {
  case dtype::boolean:
    return "|b1";
  case dtype::int8:
    return "|i1";
  case dtype::int16:
    return "<i2";
  case dtype::int32:
    return "<i4";
  case dtype::int64:
    return "<i8";
  case dtype::uint8:
    return "|u1";
  case dtype::uint16:
    return "<u2";
  case dtype::uint32:
    return "<u4";
  case dtype::uint64:
    return "<u8";
  case dtype::float32:
    return "<f4";
  case dtype::float64:
    return "<f8";
  case dtype::complex64:
    return "<c8";
  case dtype::complex128:
    return "<c16";
  }
  return {};
}

std::string header_of(dtype type, const shape& s) {
  constexpr std::size_t digits_to_grow = 21;
  constexpr std::size_t front = 10; // magic, version, length
  constexpr std::size_t alignment = 64;
  auto text = fmt::format("{{'descr': '{}', 'fortran_order': False, "
                          "'shape': {}, }}",
                          descr_of(type), to_string(s));
  if (!s.empty())
    text.append(digits_to_grow - std::to_string(s[0]).size(), ' ');
  text.append(alignment - (front + text.size() + 1) % alignment, ' ');
  text += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

class npy_writer final : public array_writer {
public:
  npy_writer(pending_file file, int fd, dtype type, const shape& s,
             std::size_t front)
    : file_(std::move(file)), fd_(fd), extents_(s), blocks_(type, s),
      front_(front) {}

  ~npy_writer() override {
    if (fd_ >= 0)
      close(fd_);
  }

  result<void> write(const shape& start, const block& data) override {
    if (auto ok = blocks_.check(start, data); !ok)
      return ok;
    if (data.size() > 0)
      if (auto ok = write_rows(start, data); !ok)
        return ok;
    blocks_.add(start, data);
    return {};
  }

  result<void> commit() override {
    if (auto whole = blocks_.complete(file_.target()); !whole)
      return whole;
    if (close(std::exchange(fd_, -1)) != 0)
      return failed(errno);
    return file_.commit();
  }

private:
  /// Elements that lie together in the file are written in one go: the rows of
  /// the last axes that the block has whole, and of one more axis.
  result<void> write_rows(const shape& start, const block& data) {
    const auto rank = extents_.size();
    std::size_t outer = rank; // axes to step over, one position at a time
    std::int64_t run = 1;
    while (outer > 0) {
      --outer;
      run *= data.shape()[outer];
      if (data.shape()[outer] != extents_[outer])
        break;
    }
    const auto width = size_of(data.type());
    const shape steps(data.shape().begin(),
                      data.shape().begin()
                          + static_cast<std::ptrdiff_t>(outer));
    const auto runs = element_count(steps);
    for (std::int64_t i = 0; i < runs; ++i) {
      auto place = index_of(steps, i);
      place.resize(rank, 0);
      for (std::size_t axis = 0; axis < rank; ++axis)
        place[axis] += start[axis];
      const auto bytes = static_cast<std::size_t>(run) * width;
      const auto at =
          front_ + static_cast<std::size_t>(linear_of(extents_, place)) * width;
      if (int e =
              put(data.data() + static_cast<std::size_t>(i) * bytes, bytes, at))
        return failed(e);
    }
    return {};
  }

  /// 0, or the error of the system.
  int put(const std::byte* bytes, std::size_t n, std::size_t at) const {
    while (n > 0) {
      const auto done = pwrite(fd_, bytes, n, static_cast<off_t>(at));
      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        return done < 0 ? errno : EIO;
      bytes += done;
      at += static_cast<std::size_t>(done);
      n -= static_cast<std::size_t>(done);
    }
    return 0;
  }

  tl::unexpected<failure> failed(int error) const {
    return fail(failure_kind::io,
                fmt::format("cannot write {}: {}", file_.target().string(),
                            std::strerror(error)));
  }

  pending_file file_;
  int fd_;
  shape extents_;
  written_blocks blocks_;
  std::size_t front_;
};

} // namespace

result<std::unique_ptr<array_writer>>
create_npy(const std::filesystem::path& path, const array& a) {
  auto file = pending_file::beside(path);
  if (!file)
    return tl::make_unexpected(file.error());
  const auto header = header_of(a.type(), a.shape());
  const auto bytes =
      header.size() + static_cast<std::size_t>(a.size()) * size_of(a.type());
  const int fd = open(file->path().c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ftruncate(fd, static_cast<off_t>(bytes)) != 0
      || pwrite(fd, header.data(), header.size(), 0)
             != static_cast<ssize_t>(header.size())) {
    const int error = errno;
    if (fd >= 0)
      close(fd);
    return fail(failure_kind::io,
                fmt::format("cannot write {}: {}", path.string(),
                            std::strerror(error)));
  }
  return std::make_unique<npy_writer>(*std::move(file), fd, a.type(), a.shape(),
                                      header.size());
}

} // namespace tern
