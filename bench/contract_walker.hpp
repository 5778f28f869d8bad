#pragma once

#include "bench/contract_ledger.hpp"

#include <tern/actors.hpp>
#include <unistd.h>

#include <chrono>
#include <vector>

namespace tern::bench {

/// The ledger of this process; set before the first walker can come.
inline contract_ledger* walkers_ledger = nullptr;

class walker;

struct numbered {
  std::uint32_t from = 0; ///< slot
  std::uint64_t number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(from, number);
  }
};

/// To whom an actor writes from now on; the first time also who it is.
struct peers {
  std::uint32_t me = 0; ///< slot
  std::vector<ref<walker>> all;
  std::vector<std::uint32_t> slots;
  template <class Archive>
  void fields(Archive& a) {
    a(me, all, slots);
  }
};

/// To itself: go on.
struct more {
  template <class Archive>
  void fields(Archive&) {}
};
/// Write nothing any more.
struct finish {
  template <class Archive>
  void fields(Archive&) {}
};
/// Answers with how many messages still wait for room.
struct are_you_there {
  template <class Archive>
  void fields(Archive&) {}
};

/// Writes to all others, in turn by chance, and enters everything into the
/// ledger, also that it lives.
class walker {
public:
  static constexpr std::string_view name = "bench.walker";
  using messages = tern::messages<peers, more, numbered, finish, are_you_there>;

  void on(const peers& m, context& here) {
    const bool first = peers_.all.empty();
    peers_ = m;
    if (!first)
      return;
    draw_ = m.me + 1;
    here.send(here.self<walker>(), more{});
  }

  // What waits for room waits here, and nothing new is written meanwhile.
  void on(const more&, context& here) {
    auto& life = walkers_ledger->life_of(peers_.me);
    life.process = ::getpid();
    ++life.beats;
    if (finished_)
      return;
    for (int i = 0; i < together && here.waiting() < 4 * together; ++i) {
      const auto to = next_receiver();
      auto& pair = walkers_ledger->of(peers_.me, peers_.slots[to]);
      here.send(peers_.all[to], numbered{peers_.me, ++pair.sent});
    }
    here.send_after(pause, here.self<walker>(), more{});
  }

  void on(const numbered& m, context& here) {
    auto& ledger = *walkers_ledger;
    const auto slot = my_slot(here);
    auto& last = ledger.of(m.from, slot).got;
    const auto before = last.load();
    if (m.number <= before)
      ++ledger.all().duplicated;
    else if (m.number != before + 1)
      ++ledger.all().reordered;
    last = std::max(before, m.number);
  }

  void on(const undelivered& lost) {
    const auto to = walkers_ledger->slot_of(lost.actor);
    if (to != contract_ledger::slots)
      walkers_ledger->of(peers_.me, to).told += lost.count;
  }

  void on(const finish&) {
    finished_ = true;
  }
  std::uint64_t on(const are_you_there&, context& here) const {
    return here.waiting();
  }

  void arrived(context&) {
    ++walkers_ledger->all().moves;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(peers_, finished_, draw_);
  }

private:
  static constexpr int together = 32;
  /// 200 actors write some 200,000 messages a second: two cores take that, so
  /// that moves are not mostly the carrying of full mailboxes.
  static constexpr std::chrono::milliseconds pause{30};

  // Others may write to it before it has heard who they are.
  std::size_t my_slot(context& here) const {
    return peers_.all.empty()
               ? walkers_ledger->slot_of(here.self<walker>().id())
               : peers_.me;
  }

  std::size_t next_receiver() {
    draw_ = draw_ * 6364136223846793005ull + 1442695040888963407ull;
    return (draw_ >> 33) % peers_.all.size();
  }

  peers peers_;
  bool finished_ = false;
  std::uint64_t draw_ = 0;
};

} // namespace tern::bench
