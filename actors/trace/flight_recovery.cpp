#include "actors/trace/flight_recovery.hpp"

#include "actors/link/socket.hpp"
#include "actors/trace/clock.hpp"
#include "actors/trace/flight_layout.hpp"
#include "actors/trace/ring.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <sys/file.h>
#include <sys/stat.h>

namespace tern {

namespace {

constexpr std::uint64_t most_ring_events = std::uint64_t{1} << 20;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 31; ///< of a file

tl::unexpected<failure> malformed(const std::string& what) {
  return fail(failure_kind::malformed, what);
}

/// The text in a field that need not end.
template <std::size_t N>
std::string text_in(const char (&field)[N]) {
  return {field, std::find(field, field + N, '\0')};
}

/// Ticks as ns, by two readings.
class clock_line {
public:
  clock_line() = default;
  clock_line(const clock_reading& first, const clock_reading& last)
    : first_(first) {
    if (last.ticks > first.ticks && last.ns >= first.ns)
      ns_per_tick_ = static_cast<double>(last.ns - first.ns)
                     / static_cast<double>(last.ticks - first.ticks);
  }
  /// Not for ticks before the first reading.
  std::uint64_t operator()(std::uint64_t ticks) const noexcept {
    const auto since = static_cast<double>(ticks - first_.ticks) * ns_per_tick_;
    constexpr double most = 9e18; // of a file that is damaged
    return first_.ns + static_cast<std::uint64_t>(std::min(since, most));
  }

private:
  clock_reading first_;
  double ns_per_tick_ = 1;
};

/// Reads one file, and notes what it cannot.
class flight_reading {
public:
  flight_reading(std::span<const std::byte> bytes,
                 std::optional<clock_reading> now)
    : bytes_(bytes), now_(now) {}

  result<recovered_flight> read() {
    if (auto ok = read_header(); !ok)
      return tl::make_unexpected(ok.error());
    out_.trace.node = {head_.node};
    out_.trace.name = text_in(head_.name) + " (died)";
    out_.trace.pid = head_.pid;
    for (const auto id : table("nodes", flight::peers_at, head_.peers))
      out_.trace.peers.push_back({id});
    out_.trace.scopes = table("scopes", flight::scopes_at, head_.scopes);
    if (head_.slots > flight::most_slots)
      problem(fmt::format("it names {} threads; the first {} are read",
                          head_.slots, flight::most_slots));
    for (std::size_t i = 0;
         i < std::min<std::uint64_t>(head_.slots, flight::most_slots); ++i)
      if (!read_slot(i))
        break;
    return std::move(out_);
  }

private:
  void problem(std::string what) {
    out_.problems.push_back(std::move(what));
  }

  template <class T>
  bool get(std::size_t at, T& to) const noexcept {
    if (at > bytes_.size() || bytes_.size() - at < sizeof to)
      return false;
    std::memcpy(&to, bytes_.data() + at, sizeof to);
    return true;
  }

  result<void> read_header() {
    if (!get(0, head_))
      return malformed("a flight file that is cut off in its header");
    if (std::memcmp(head_.magic, flight::magic, sizeof head_.magic) != 0)
      return malformed("not a flight file of tern");
    if (head_.version != flight::version)
      return malformed(fmt::format("a flight file of version {} instead of {}",
                                   head_.version, flight::version));
    if (!std::has_single_bit(head_.ring_events)
        || head_.ring_events > most_ring_events)
      return malformed(fmt::format("a flight file with rings of {} events",
                                   head_.ring_events));
    const clock_reading last =
        now_.value_or(clock_reading{head_.last_ticks, head_.last_ns});
    to_ns_ = clock_line{{head_.start_ticks, head_.start_ns}, last};
    if (last.ticks <= head_.start_ticks)
      problem("it does not say how long a tick of its clock is: times are only "
              "in order");
    return {};
  }

  std::vector<std::uint64_t> table(const char* of, std::size_t at,
                                   std::uint64_t count) {
    std::vector<std::uint64_t> all;
    std::uint64_t each = 0;
    const auto most = std::min<std::uint64_t>(count, flight::most_names);
    while (all.size() < most && get(at + all.size() * sizeof each, each))
      all.push_back(each);
    if (all.size() < count)
      problem(fmt::format("at byte {}: {} of {} entries of the table of {}",
                          at + all.size() * sizeof each, all.size(), count,
                          of));
    return all;
  }

