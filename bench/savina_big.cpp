// Big: everybody pings somebody, anybody, waits for the pong and goes on. A
// sink sends all home when the last is through.

#include "bench/savina_actors.hpp"
#include "bench/savina_work.hpp"

namespace tern::bench {

namespace {

class talker;
class sink;

struct ping : savina_signal {};
struct pong : savina_signal {};
struct through : savina_signal {};
struct go_home : savina_signal {};
struct neighbours {
  std::vector<ref<talker>> all;
  template <class Archive>
  void fields(Archive& a) {
    a(all);
  }
};

class sink {
public:
  using messages = tern::messages<neighbours, through>;

  void on(const neighbours& m) {
    talkers_ = m.all;
  }
  void on(const through&, context& here);

  template <class Archive>
  void fields(Archive& a) {
    a(talkers_, through_);
  }

private:
  std::vector<ref<talker>> talkers_;
  std::uint64_t through_ = 0;
};

class talker {
public:
  using messages = tern::messages<neighbours, ping, pong, go_home>;

  talker() = default;
  talker(const ref<sink>& end, std::uint64_t seed, std::uint64_t rounds)
    : end_(end), dice_(seed), left_(rounds) {}

  void on(const neighbours& m, context& here) {
    neighbours_ = m.all;
    go_on(here);
  }
  void on(const ping&, context& here) {
    ++answered_;
    here.send(ref<talker>{here.sender()}, pong{});
  }
  void on(const pong&, context& here) {
    finish_line::here().check(here.sender() == asked_.id(),
                              "a pong of somebody who was not asked");
    go_on(here);
  }
  void on(const go_home&) {
    finish_line::here().report(answered_);
  }

  template <class Archive>
  void fields(Archive& a) {
    a(end_, dice_, left_, neighbours_, asked_, answered_);
  }

private:
  void go_on(context& here) {
    if (left_ == 0)
      return here.send(end_, through{});
    --left_;
    asked_ = neighbours_[dice_.roll(neighbours_.size())];
    here.send(asked_, ping{});
  }

  ref<sink> end_;
  savina_dice dice_;
  std::uint64_t left_ = 0;
  std::vector<ref<talker>> neighbours_;
  ref<talker> asked_;
  std::uint64_t answered_ = 0;
};

void sink::on(const through&, context& here) {
  if (++through_ == talkers_.size())
    for (const auto& t : talkers_)
      here.send(t, go_home{});
}

} // namespace

std::uint64_t tern_big(actor_system& here, const savina_size& size) {
  here.add<sink>();
  here.add<talker>();
  finish_line::here().expect(size.actors);
  const auto end = here.spawn<sink>();
  neighbours them;
  for (std::uint64_t i = 0; i < size.actors; ++i)
    them.all.push_back(here.spawn<talker>(end, i, size.rounds));
  here.request(end, them).get();
  for (const auto& t : them.all)
    here.send(t, them);
  return finish_line::here().wait();
}

} // namespace tern::bench
