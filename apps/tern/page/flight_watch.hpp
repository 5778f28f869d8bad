#pragma once

#include "actors/node.hpp"
#include "actors/trace/trace_file.hpp"
#include "dataflow/runtime/serial_thread.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace tern {

/// What the nodes of a cluster did in the last seconds, by their flight
/// recorders, for the readers of a page.
///
/// One thread fetches for all readers, only while there are some, and so seldom
/// that this takes at most a twentieth of its time; nodes answer on a thread
/// that does nothing else, with what their rings have. Any thread may call.
class flight_watch {
public:
  /// HTTP status and JSON.
  using answer = std::function<void(unsigned status, std::string json)>;

  /// `to` gets streams as `json_of(task_stream)` writes them, on a thread of
  /// this object, until its end.
  flight_watch(node& self, std::function<void(std::string stream)> to);
  ~flight_watch();
  flight_watch(const flight_watch&) = delete;
  flight_watch& operator=(const flight_watch&) = delete;

  /// The page has so many readers now.
  void set_readers(std::size_t count);

  /// What was fetched last of an actor, as `actors_called` understands it, or
  /// {"error": ...}. `then` is called on the thread of this object, if it is
  /// called before the end.
  void ask(const std::string& actor, answer then);

private:
  void tick();
  void fetch();
  void tell(const std::string& actor, const answer& then) const;

  node& self_;
  const std::function<void(std::string)> to_;

  // of the thread alone
  std::size_t readers_ = 0;
  bool ticks_ = false;
  trace_content last_;
  std::chrono::steady_clock::time_point fetched_{};

  serial_thread thread_;
};

} // namespace tern
