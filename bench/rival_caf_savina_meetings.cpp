// savina_chameneos.cpp and savina_philosophers.cpp with CAF.

#include "bench/rival_caf_savina.hpp"
#include "bench/savina_table.hpp"
#include "bench/savina_work.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <utility>

namespace tern::bench::meetings {

struct meet {
  colour paint = colour::blue;
  caf::actor who;
};
struct change {
  colour paint = colour::blue;
};
struct open_mall {};
struct closed {};
struct faded {
  std::uint64_t meetings = 0;
};
struct sit_down {};
struct eat {};
struct denied {};
struct hungry {
  std::uint64_t seat = 0;
};
struct full {
  std::uint64_t seat = 0;
};

} // namespace tern::bench::meetings

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::meet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::open_mall)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::faded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::sit_down)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::eat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::denied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::hungry)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::meetings::full)

namespace tern::bench {

namespace {

using namespace meetings;

// -- chameneos ----------------------------------------------------------------

class chameneo : public caf::event_based_actor {
public:
  chameneo(caf::actor_config& config, caf::actor at, colour paint)
    : caf::event_based_actor(config), mall_(std::move(at)), paint_(paint) {}

  caf::behavior make_behavior() override {
    return {[this](open_mall) { go_in(); },
            [this](const meet& m) {
              paint_ = complement(paint_, m.paint);
              send(m.who, change{paint_});
              met();
            },
            [this](const change& m) {
              paint_ = m.paint;
              met();
            },
            [this](closed) {
              send(mall_, faded{meetings_});
              quit();
            }};
  }

private:
  void go_in() {
    send(mall_, meet{paint_, caf::actor_cast<caf::actor>(this)});
  }
  void met() {
    ++meetings_;
    go_in();
  }

  caf::actor mall_;
  colour paint_;
  std::uint64_t meetings_ = 0;
};

class mall : public caf::event_based_actor {
public:
  mall(caf::actor_config& config, const savina_size& size)
    : caf::event_based_actor(config), inside_(size.actors), left_(size.rounds),
      meetings_(size.rounds) {}

  caf::behavior make_behavior() override {
    return {[this](const meet& m) {
              if (left_ == 0) {
                send(m.who, closed{});
              } else if (!waiting_) {
                waiting_ = m.who;
              } else {
                --left_;
                send(std::exchange(waiting_, {}), m);
              }
            },
            [this](const faded& m) {
              sum_ += m.meetings;
              if (--inside_ > 0)
                return;
              finish_line::here().check(sum_ == 2 * meetings_,
                                        "the meetings do not add up");
              finish_line::here().report(sum_ / 2);
            }};
  }

private:
  std::uint64_t inside_;
  std::uint64_t left_;
  std::uint64_t meetings_;
  std::uint64_t sum_ = 0;
  caf::actor waiting_;
};

// -- philosophers -------------------------------------------------------------

class philosopher : public caf::event_based_actor {
public:
  philosopher(caf::actor_config& config, caf::actor who, std::uint64_t seat,
              std::uint64_t rounds)
    : caf::event_based_actor(config), arbitrator_(std::move(who)), seat_(seat),
      rounds_(rounds) {}

  caf::behavior make_behavior() override {
    return {[this](sit_down) { ask(); }, [this](denied) { ask(); },
            [this](eat) {
              dine();
            }};
  }

private:
  void ask() {
    send(arbitrator_, hungry{seat_});
  }
  void dine() {
    finish_line::here().check(round_table::here().begin(seat_),
                              "two neighbours eat at once");
    ++meals_;
    round_table::here().end(seat_);
    send(arbitrator_, full{seat_});
    if (meals_ < rounds_)
      ask();
    else
      finish_line::here().report(meals_);
  }

  caf::actor arbitrator_;
  std::uint64_t seat_;
  std::uint64_t rounds_;
  std::uint64_t meals_ = 0;
};

class arbitrator : public caf::event_based_actor {
public:
  arbitrator(caf::actor_config& config, std::uint64_t seats)
    : caf::event_based_actor(config), forks_(seats) {}

  caf::behavior make_behavior() override {
    return {[this](const hungry& m) {
              const auto who = caf::actor_cast<caf::actor>(current_sender());
              if (forks_.take(m.seat))
                send(who, eat{});
              else
                send(who, denied{});
            },
            [this](const full& m) {
              finish_line::here().check(forks_.put_back(m.seat),
                                        "forks from nowhere");
            }};
  }

private:
  fork_rack forks_;
};

} // namespace

std::uint64_t caf_chameneos(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(1);
  const auto at = here.spawn<mall>(size);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    caf::anon_send(here.spawn<chameneo>(at, static_cast<colour>(i % 3)),
                   open_mall{});
  return finish_line::here().wait();
}

std::uint64_t caf_philosophers(caf::actor_system& here,
                               const savina_size& size) {
  finish_line::here().expect(size.actors);
  round_table::lay(size.actors);
  const auto who = here.spawn<arbitrator>(size.actors);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    caf::anon_send(here.spawn<philosopher>(who, i, size.rounds), sit_down{});
  return finish_line::here().wait();
}

} // namespace tern::bench
