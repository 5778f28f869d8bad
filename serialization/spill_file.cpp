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
//
// Each spilled buffer takes up to two of the mappings that Linux gives a
// process (65,530 unless it is told otherwise), so there are no more than
// `most_entries` of them.
#include "serialization/spill_file.hpp"

#include "serialization/buffer_pool.hpp"
#include "serialization/system_memory.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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
constexpr std::size_t most_entries = 20'000;

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

// Some file systems know no files without a name: then it has one for a moment.
int nameless_file(const std::string& directory) {
  const auto file =
      ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
    return file;
  auto name = directory + "/tern-" + std::string(6, 'X'); // as mkstemp wants
  const auto named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0)
    ::unlink(name.c_str());
  return named;
}

void write_directly(int file, bool on) {
  const auto flags = ::fcntl(file, F_GETFL);
  ::fcntl(file, F_SETFL, on ? flags | O_DIRECT : flags & ~O_DIRECT);
}

std::byte* address_of(const buffer& b) noexcept {
  return const_cast<std::byte*>(b.data());
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
  const auto file = nameless_file(directory);
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
  write_directly(file, true);
  file_ = file;
  directory_ = directory;
  return {};
}

bool spill_file::can_spill(const buffer& b) noexcept {
  return buffer_pool::is_large(b);
}

result<std::size_t> spill_file::spill(const buffer& b) {
  if (!can_spill(b))
    return std::size_t{0};
  const auto* data = b.data();
  entry e;
  e.length = round_up(b.size(), page);
  {
    std::lock_guard guard{mutex_};
    if (file_ < 0)
      return fail(failure_kind::io, "there is no file for what is spilled");
    if (is_pinned(data) || entries_.contains(data)
        || entries_.size() >= most_entries
        || !being_written_.insert(data).second)
      return std::size_t{0};
    e.offset = take(e.length);
  }
  const auto written = write(data, e.length, e.offset);
  std::lock_guard guard{mutex_};
  being_written_.erase(data);
  auto gave = written ? map(b, e) : tl::make_unexpected(written.error());
  if (!gave || *gave == 0)
    free_.insert({e.offset, e.length});
  return gave;
}

// Under the lock.
result<std::size_t> spill_file::map(const buffer& b, const entry& e) {
  const auto* data = b.data();
  if (is_pinned(data)) // meanwhile
    return std::size_t{0};
  const auto place = entries_.emplace(data, e).first;
  if (::mmap(address_of(b), e.length, PROT_READ, MAP_PRIVATE | MAP_FIXED, file_,
             static_cast<off_t>(e.offset))
      == MAP_FAILED) {
    const auto error = errno;
    entries_.erase(place);
    if (error == ENOMEM)
      return std::size_t{0};
    return tl::make_unexpected(
        not_possible("cannot map what was spilled", directory_, error));
  }
  buffer_pool::mark_spilled(b);
  return e.length;
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
    if (n < 0 && errno == EINVAL && (::fcntl(file_, F_GETFL) & O_DIRECT) != 0) {
      write_directly(file_, false);
      continue;
    }
    if (n <= 0)
      return tl::make_unexpected(not_possible(
          "cannot spill a block", directory_, n < 0 ? errno : ENOSPC));
    data += n;
    offset += static_cast<std::uint64_t>(n);
    length -= static_cast<std::size_t>(n);
  }
  return {};
}

void spill_file::count(const buffer& b, account of) {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(b.data());
  if (found == entries_.end())
    return;
  auto& e = found->second;
  const auto away = is_pinned(b.data()) ? 0 : e.length;
  if (e.counted)
    e.counted->fetch_sub(away, std::memory_order_relaxed);
  e.counted = std::move(of);
  if (e.counted)
    e.counted->fetch_add(away, std::memory_order_relaxed);
}

bool spill_file::is_spilled(const buffer& b) const {
  std::lock_guard guard{mutex_};
  return entries_.contains(b.data()) || being_written_.contains(b.data());
}

std::size_t spill_file::bytes_away(const buffer& b) const {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(b.data());
  return found == entries_.end() || is_pinned(b.data()) ? 0
                                                        : found->second.length;
}

result<void> spill_file::pin(const buffer& b) {
  std::size_t length = 0;
  {
    std::lock_guard guard{mutex_};
    if (pins_[b.data()]++ > 0)
      return {};
    const auto found = entries_.find(b.data());
    if (found == entries_.end())
      return {};
    length = found->second.length;
    if (found->second.counted)
      found->second.counted->fetch_sub(length, std::memory_order_relaxed);
  }
  // an older kernel does not know it: then the pages come one by one
  if (::madvise(address_of(b), length, MADV_POPULATE_READ) == 0
      || errno == EINVAL)
    return {};
  const auto error = errno;
  unpin(b);
  return tl::make_unexpected(
      not_possible("cannot read back a spilled block", directory_, error));
}

void spill_file::unpin(const buffer& b) noexcept {
  std::lock_guard guard{mutex_};
  const auto pinned = pins_.find(b.data());
  if (pinned == pins_.end() || --pinned->second > 0)
    return;
  pins_.erase(pinned);
  const auto found = entries_.find(b.data());
  if (found == entries_.end())
    return;
  const auto& e = found->second;
  if (e.counted)
    e.counted->fetch_add(e.length, std::memory_order_relaxed);
  ::madvise(address_of(b), e.length, MADV_DONTNEED);
}

void spill_file::will_read(const buffer& b) const noexcept {
  std::lock_guard guard{mutex_};
  if (const auto found = entries_.find(b.data()); found != entries_.end())
    ::madvise(address_of(b), found->second.length, MADV_WILLNEED);
}

void spill_file::drop_read() noexcept {
  std::lock_guard guard{mutex_};
  for (const auto& [data, e] : entries_)
    if (!is_pinned(data))
      ::madvise(const_cast<std::byte*>(data), e.length, MADV_DONTNEED);
}

// Its last handle is gone. False: there is no fresh memory to be had, and this
// piece of the pool, with its part of the file, is not to be used any more.
bool spill_file::restore(std::byte* data) noexcept {
  std::lock_guard guard{mutex_};
  const auto found = entries_.find(data);
  if (found == entries_.end())
    return true;
  const auto e = std::move(found->second);
  const bool away = !is_pinned(data);
  pins_.erase(data); // whoever had it pinned had a handle
  entries_.erase(found);
  if (e.counted && away)
    e.counted->fetch_sub(e.length, std::memory_order_relaxed);
  if (::mmap(data, e.length, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
      == MAP_FAILED)
    return false;
  ::madvise(data, e.length, MADV_HUGEPAGE);
  free_.insert({e.offset, e.length});
  return true;
}

} // namespace tern
