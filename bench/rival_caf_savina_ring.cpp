// savina_ring.cpp with CAF.

#include "bench/rival_caf_savina.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

namespace tern::bench::ring {

struct ping {};
struct pong {};
struct serve {
  caf::actor to;
  std::uint64_t rounds = 0;
};
struct token {
  std::uint64_t left = 0;
};
struct ring_ends {};
struct close_ring {
  caf::actor next;
};

} // namespace tern::bench::ring

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::ping)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::pong)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::serve)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::ring_ends)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::bench::ring::close_ring)

namespace tern::bench {

namespace {

using namespace ring;

class pinger : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const serve& m) {
              match_ = m;
              send(match_.to, ping{});
            },
            [this](pong) {
              if (++came_back_ < match_.rounds)
                send(match_.to, ping{});
              else
                finish_line::here().report(came_back_);
            }};
  }

private:
  serve match_;
  std::uint64_t came_back_ = 0;
};

class ponger : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](ping) {
      send(caf::actor_cast<caf::actor>(current_sender()), pong{});
    }};
  }
};

class member_of_ring : public caf::event_based_actor {
public:
  member_of_ring(caf::actor_config& config, caf::actor next)
    : caf::event_based_actor(config), next_(std::move(next)) {}

  caf::behavior make_behavior() override {
    return {[this](const close_ring& m) { next_ = m.next; },
            [this](const token& m) {
              ++hops_;
              if (m.left > 0)
                send(next_, token{m.left - 1});
              else
                end();
            },
            [this](ring_ends) {
              end();
            }};
  }

private:
  void end() {
    finish_line::here().report(hops_);
    send(next_, ring_ends{});
    quit();
  }

  caf::actor next_;
  std::uint64_t hops_ = 0;
};

} // namespace

std::uint64_t caf_ping_pong(caf::actor_system& here, const savina_size& size) {
  finish_line::here().expect(1);
  const auto to = here.spawn<ponger>();
  caf::anon_send(here.spawn<pinger>(), serve{to, size.rounds});
  return finish_line::here().wait();
}

std::uint64_t caf_thread_ring(caf::actor_system& here,
                              const savina_size& size) {
  finish_line::here().expect(size.actors);
  const auto last = here.spawn<member_of_ring>(caf::actor{});
  auto first = last;
  for (std::uint64_t i = 1; i < size.actors; ++i)
    first = here.spawn<member_of_ring>(first);
  caf::anon_send(last, close_ring{first});
  caf::anon_send(first, token{size.rounds - 1});
  return finish_line::here().wait();
}

} // namespace tern::bench
