// savina_big.cpp with CAF.

#include "bench/rival_caf_savina.hpp"
#include "bench/savina_work.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <vector>

namespace tern::bench::talks {

struct ping {};
struct pong {};
struct through {};
struct go_home {};
struct neighbours {
  std::vector<caf::actor> all;
};

} // namespace tern::bench::talks

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::talks::ping)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::talks::pong)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::talks::through)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::talks::go_home)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::talks::neighbours)

namespace tern::bench {

namespace {

using namespace talks;

class sink : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const neighbours& m) { talkers_ = m.all; },
            [this](through) {
              if (++through_ == talkers_.size())
                for (const auto& t : talkers_)
                  send(t, go_home{});
            }};
  }

private:
  std::vector<caf::actor> talkers_;
  std::uint64_t through_ = 0;
};

class talker : public caf::event_based_actor {
public:
  talker(caf::actor_config& config, caf::actor end, std::uint64_t seed,
         std::uint64_t rounds)
    : caf::event_based_actor(config), end_(std::move(end)), dice_(seed),
      left_(rounds) {}

  caf::behavior make_behavior() override {
    return {[this](const neighbours& m) {
              neighbours_ = m.all;
              go_on();
            },
            [this](ping) {
              ++answered_;
              send(caf::actor_cast<caf::actor>(current_sender()), pong{});
            },
            [this](pong) {
              finish_line::here().check(current_sender() == asked_,
                                        "a pong of somebody who was not asked");
              go_on();
            },
            [this](go_home) {
              finish_line::here().report(answered_);
            }};
  }

private:
  void go_on() {
    if (left_ == 0)
      return send(end_, through{});
    --left_;
    asked_ = neighbours_[dice_.roll(neighbours_.size())];
    send(asked_, ping{});
  }

  caf::actor end_;
  savina_dice dice_;
  std::uint64_t left_;
  std::vector<caf::actor> neighbours_;
  caf::actor asked_;
  std::uint64_t answered_ = 0;
};

} // namespace

std::uint64_t caf_big(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(size.actors);
  const auto end = here.spawn<sink>();
  neighbours them;
  for (std::uint64_t i = 0; i < size.actors; ++i)
    them.all.push_back(here.spawn<talker>(end, i, size.rounds));
  caf::anon_send(end, them);
  for (const auto& t : them.all)
    caf::anon_send(t, them);
  return finish_line::here().wait();
}

} // namespace tern::bench
