#pragma once

#include "actors/trace/trace_file.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// The trace of a run that nobody ran: four nodes of three worker threads each
/// and one for their links, fetched ten times a second. Tasks of two plans
/// compute and tell other nodes and their own what they have made; one of
/// sixteen fetches a block and ends where that arrives; some actors send and
/// receive from the first second to the last, and move now and then.
class made_run {
public:
  made_run();

  /// The next tenth of a second, of about so many events, as nodes tell it.
  const std::vector<node_trace>& round(std::uint64_t events);

  /// How many events there are in all rounds.
  std::uint64_t events() const noexcept {
    return events_;
  }
  std::uint64_t tasks() const noexcept {
    return tasks_;
  }
  /// Of the task of this number, below `tasks`; of an actor of the run.
  static actor_id task(std::uint64_t number);
  static actor_id actor();

private:
  struct worker {
    std::uint32_t node = 0;
    std::uint32_t thread = 0;
    std::uint64_t clock = 0;
  };

  void emit(worker& at, trace_kind kind, std::uint64_t actor,
            std::uint16_t scope, std::uint64_t argument = 0,
            std::uint16_t peer = 0, std::uint16_t extra = 0);
  void run_task(worker& at);
  void send(worker& at, std::uint32_t to, std::uint64_t from_actor,
            std::uint64_t to_actor, std::uint16_t scope, std::uint16_t kind);
  void use_actor(worker& at);

  std::vector<node_trace> nodes_;
  std::vector<worker> workers_;
  std::vector<worker> links_;
  std::vector<std::uint64_t> numbers_; ///< of messages, by node
  std::uint64_t tasks_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t rounds_ = 0;
  std::uint64_t epochs_ = 0;
};

} // namespace tern::bench
