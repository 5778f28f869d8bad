// A page of a file in memory that cannot be had kills whoever touches it. So
// each page is asked for before it is written; where the file cannot have it,
// memory of the process takes its place in the mapping: the node goes on
// recording, and the file has a hole there.
//
// The file is locked as long as the process lives: the system lets go of the
// lock however it ends. Whoever starts later and finds a file without a lock
// makes it read-only: from then on its days are counted.

#include "actors/trace/flight_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>
#include <utility>

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace tern {

namespace {

namespace fs = std::filesystem;

constexpr auto kept_for = std::chrono::hours(24);
constexpr std::size_t most_kept = 16; ///< dead ones, of a user

constexpr std::uint64_t most_kept_bytes = std::uint64_t{128} << 20;

struct dead_file {
  fs::path path;
  fs::file_time_type since;
  std::uint64_t bytes = 0; ///< of memory
};

/// A file of this user whose process is dead.
std::optional<dead_file> look_at(const fs::path& path) {
  const int file =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0)
    return {};
  struct stat about {};
  const bool dead = ::fstat(file, &about) == 0 && S_ISREG(about.st_mode)
                    && about.st_uid == ::getuid()
                    && ::flock(file, LOCK_SH | LOCK_NB) == 0;
  if (dead && (about.st_mode & S_IWUSR) != 0) { // found dead for the first time
    ::fchmod(file, S_IRUSR);
    ::futimens(file, nullptr);
  }
  ::close(file);
  std::error_code error;
  const auto since = fs::last_write_time(path, error);
  constexpr std::uint64_t unit = 512; // of st_blocks
  return dead && !error ? std::optional{dead_file{
             path, since, unit * static_cast<std::uint64_t>(about.st_blocks)}}
                        : std::nullopt;
}

void remove_old(const std::string& directory) {
  std::vector<dead_file> dead;
  std::error_code error;
  for (fs::directory_iterator i{directory, error}, end; !error && i != end;
       i.increment(error))
    if (i->path().filename().string().starts_with(flight_prefix()))
      if (auto found = look_at(i->path()))
        dead.push_back(std::move(*found));
  std::ranges::sort(dead, std::greater{}, &dead_file::since);
  const auto now = fs::file_time_type::clock::now();
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < dead.size(); ++i) {
    bytes += dead[i].bytes;
    if (i >= most_kept || bytes > most_kept_bytes
        || now - dead[i].since > kept_for)
      ::unlink(dead[i].path.c_str());
  }
}

/// Beyond this limit the system does not only say no, it sends a signal.
bool may_grow_to(std::size_t bytes) noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes <= limit.rlim_cur;
}

template <std::size_t N>
void copy_text(char (&to)[N], const std::string& from) noexcept {
  const auto length = std::min(from.size(), N - 1);
  std::memcpy(to, from.data(), length);
  std::memset(to + length, 0, N - length);
}

std::byte* private_memory(void* at, std::size_t bytes, int flags) noexcept {
  auto* got =
      ::mmap(at, bytes, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return got == MAP_FAILED ? nullptr : static_cast<std::byte*>(got);
}

} // namespace

std::string flight_prefix() {
  return "tern-flight-" + std::to_string(::getuid()) + "-";
}

flight_file::flight_file(node_id self, std::uint64_t ring_events,
                         const trace_clock& clock, const std::string& directory)
  : ring_events_(ring_events), owner_(::getpid()) {
  if (!directory.empty()) {
    remove_old(directory);
    if (!open(directory, self) && file_ >= 0) {
      ::unlink(path_.c_str());
      ::close(std::exchange(file_, -1));
    }
    if (file_ < 0)
      path_.clear();
  }
  if (!base_)
    base_ = private_memory(nullptr, flight::slots_at, 0);
  if (!base_)
    throw std::bad_alloc{};
  auto& h = head();
  h.version = flight::version;
  h.ring_events = ring_events;
  h.node = self.value;
  h.pid = owner_;
  h.start_ticks = clock.ticks();
  h.start_ns = monotonic_ns();
  std::string boot;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> boot;
  copy_text(h.boot, boot);
  copy_text(h.name, to_string(self));
  add_peer(self);
  add_scope(0);
  std::memcpy(h.magic, flight::magic, sizeof h.magic); // now it is one
}

