#include "dataflow/io/pending_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace tern {
namespace {

std::filesystem::path fresh_name(const std::filesystem::path& target) {
  static std::atomic<unsigned> counter = 0;
  return target.parent_path()
         / fmt::format(".{}.{}-{}.part", target.filename().string(), getpid(),
                       counter++);
}

auto cannot_write(const std::filesystem::path& target, int error) {
  return fail(failure_kind::io,
              fmt::format("cannot write {}: {}", target.string(),
                          std::strerror(error)));
}

/// Names for `remove_pending_files`, which may take no lock.
struct name_slot {
  std::atomic<int> state{0}; // 0 free, 1 being written, 2 a name
  char name[1024] = {};
};
name_slot slots[16];

int note(const std::filesystem::path& path) noexcept {
  const auto& name = path.native();
  for (int i = 0; i < 16 && name.size() < sizeof slots[i].name; ++i) {
    int free = 0;
    if (!slots[i].state.compare_exchange_strong(free, 1))
      continue;
    std::memcpy(slots[i].name, name.c_str(), name.size() + 1);
    slots[i].state.store(2);
    return i;
  }
  return -1;
}

void forget(int slot) noexcept {
  if (slot >= 0)
    slots[slot].state.store(0);
}

/// 0, or the error of the system.
int flush(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return errno;
  const int error = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  return error;
}

} // namespace

result<pending_file> pending_file::beside(const std::filesystem::path& target) {
  std::error_code error;
  const auto full = std::filesystem::absolute(target, error);
  if (error || target.empty())
    return cannot_write(target, ENOENT);
  if (!full.has_filename() || std::filesystem::is_directory(full, error))
    return cannot_write(target, EISDIR);
  auto name = fresh_name(full);
  // the name is taken here, so that a folder that refuses says so at once
  const int fd =
      open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0)
    return cannot_write(target, errno);
  close(fd);
  return pending_file(std::move(name), full);
}

void remove_pending_files() noexcept {
  for (auto& s : slots)
    if (s.state.load() == 2)
      unlink(s.name);
}

pending_file::pending_file(std::filesystem::path path,
                           std::filesystem::path target)
  : path_(std::move(path)), target_(std::move(target)), slot_(note(path_)) {}

pending_file::pending_file(pending_file&& other) noexcept
  : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)),
    slot_(std::exchange(other.slot_, -1)) {}

pending_file::~pending_file() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove(path_, ignored);
  forget(slot_);
}

result<void> pending_file::commit() {
  if (const int error = flush(path_))
    return cannot_write(target_, error);
  if (std::rename(path_.c_str(), target_.c_str()) != 0)
    return cannot_write(target_, errno);
  forget(std::exchange(slot_, -1));
  path_.clear();
  return {};
}

} // namespace tern
