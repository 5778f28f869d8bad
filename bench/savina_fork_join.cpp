// Fork-join throughput: this thread gives messages to some actors, in turn.
// Fork-join creation: it makes an actor for each message, which ends with it.

#include "bench/savina_actors.hpp"
#include "bench/savina_work.hpp"

namespace tern::bench {

namespace {

struct work {
  double angle = savina_angle;
  template <class Archive>
  void fields(Archive& a) {
    a(angle);
  }
};

class worker {
public:
  using messages = tern::messages<work>;

  worker() = default;
  explicit worker(std::uint64_t rounds) : rounds_(rounds) {}

  void on(const work& m) {
    finish_line::here().check(savina_work(m.angle), "no result");
    if (++done_ == rounds_)
      finish_line::here().report(done_);
  }

  template <class Archive>
  void fields(Archive& a) {
    a(rounds_, done_);
  }

private:
  std::uint64_t rounds_ = 0;
  std::uint64_t done_ = 0;
};

class short_lived {
public:
  using messages = tern::messages<work>;

  void on(const work& m, context& here) {
    finish_line::here().check(savina_work(m.angle), "no result");
    finish_line::here().report(1);
    here.stop();
  }

  template <class Archive>
  void fields(Archive&) {}
};

} // namespace

std::uint64_t tern_throughput(actor_system& here, const savina_size& size) {
  here.add<worker>();
  finish_line::here().expect(size.actors);
  std::vector<ref<worker>> all;
  for (std::uint64_t i = 0; i < size.actors; ++i)
    all.push_back(here.spawn<worker>(size.rounds));
  for (std::uint64_t i = 0; i < size.rounds; ++i)
    for (const auto& w : all)
      here.send(w, work{});
  return finish_line::here().wait();
}

std::uint64_t tern_creation(actor_system& here, const savina_size& size) {
  here.add<short_lived>();
  finish_line::here().expect(size.actors);
  for (std::uint64_t i = 0; i < size.actors; ++i)
    here.send(here.spawn<short_lived>(), work{});
  return finish_line::here().wait();
}

} // namespace tern::bench
