#pragma once

#include <tern/simulation.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

// Actors whose state depends on everything that happens to them, and on its
// order; they use all that a context offers.

namespace tern::test {

struct tally {
  static constexpr std::string_view name = "tally";
  std::uint64_t number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(number);
  }
};
struct sum_up {
  static constexpr std::string_view name = "sum_up";
  std::uint64_t with = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(with);
  }
};
struct stumble {
  static constexpr std::string_view name = "stumble";
  template <class Archive>
  void fields(Archive&) {}
};
struct end_now {
  static constexpr std::string_view name = "end_now";
  template <class Archive>
  void fields(Archive&) {}
};

/// Answers, sometimes by an exception, sometimes too late.
class friendly {
public:
  static constexpr std::string_view name = "friendly";
  using messages = tern::messages<sum_up, end_now>;

  std::uint64_t on(const sum_up& m) {
    if (m.with % 7 == 0)
      throw std::runtime_error("a seventh");
    return sum_ += m.with;
  }
  void on(const end_now&, tern::context& here) {
    here.stop("as you wish");
  }
  template <class Archive>
  void fields(Archive& a) {
    a(sum_);
  }

private:
  std::uint64_t sum_ = 0;
};

/// Goes from node to node, and remembers in one number all that it has seen.
class rover {
public:
  static constexpr std::string_view name = "rover";
  static constexpr std::uint32_t version = 1;
  using messages = tern::messages<tally, stumble>;

  rover() = default;
  rover(tern::ref<friendly> a, tern::ref<friendly> b) : friends_{a, b} {}

  void on(const tally& m, tern::context& here) {
    note(m.number);
    note(here.sender().low);
    const auto& whom = friends_[m.number % 2];
    switch (m.number % 6) {
    case 0:
      return here.request(whom, sum_up{m.number}).then<&rover::told>(m);
    case 1:
      return here.request(whom, sum_up{m.number}, std::chrono::milliseconds(2))
          .then<&rover::told>(m);
    case 2:
      return here.send_after(std::chrono::milliseconds(m.number % 5),
                             here.self<rover>(), tally{m.number + 3});
    case 3: {
      const auto child = here.spawn<friendly>();
      here.monitor(child);
      return here.send(child, end_now{});
    }
    case 4:
      return here.request(here.spawn_anywhere<friendly>(), sum_up{moves_ + 1})
          .then<&rover::told>(m);
    default:
      for (int i = 0; i < 12; ++i) // more than there is room for
        here.send(whom, sum_up{m.number + 7});
    }
  }
  void on(const stumble&) {
    note(3);
    throw std::runtime_error("stumbled");
  }
  void on(const tern::ended& e) {
    note(e.actor.low);
    note(e.reason.size());
  }
  void told(const tally& about, const tern::result<std::uint64_t>& sum) {
    note(about.number);
    note(sum ? *sum : sum.error().what.size());
  }
  using continuations = tern::continuations<&rover::told>;

  void departs() {
    note(5);
  }
  void arrived(tern::context& here) {
    ++moves_;
    note(here.node().value);
  }

  std::uint64_t moves() const {
    return moves_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(seen_, moves_, friends_);
  }

private:
  void note(std::uint64_t x) {
    seen_ = (seen_ ^ x) * 0x100000001b3u + 1;
  }

  std::uint64_t seen_ = 1;
  std::uint64_t moves_ = 0;
  std::vector<tern::ref<friendly>> friends_;
};

/// A run of one rover that has moved at least so often: the first time, it
/// may be, before anything happened to it.
struct roving {
  explicit roving(simulation::options o, std::uint64_t least_moves = 6)
    : world{recorded(o)} {
    using namespace std::chrono_literals;
    world.add<friendly>();
    world.add<rover>();
    const auto a = world.spawn<friendly>(0);
    const auto b = world.spawn<friendly>(world.nodes() - 1);
    self = world.spawn<rover>(0, a, b);
    auto& random = world.random();
    for (int i = 0; i < 30; ++i)
      world.after(std::chrono::microseconds(random.below(60'000)), [=, this] {
        if (i % 10 == 9)
          world.send(self, stumble{});
        else
          world.send(self, tally{static_cast<std::uint64_t>(i)});
      });
    for (std::uint64_t i = 0; i < least_moves + 2; ++i)
      world.after(std::chrono::microseconds(random.below(60'000)),
                  [=, this] { move(); });
    world.run_for(70ms);
    while (world.state(self)->moves() < least_moves) {
      move();
      world.run_for(20ms);
    }
    verdict = world.run();
  }

  simulation::cluster world;
  ref<rover> self;
  simulation::verdict verdict;

private:
  static simulation::options recorded(simulation::options o) {
    o.record = true;
    return o;
  }
  void move() {
    world.migrate(self, world.random().below(world.nodes()));
  }
};

} // namespace tern::test
