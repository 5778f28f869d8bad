#pragma once

#include "actors/actor_id.hpp"
#include "actors/trace/clock.hpp"
#include "actors/trace/flight_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// Both clocks at one moment: ticks of a `trace_clock`, and ns of the system's.
struct clock_reading {
  std::uint64_t ticks = 0;
  std::uint64_t ns = 0;
};

/// Where nodes keep their flight files: in memory, and outliving them.
inline constexpr const char* flight_directory = "/dev/shm";
/// What their names begin with, for processes of this user.
std::string flight_prefix();

/// The memory of a node's rings, in a file that outlives the process however it
/// ends; without a file (none can be made, or it cannot grow) in memory of the
/// process alone. Pages are taken when they are first written.
///
/// Whoever adds holds the tracer's lock; `reserve` belongs to the slot's
/// writer.
class flight_file {
public:
  /// Memory of one ring.
  struct place {
    flight::slot* slot = nullptr;
    std::uint64_t* events = nullptr;
    std::size_t offset = 0; ///< of the slot, in the file
  };

  /// An empty `directory` means no file. Files of processes that died long ago
  /// are removed from it.
  flight_file(node_id self, std::uint64_t ring_events, const trace_clock& clock,
              const std::string& directory);
  /// The node ends in order: its file goes.
  ~flight_file();
  flight_file(const flight_file&) = delete;
  flight_file& operator=(const flight_file&) = delete;

  /// Nothing once there are `flight::most_slots`.
  std::optional<place> add(std::uint32_t thread, const std::string& name);
  /// Gives `used` to another thread.
  static void hand_on(const place& used, std::uint32_t thread,
                      const std::string& name) noexcept;

  /// Makes room for `count` events of a ring from number `first` on; false:
  /// they must not be written.
  bool reserve(const place& ring, std::uint64_t first,
               std::uint64_t count) noexcept;

  void add_peer(node_id who) noexcept;
  void add_scope(std::uint64_t high) noexcept;
  void set_name(const std::string& name) noexcept;
  /// Both clocks, now; any thread.
  void note_time(const clock_reading& now) noexcept;

  /// Empty without a file.
  const std::string& path() const noexcept {
    return path_;
  }

private:
  bool open(const std::string& directory, node_id self);
  std::byte* map(std::size_t offset, std::size_t bytes) const noexcept;
  bool back(std::byte* at, std::size_t offset, std::size_t bytes) noexcept;
  void append(std::uint64_t& count, std::size_t table,
              std::uint64_t value) noexcept;
  flight::header& head() noexcept {
    return *reinterpret_cast<flight::header*>(base_);
  }

  const std::uint64_t ring_events_;
  std::string path_;
  int file_ = -1;
  int owner_ = 0; ///< process that made it
  std::byte* base_ = nullptr;
  std::vector<std::byte*> slots_;
};

} // namespace tern
