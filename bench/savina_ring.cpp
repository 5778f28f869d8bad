// Ping-pong: one ball between two. Thread ring: one token around a ring, which
// counts down the hops that are left.

#include "bench/savina_actors.hpp"

namespace tern::bench {

namespace {

// -- ping-pong ----------------------------------------------------------------

class ponger;
class pinger;

struct ping : savina_signal {};
struct pong : savina_signal {};
struct serve {
  ref<ponger> to;
  std::uint64_t rounds = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, rounds);
  }
};

class pinger {
public:
  using messages = tern::messages<serve, pong>;

  void on(const serve& m, context& here);
  void on(const pong&, context& here);

  template <class Archive>
  void fields(Archive& a) {
    a(match_, came_back_);
  }

private:
  serve match_;
  std::uint64_t came_back_ = 0;
};

class ponger {
public:
  using messages = tern::messages<ping>;

  void on(const ping&, context& here) {
    here.send(ref<pinger>{here.sender()}, pong{});
  }

  template <class Archive>
  void fields(Archive&) {}
};

void pinger::on(const serve& m, context& here) {
  match_ = m;
  here.send(match_.to, ping{});
}

void pinger::on(const pong&, context& here) {
  if (++came_back_ < match_.rounds)
    here.send(match_.to, ping{});
  else
    finish_line::here().report(came_back_);
}

// -- thread ring --------------------------------------------------------------

class member_of_ring;

struct token {
  std::uint64_t left = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(left);
  }
};
/// The ring is at its end: goes around once.
struct ring_ends : savina_signal {};
struct close_ring {
  ref<member_of_ring> next;
  template <class Archive>
  void fields(Archive& a) {
    a(next);
  }
};

class member_of_ring {
public:
  using messages = tern::messages<close_ring, token, ring_ends>;

  member_of_ring() = default;
  explicit member_of_ring(const ref<member_of_ring>& next) : next_(next) {}

  void on(const close_ring& m) {
    next_ = m.next;
  }
  void on(const token& m, context& here) {
    ++hops_;
    if (m.left > 0)
      here.send(next_, token{m.left - 1});
    else
      on(ring_ends{}, here);
  }
  void on(const ring_ends&, context& here) {
    if (left_)
      return;
    left_ = true;
    finish_line::here().report(hops_);
    here.send(next_, ring_ends{});
  }

  template <class Archive>
  void fields(Archive& a) {
    a(next_, hops_, left_);
  }

private:
  ref<member_of_ring> next_;
  std::uint64_t hops_ = 0;
  bool left_ = false;
};

} // namespace

std::uint64_t tern_ping_pong(actor_system& here, const savina_size& size) {
  here.add<pinger>();
  here.add<ponger>();
  finish_line::here().expect(1);
  const auto to = here.spawn<ponger>();
  here.send(here.spawn<pinger>(), serve{to, size.rounds});
  return finish_line::here().wait();
}

std::uint64_t tern_thread_ring(actor_system& here, const savina_size& size) {
  here.add<member_of_ring>();
  finish_line::here().expect(size.actors);
  const auto last = here.spawn<member_of_ring>();
  auto first = last;
  for (std::uint64_t i = 1; i < size.actors; ++i)
    first = here.spawn<member_of_ring>(first);
  here.request(last, close_ring{first}).get();
  here.send(first, token{size.rounds - 1});
  return finish_line::here().wait();
}

} // namespace tern::bench
