// Dining philosophers: an arbitrator gives both forks or none; who is refused
// asks again at once.

#include "bench/savina_actors.hpp"
#include "bench/savina_table.hpp"

namespace tern::bench {

namespace {

class arbitrator;
class philosopher;

struct sit_down : savina_signal {};
struct eat : savina_signal {};
struct denied : savina_signal {};
struct hungry {
  std::uint64_t seat = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(seat);
  }
};
struct full {
  std::uint64_t seat = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(seat);
  }
};

class philosopher {
public:
  using messages = tern::messages<sit_down, eat, denied>;

  philosopher() = default;
  philosopher(const ref<arbitrator>& who, std::uint64_t seat,
              std::uint64_t rounds)
    : arbitrator_(who), seat_(seat), rounds_(rounds) {}

  void on(const sit_down&, context& here);
  void on(const denied&, context& here) {
    on(sit_down{}, here);
  }
  void on(const eat&, context& here);

  template <class Archive>
  void fields(Archive& a) {
    a(arbitrator_, seat_, rounds_, meals_);
  }

private:
  ref<arbitrator> arbitrator_;
  std::uint64_t seat_ = 0;
  std::uint64_t rounds_ = 0;
  std::uint64_t meals_ = 0;
};

class arbitrator {
public:
  using messages = tern::messages<hungry, full>;

  arbitrator() = default;
  explicit arbitrator(std::uint64_t seats) : forks_(seats) {}

  void on(const hungry& m, context& here) {
    const ref<philosopher> who{here.sender()};
    if (forks_.take(m.seat))
      here.send(who, eat{});
    else
      here.send(who, denied{});
  }
  void on(const full& m) {
    finish_line::here().check(forks_.put_back(m.seat), "forks from nowhere");
  }

  template <class Archive>
  void fields(Archive& a) {
    a(forks_);
  }

private:
  fork_rack forks_;
};

void philosopher::on(const sit_down&, context& here) {
  here.send(arbitrator_, hungry{seat_});
}

void philosopher::on(const eat&, context& here) {
  finish_line::here().check(round_table::here().begin(seat_),
                            "two neighbours eat at once");
  ++meals_;
  round_table::here().end(seat_);
  here.send(arbitrator_, full{seat_});
  if (meals_ < rounds_)
    on(sit_down{}, here);
  else
    finish_line::here().report(meals_);
}

} // namespace

std::uint64_t tern_philosophers(actor_system& here, const savina_size& size) {
  here.add<arbitrator>();
  here.add<philosopher>();
  finish_line::here().expect(size.actors);
  round_table::lay(size.actors);
  const auto who = here.spawn<arbitrator>(size.actors);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    here.send(here.spawn<philosopher>(who, i, size.rounds), sit_down{});
  return finish_line::here().wait();
}

} // namespace tern::bench
