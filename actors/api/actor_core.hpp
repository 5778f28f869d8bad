#pragma once

#include "actors/api/actor_world.hpp"
#include "actors/api/call.hpp"
#include "actors/api/class_print.hpp"
#include "actors/api/open_work.hpp"
#include "actors/api/step_recorder.hpp"
#include "actors/api/supervision.hpp"
#include "actors/mobile_behavior.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tern {

class context;

namespace detail {

/// A message that is none of the class': no handler of it has failed.
class unreadable : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

} // namespace detail

/// What every actor of the typed API has, whatever its class: it takes calls
/// apart, answers requests, and keeps what is open. The class' own part is in
/// typed_actor.hpp; this one is compiled once.
class actor_core : public mobile_behavior {
public:
  using bytes = std::vector<std::byte>;
  using bytes_view = std::span<const std::byte>;

  explicit actor_core(actor_world& world) : world_(&world) {}

  actor_world& world() noexcept {
    return *world_;
  }
  /// From here on this is what it has around it.
  void live_in(actor_world& world) noexcept {
    world_ = &world;
  }

  // What handlers do, by way of `context`.
  void post(actor_context& here, const actor_id& to, bytes payload,
            overflow_policy how = {});
  void post_after(std::chrono::nanoseconds delay, const actor_id& to,
                  bytes payload);
  /// `tag`: of the message's type.
  std::uint64_t open_request(const actor_id& to, open_work::continuation then,
                             std::chrono::nanoseconds deadline,
                             std::uint64_t tag);
  std::size_t waiting() const noexcept {
    return open_.waiting();
  }
  void watch(actor_context& here, const actor_id& actor);
  void unwatch(actor_context& here, const actor_id& actor);
  void link(actor_context& here, const actor_id& actor);
  void unlink(actor_context& here, const actor_id& actor);
  /// A new actor whose parent this one is.
  actor_id spawn_child(actor_context& here, const std::string& type,
                       std::unique_ptr<actor_core> child);
  /// The actor ends when this handler and what it sends are through.
  void stop(const std::string& reason);

  // mobile_behavior
  void receive(actor_context& here, const envelope& head,
               bytes_view payload) final;
  void writable(actor_context& here, const actor_id& to) final;
  void woken(actor_context& here) final;
  void arrived(actor_context& here) final;
  void down(actor_context& here, const actor_id& actor,
            std::uint64_t lost) final;
  void departs() final;
  buffer save() const final;
  void add_waits(wait_report& to) const final;

  /// Takes what `save` gave.
  result<void> load(bytes_view state);

  // The same at a time that is given: its waits are as long as from then on.
  bytes pack(std::chrono::nanoseconds now) const;
  result<void> unpack(bytes_view state, std::chrono::nanoseconds now);
  /// XXH3 of what `pack` gives, times being points of the clock; 0: it cannot
  /// be packed.
  std::uint64_t sum() const noexcept;
  /// When it will be woken, which does not travel; 0: nothing is to come.
  std::chrono::nanoseconds alarm() const noexcept {
    return alarm_;
  }
  void expect_alarm(std::chrono::nanoseconds at) noexcept {
    alarm_ = at;
  }
  /// The fields of the class alone.
  bytes pack_fields() const;
  /// What class it is of.
  virtual class_print print() const = 0;

protected:
  /// What `renew` will be given. For a class that is restarted.
  void keep_birth(bytes_view state) {
    open_.born = buffer::copy(state);
  }
  bool has_birth() const noexcept {
    return open_.born.size() > 0;
  }

  // The class' own part. These may throw; `what()` is told to who asked.

  /// False: it has no handler for messages of this tag. `answer`: where to put
  /// what the handler gives back.
  virtual bool handle(context& here, std::uint64_t tag, bytes_view body,
                      bytes* answer) = 0;
  virtual void resume(context& here, const open_work::continuation& then,
                      const result<bytes_view>& answer) = 0;
  /// How many members `resume` knows.
  virtual int continuation_count() const noexcept = 0;
  virtual void handle_end(context& here, const actor_id& actor,
                          const std::string& reason) = 0;
  virtual void handle_departure() = 0;
  virtual void handle_arrival(context& here) = 0;
  virtual void handle_undelivered(context& here, const actor_id& actor,
                                  std::uint64_t count) = 0;
  virtual std::string name() const = 0;
  virtual supervision::strategy strategy() const = 0;
  /// Makes the state anew.
  virtual void renew(bytes_view born) = 0;
  virtual overflow_policy policy() const noexcept = 0;
  virtual void save_fields(archive_writer& to) const = 0;
  virtual void load_fields(archive_reader& from) = 0;

private:
  friend class context;
  using handler = std::function<void(actor_context& here)>;

  /// Runs a handler, of which a step is recorded if somebody wants that.
  template <class F>
  void observe(actor_context& here, const step_input& in, F&& f) {
    if (is_recorded()) [[unlikely]]
      record(here, in, f);
    else
      f(here);
  }
  bool is_recorded() const noexcept {
    const auto* log = world_->history();
    return log && log->session() != 0;
  }
  // actor_recording.cpp
  void record(actor_context& here, const step_input& in, const handler& f);
  bool begin_recording(step_log& log, const actor_context& here) noexcept;
  void record_packing(std::chrono::nanoseconds now, bytes_view packed) const;
  std::uint64_t state_for_record() noexcept;
  static std::string attempt(const std::function<void()>& f,
                             std::exception_ptr& thrown);

  void take_mail(actor_context& here, const actor_id& from, bytes_view payload);
  void use_room(actor_context& here, const actor_id& to);
  void wake_up(actor_context& here);
  void settle(actor_context& here);
  void hear_of_end(actor_context& here, const actor_id& actor,
                   std::uint64_t lost);
  template <class F>
  void run(actor_context& here, const actor_id& sender, F&& f);
  void take(context& here, const call_head& head, bytes_view body);
  void answer(context& here, const call_head& head, bytes_view body);
  void close(context& here, std::uint64_t number,
             const result<bytes_view>& answer);
  void end_of(context& here, const actor_id& actor, const std::string& reason);
  void supervise(actor_context& here, const std::exception_ptr& thrown);
  bool is_ready();
  void greet_node(context& here);
  void set_alarm(actor_context& here);
  void end_handler(actor_context& here);
  void stop_when_sent(actor_context& here);

  actor_world* world_;
  open_work open_;
  /// Why it ends, as soon as nothing waits for room; null: it goes on.
  std::unique_ptr<const std::string> end_;
  open_work::time alarm_{}; ///< when it will be woken; 0: not asked for
  std::unique_ptr<step_recorder> recorder_; ///< null: nothing is recorded yet
};

} // namespace tern
