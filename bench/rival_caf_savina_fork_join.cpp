// savina_fork_join.cpp and savina_counting.cpp with CAF. The producer sends
// all at once, as in the paper: nothing keeps a mailbox from growing.

#include "bench/rival_caf_savina.hpp"
#include "bench/savina_work.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <vector>

namespace tern::bench::fork_join {

struct work {
  double angle = savina_angle;
};
struct increment {};
struct how_many {};
struct produce {
  caf::actor to;
  std::uint64_t messages = 0;
};

} // namespace tern::bench::fork_join

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::fork_join::work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::fork_join::increment)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::fork_join::how_many)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::fork_join::produce)

namespace tern::bench {

namespace {

using namespace fork_join;

class worker : public caf::event_based_actor {
public:
  worker(caf::actor_config& config, std::uint64_t rounds)
    : caf::event_based_actor(config), rounds_(rounds) {}

  caf::behavior make_behavior() override {
    return {[this](const work& m) {
      finish_line::here().check(savina_work(m.angle), "no result");
      if (++done_ == rounds_)
        finish_line::here().report(done_);
    }};
  }

private:
  std::uint64_t rounds_;
  std::uint64_t done_ = 0;
};

class short_lived : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const work& m) {
      finish_line::here().check(savina_work(m.angle), "no result");
      finish_line::here().report(1);
      quit();
    }};
  }
};

class counter : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](increment) { ++n_; },
            [this](how_many) {
              return n_;
            }};
  }

private:
  std::uint64_t n_ = 0;
};

class producer : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const produce& m) {
      for (std::uint64_t i = 0; i < m.messages; ++i)
        send(m.to, increment{});
      request(m.to, caf::infinite, how_many{}).then([](std::uint64_t n) {
        finish_line::here().report(n);
      });
    }};
  }
};

} // namespace

std::uint64_t caf_throughput(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(size.actors);
  std::vector<caf::actor> all;
  for (std::uint64_t i = 0; i < size.actors; ++i)
    all.push_back(here.spawn<worker>(size.rounds));
  for (std::uint64_t i = 0; i < size.rounds; ++i)
    for (const auto& w : all)
      caf::anon_send(w, work{});
  return finish_line::here().wait();
}

std::uint64_t caf_creation(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(size.actors);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    caf::anon_send(here.spawn<short_lived>(), work{});
  return finish_line::here().wait();
}

std::uint64_t caf_counting(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(1);
  const auto to = here.spawn<counter>();
  caf::anon_send(here.spawn<producer>(), produce{to, size.rounds});
  return finish_line::here().wait();
}

} // namespace tern::bench
