// The file is locked as long as the process lives: the system lets go of the
// lock however it ends. Files of processes that were killed are removed by
// later ones.

#include "dataflow/runtime/crash_note.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace tern {

namespace {

namespace fs = std::filesystem;

constexpr const char* directory = "/dev/shm";
constexpr std::size_t words_a_thread = 2;
constexpr std::size_t most_bytes = 1u << 20; ///< of a file that is believed
constexpr auto kept_for = std::chrono::minutes(10);
constexpr int looks = 40; ///< for the end of a process, so far apart:
constexpr auto between_looks = std::chrono::milliseconds(5);

std::string prefix() {
  return "tern-note-" + std::to_string(::getuid()) + "-";
}

std::string path_of(node_id who) {
  return std::string{directory} + "/" + prefix() + to_string(who);
}

bool has_ended(int file) noexcept {
  return ::flock(file, LOCK_SH | LOCK_NB) == 0;
}

void remove_old() {
  std::error_code error;
  for (fs::directory_iterator i{directory, error}, end; !error && i != end;
       i.increment(error)) {
    if (!i->path().filename().string().starts_with(prefix()))
      continue;
    std::error_code gone;
    const auto written = fs::last_write_time(i->path(), gone);
    if (gone || fs::file_time_type::clock::now() - written < kept_for)
      continue;
    const int file = ::open(i->path().c_str(),
                            O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file >= 0 && has_ended(file))
      ::unlink(i->path().c_str());
    if (file >= 0)
      ::close(file);
  }
}

std::vector<crash_note::running> read_all(int file) {
  struct stat about {};
  std::vector<crash_note::running> all;
  if (::fstat(file, &about) != 0
      || about.st_size > static_cast<off_t>(most_bytes))
    return all;
  std::vector<std::uint64_t> words(static_cast<std::size_t>(about.st_size)
                                   / sizeof(std::uint64_t));
  const auto bytes = words.size() * sizeof(std::uint64_t);
  if (::pread(file, words.data(), bytes, 0) != static_cast<ssize_t>(bytes))
    return all;
  for (std::size_t i = 0; i + 1 < words.size(); i += words_a_thread)
    if (words[i] != 0)
      all.push_back({words[i], words[i + 1]});
  return all;
}

} // namespace

crash_note::crash_note(node_id self, std::size_t threads)
  : path_(path_of(self)), threads_(threads) {
  remove_old();
  const auto bytes = threads * words_a_thread * sizeof(std::uint64_t);
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file_ < 0 || bytes == 0 || bytes > most_bytes
      || ::flock(file_, LOCK_EX | LOCK_NB) != 0
      || ::ftruncate(file_, static_cast<off_t>(bytes)) != 0)
    return;
  auto* mapped =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  if (mapped != MAP_FAILED)
    words_ = static_cast<std::uint64_t*>(mapped);
}

crash_note::~crash_note() {
  if (words_)
    ::munmap(words_, threads_ * words_a_thread * sizeof(std::uint64_t));
  if (file_ < 0)
    return;
  ::unlink(path_.c_str());
  ::close(file_);
}

void crash_note::begin(int thread, const running& what) noexcept {
  if (!words_ || thread < 0 || static_cast<std::size_t>(thread) >= threads_)
    return;
  auto* mine = words_ + words_a_thread * static_cast<std::size_t>(thread);
  std::atomic_ref{mine[1]}.store(what.task, std::memory_order_relaxed);
  std::atomic_ref{mine[0]}.store(what.plan, std::memory_order_release);
}

void crash_note::end(int thread) noexcept {
  if (!words_ || thread < 0 || static_cast<std::size_t>(thread) >= threads_)
    return;
  auto* mine = words_ + words_a_thread * static_cast<std::size_t>(thread);
  std::atomic_ref{mine[0]}.store(0, std::memory_order_release);
}

std::vector<crash_note::running> crash_note::of_dead(node_id who) {
  const int file = ::open(path_of(who).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return {};
  bool ended = has_ended(file);
  for (int i = 0; i < looks && !ended; ++i) {
    std::this_thread::sleep_for(between_looks);
    ended = has_ended(file);
  }
  auto all = ended ? read_all(file) : std::vector<running>{};
  ::close(file);
  return all;
}

} // namespace tern