  bool read_slot(std::size_t number) {
    const auto at =
        flight::slots_at + number * flight::slot_bytes(head_.ring_events);
    flight::slot slot{};
    if (!get(at, slot)) {
      problem(fmt::format("at byte {}: cut off before thread {} of {}", at,
                          number + 1, head_.slots));
      return false;
    }
    thread_trace thread{slot.thread, text_in(slot.name), {}};
    std::uint64_t missing = 0;
    const auto begin =
        slot.head - std::min<std::uint64_t>(slot.head, head_.ring_events);
    for (auto n = begin; n < slot.head; ++n)
      if (!read_event(at + flight::page, n, thread))
        ++missing;
    if (missing > 0)
      problem(fmt::format("at byte {}: {} events of thread {} are not there",
                          at, missing, slot.thread));
    if (!thread.events.empty())
      add(std::move(thread));
    return true;
  }

  bool read_event(std::size_t events_at, std::uint64_t n,
                  thread_trace& thread) {
    const auto place = n % flight::places(head_.ring_events);
    std::array<std::uint64_t, flight::words_an_event> words{};
    if (!get(events_at + flight::event_bytes(place), words))
      return false;
    auto event = trace_ring::event_of(words);
    if (event.kind == trace_kind::none || event.time < head_.start_ticks
        || (now_ && event.time > now_->ticks))
      return false;
    event.time = to_ns_(event.time);
    if (!thread.events.empty())
      event.time = std::max(event.time, thread.events.back().time);
    thread.events.push_back(event);
    return true;
  }

  void add(thread_trace thread) {
    auto& all = out_.trace.threads;
    const auto place =
        std::ranges::lower_bound(all, thread.thread, {}, &thread_trace::thread);
    if (place != all.end() && place->thread == thread.thread)
      problem(fmt::format("thread {} is there twice", thread.thread));
    else
      all.insert(place, std::move(thread));
  }

  std::span<const std::byte> bytes_;
  std::optional<clock_reading> now_;
  flight::header head_{};
  clock_line to_ns_;
  recovered_flight out_;
};

/// The clocks, if `bytes` are of this boot.
std::optional<clock_reading> clocks_of(std::span<const std::byte> bytes) {
  flight::header head{};
  if (bytes.size() < sizeof head)
    return {};
  std::memcpy(&head, bytes.data(), sizeof head);
  std::string boot;
  std::ifstream{"/proc/sys/kernel/random/boot_id"} >> boot;
  const trace_clock clock;
  if (boot != text_in(head.boot))
    return {};
  return clock_reading{clock.ticks(), monotonic_ns()};
}

tl::unexpected<failure> io_failure(const std::string& path) {
  auto why = std::error_code(errno, std::generic_category()).message();
  return fail(failure_kind::io, "cannot read " + path + ": " + why);
}

/// What is in a flight file of a reasonable size whose process is dead.
result<std::vector<std::byte>> read_dead(const std::string& path) {
  const unique_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file)
    return io_failure(path);
  struct stat about {};
  if (::fstat(file.value(), &about) != 0 || !S_ISREG(about.st_mode)
      || static_cast<std::uint64_t>(about.st_size) > most_bytes)
    return malformed(path + ": not a flight file of tern");
  if (::flock(file.value(), LOCK_SH | LOCK_NB) != 0)
    return fail(failure_kind::refused,
                path + ": its process lives; `tern trace flight` asks it");
  std::vector<std::byte> bytes(static_cast<std::size_t>(about.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = ::pread(file.value(), bytes.data() + done,
                               bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return io_failure(path);
    if (count == 0)
      break; // it has become shorter
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

} // namespace

result<recovered_flight> read_flight(std::span<const std::byte> bytes,
                                     std::optional<clock_reading> now) {
  return flight_reading{bytes, now}.read();
}

result<recovered_flight> load_flight(const std::string& path) {
  const auto bytes = read_dead(path);
  if (!bytes)
    return tl::make_unexpected(bytes.error());
  auto read = read_flight(*bytes, clocks_of(*bytes));
  if (!read)
    return fail(read.error().kind, path + ": " + read.error().what);
  return read;
}

result<std::vector<std::string>> flight_files_in(const std::string& directory) {
  namespace fs = std::filesystem;
  std::vector<std::string> all;
  std::error_code error;
  for (fs::directory_iterator i{directory, error}, end; !error && i != end;
       i.increment(error))
    if (i->path().filename().string().starts_with("tern-flight-"))
      all.push_back(i->path().string());
  if (error)
    return fail(failure_kind::io,
                "cannot read " + directory + ": " + error.message());
  std::ranges::sort(all);
  return all;
}

} // namespace tern
