// Memory that is needed late goes to disk without anybody noticing: the bytes
// are written to the file, and then the file is mapped over them, at the same
// address. A reader sees the same bytes at any moment, before, during and after
// that, so no handle, lock or count concerns him; he may only have to wait for
// a page. (A copy elsewhere would have to be agreed upon with every reader.)
//
//   in memory --spill--> in the file --pin--> in both --unpin--> in the file
//        ^                    |
//        +---- last handle ---+   fresh memory is mapped there, for the pool
//
// It is written with O_DIRECT, so that nothing has to be kept for the kernel to
// write later. What is read back comes by its page cache, which is nobody's
// memory and goes when it is needed.
#include "serialization/spill_file.hpp"

#include "serialization/buffer_pool.hpp"
#include "serialization/system_memory.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/mman.h>
#include <sys/vfs.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

namespace tern {

namespace {

constexpr std::size_t page = 4096;

failure not_possible(const std::string& what, const std::string& directory,
                     int error) {
  return {failure_kind::io, what + " in " + directory + ": "
                                + std::generic_category().message(error)};
}

bool lies_in_memory(int file) {
  struct ::statfs s {};
  return ::fstatfs(file, &s) == 0
         && (s.f_type == TMPFS_MAGIC || s.f_type == RAMFS_MAGIC);
}

std::size_t length_of(const buffer& b) noexcept {
  return round_up(b.size(), page);
}

} // namespace

spill_file& spill_file::process() {
  // Never destroyed: buffers in static objects may die after it otherwise.
  static auto* file = new spill_file;
  return *file;
}

result<void> spill_file::open(const std::string& directory) {
  std::lock_guard guard{mutex_};
  if (file_ >= 0)
    return {};
  constexpr int how = O_TMPFILE | O_RDWR | O_CLOEXEC;
  auto file = ::open(directory.c_str(), how | O_DIRECT, 0600);
  if (file < 0 && errno == EINVAL)
    file = ::open(directory.c_str(), how, 0600);
  if (file < 0)
    return tl::make_unexpected(
        not_possible("no file for what is spilled", directory, errno));
  if (lies_in_memory(file)) {
    ::close(file);
    return fail(failure_kind::refused,
                directory
                    + " lies in memory (tmpfs): to spill to it would "
                      "save none");
  }
  file_ = file;
  directory_ = directory;
  return {};
}

bool spill_file::can_spill(const buffer& b) noexcept {
  return buffer_pool::is_large(b);
}

result<std::size_t> spill_file::spill(const buffer& b, const account& counted) {
  if (!can_spill(b))
    return std::size_t{0};
  const auto* data = b.data();
  const auto length = length_of(b);
  std::uint64_t offset = 0;
  {
    std::lock_guard guard{mutex_};
    if (file_ < 0)
      return fail(failure_kind::io, "there is no file for what is spilled");
    if (entries_.contains(data) || !being_written_.insert(data).second)
      return std::size_t{0};
    offset = take(length);
  }
  auto done = write(data, length, offset);
  std::lock_guard guard{mutex_};
  being_written_.erase(data);
  if (done
      && ::mmap(const_cast<std::byte*>(data), length, PROT_READ,
                MAP_PRIVATE | MAP_FIXED, file_, static_cast<off_t>(offset))
             == MAP_FAILED)
    done = tl::make_unexpected(
        not_possible("cannot map what was spilled", directory_, errno));
  if (!done) {
    free_.insert({offset, length});
    return tl::make_unexpected(done.error());
  }
  buffer_pool::mark_spilled(b);
  entries_[data] = {offset, length, 0, counted};
  counted->fetch_add(length, std::memory_order_relaxed);
  written_.fetch_add(length, std::memory_order_relaxed);
  return length;
}

// Under the lock.
std::uint64_t spill_file::take(std::size_t length) {
  if (const auto found = free_.take(length))
    return *found;
  return std::exchange(end_, end_ + length);
}

result<void> spill_file::write(const std::byte* data, std::size_t length,
                               std::uint64_t offset) {
  while (length > 0) {
    const auto n = ::pwrite(file_, data, length, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return tl::make_unexpected(not_possible(
          "cannot spill a block", directory_, n < 0 ? errno : ENOSPC));
    data += n;
    offset += static_cast<std::uint64_t>(n);
    length -= static_cast<std::size_t>(n);
  }
  return {};
}

bool spill_file::is_spilled(const buffer& b) const {
  std::lock_guard guard{mutex_};
  return entries_.contains(b.data()) || being_written_.contains(b.data());
}

std::size_t spill_file::bytes_away(const buffer& b) const {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(b.data());
  return found == entries_.end() || found->second.pins > 0
             ? 0
             : found->second.length;
}

result<void> spill_file::pin(const buffer& b) {
  std::size_t length = 0;
  {
    std::lock_guard guard{mutex_};
    const auto found = entries_.find(b.data());
    if (found == entries_.end() || found->second.pins++ > 0)
      return {};
    length = found->second.length;
    found->second.counted->fetch_sub(length, std::memory_order_relaxed);
  }
  auto* data = const_cast<std::byte*>(b.data());
  // an older kernel does not know it: then the pages come one by one
  if (::madvise(data, length, MADV_POPULATE_READ) == 0 || errno == EINVAL)
    return {};
  const auto error = errno;
  unpin(b);
  return tl::make_unexpected(
      not_possible("cannot read back a spilled block", directory_, error));
}

// What was spilled after it had been pinned is dropped all the same.
void spill_file::unpin(const buffer& b) noexcept {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(b.data());
  if (found == entries_.end())
    return;
  auto& e = found->second;
  if (e.pins > 0) {
    if (--e.pins > 0)
      return;
    e.counted->fetch_add(e.length, std::memory_order_relaxed);
  }
  ::madvise(const_cast<std::byte*>(b.data()), e.length, MADV_DONTNEED);
}

void spill_file::drop_read() noexcept {
  std::lock_guard guard{mutex_};
  for (const auto& [data, e] : entries_)
    if (e.pins == 0)
      ::madvise(const_cast<std::byte*>(data), e.length, MADV_DONTNEED);
}

// Its last handle is gone. If there is no fresh memory to be had, the pool gets
// what there is: a private mapping is memory like any other when it is written
// to, and its part of the file stays in use.
void spill_file::restore(std::byte* data) noexcept {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(data);
  if (found == entries_.end())
    return;
  const auto e = std::move(found->second);
  entries_.erase(found);
  if (e.pins == 0)
    e.counted->fetch_sub(e.length, std::memory_order_relaxed);
  if (::mmap(data, e.length, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      == MAP_FAILED) {
    ::mprotect(data, e.length, PROT_READ | PROT_WRITE);
    return;
  }
  ::madvise(data, e.length, MADV_HUGEPAGE);
  free_.insert({e.offset, e.length});
}

} // namespace tern