flight_file::~flight_file() {
  for (auto* slot : slots_)
    ::munmap(slot, flight::slot_bytes(ring_events_));
  ::munmap(base_, flight::slots_at);
  if (file_ < 0)
    return;
  if (::getpid() == owner_) // not in a copy of the process
    ::unlink(path_.c_str());
  ::close(file_);
}

bool flight_file::open(const std::string& directory, node_id self) {
  path_ = directory + "/" + flight_prefix() + to_string(self);
  file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  // others hold the lock for a moment only, to see that nobody does
  if (file_ < 0 || ::flock(file_, LOCK_EX) != 0
      || ::fchmod(file_, S_IRUSR | S_IWUSR) != 0 // seen before it was locked
      || !may_grow_to(flight::slots_at)
      || ::fallocate(file_, 0, 0, flight::page) != 0)
    return false;
  base_ = map(0, flight::slots_at);
  return base_ != nullptr;
}

std::byte* flight_file::map(std::size_t offset,
                            std::size_t bytes) const noexcept {
  auto* got = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_,
                     static_cast<off_t>(offset));
  return got == MAP_FAILED ? nullptr : static_cast<std::byte*>(got);
}

// Before the bytes are written for the first time.
bool flight_file::back(std::byte* at, std::size_t offset,
                       std::size_t bytes) noexcept {
  return file_ < 0
         || (may_grow_to(offset + bytes)
             && ::fallocate(file_, 0, static_cast<off_t>(offset),
                            static_cast<off_t>(bytes))
                    == 0)
         || private_memory(at, bytes, MAP_FIXED);
}

std::optional<flight_file::place> flight_file::add(std::uint32_t thread,
                                                   const std::string& name) {
  if (slots_.size() == flight::most_slots)
    return {};
  const auto bytes = flight::slot_bytes(ring_events_);
  const auto offset = flight::slots_at + slots_.size() * bytes;
  auto* at = file_ >= 0 ? map(offset, bytes) : nullptr;
  if (!at)
    at = private_memory(nullptr, bytes, 0);
  if (!at)
    return {};
  slots_.push_back(at);
  if (!back(at, offset, flight::page))
    return {};
  place ring{reinterpret_cast<flight::slot*>(at),
             reinterpret_cast<std::uint64_t*>(at + flight::page), offset};
  hand_on(ring, thread, name);
  std::atomic_ref{head().slots}.store(slots_.size(), std::memory_order_release);
  return ring;
}

void flight_file::hand_on(const place& used, std::uint32_t thread,
                          const std::string& name) noexcept {
  auto& slot = *used.slot;
  std::atomic_ref{slot.head}.store(0, std::memory_order_release);
  slot.thread = thread;
  slot.used = 1;
  copy_text(slot.name, name);
}

bool flight_file::reserve(const place& ring, std::uint64_t first,
                          std::uint64_t count) noexcept {
  const auto begin = flight::whole_pages(flight::event_bytes(first));
  const auto end = flight::whole_pages(flight::event_bytes(first + count));
  return begin >= end
         || back(reinterpret_cast<std::byte*>(ring.events) + begin,
                 ring.offset + flight::page + begin, end - begin);
}

void flight_file::append(std::uint64_t& count, std::size_t table,
                         std::uint64_t value) noexcept {
  if (count >= flight::most_names)
    return;
  const auto at = table + count * sizeof value;
  if (at % flight::page == 0 && !back(base_ + at, at, flight::page))
    return;
  std::memcpy(base_ + at, &value, sizeof value);
  std::atomic_ref{count}.store(count + 1, std::memory_order_release);
}

void flight_file::add_peer(node_id who) noexcept {
  append(head().peers, flight::peers_at, who.value);
}

void flight_file::add_scope(std::uint64_t high) noexcept {
  append(head().scopes, flight::scopes_at, high);
}

void flight_file::set_name(const std::string& name) noexcept {
  copy_text(head().name, name);
}

void flight_file::note_time(const clock_reading& now) noexcept {
  std::atomic_ref{head().last_ticks}.store(now.ticks,
                                           std::memory_order_relaxed);
  std::atomic_ref{head().last_ns}.store(now.ns, std::memory_order_relaxed);
}

} // namespace tern
