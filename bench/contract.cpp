// The delivery contract, over real processes: between nodes that live, each
// message is handled once and in the order of its pair, whatever moves. Every
// actor numbers what it sends to each other actor and knows which number it
// expects from each; the books of all are compared at the end.

#include "bench/contract.hpp"

#include "bench/child.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <tern/actors.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class walker;

struct numbered {
  std::uint32_t from = 0; ///< whose number it is
  std::uint64_t number = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(from, number);
  }
};

/// Whom an actor writes to, and how much.
struct begin {
  std::uint32_t me = 0;
  std::vector<ref<walker>> all;
  std::uint64_t messages = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(me, all, messages);
  }
};

/// To itself: go on.
struct more {
  template <class Archive>
  void fields(Archive&) {}
};

/// What an actor says it has done.
struct books {
  std::uint64_t left = 0;          ///< still to be sent
  std::vector<std::uint64_t> sent; ///< to each
  std::vector<std::uint64_t> got;  ///< from each
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t moves = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(left, sent, got, duplicated, reordered, moves);
  }
};
struct show_books {
  template <class Archive>
  void fields(Archive&) {}
};

class walker {
public:
  static constexpr std::string_view name = "bench.walker";
  using messages = tern::messages<begin, more, numbered, show_books>;

  void on(const begin& m, context& here) {
    start_ = m;
    books_.left = m.messages;
    books_.sent.resize(m.all.size());
    books_.got.resize(m.all.size());
    draw_ = m.me + 1;
    here.send(here.self<walker>(), more{});
  }

  // Not faster than the slowest takes: what waits for room waits here.
  void on(const more&, context& here) {
    for (int i = 0; i < together && books_.left > 0; ++i, --books_.left) {
      const auto to = next_receiver();
      here.send(start_.all[to], numbered{start_.me, ++books_.sent[to]});
    }
    if (books_.left == 0)
      return;
    if (here.waiting() > 4 * together)
      here.send_after(500us, here.self<walker>(), more{});
    else
      here.send(here.self<walker>(), more{});
  }

  void on(const numbered& m) {
    if (m.from >= books_.got.size())
      books_.got.resize(m.from + 1); // it writes before this one has begun
    auto& last = books_.got[m.from];
    if (m.number <= last)
      ++books_.duplicated;
    else if (m.number != last + 1)
      ++books_.reordered;
    last = std::max(last, m.number);
  }

  books on(const show_books&) const {
    return books_;
  }

  void arrived(context&) {
    ++books_.moves;
  }

  template <class Archive>
  void fields(Archive& a) {
    a(start_, books_, draw_);
  }

private:
  static constexpr int together = 32;

  std::size_t next_receiver() {
    draw_ = draw_ * 6364136223846793005ull + 1442695040888963407ull;
    return (draw_ >> 33) % start_.all.size();
  }

  begin start_;
  books books_;
  std::uint64_t draw_ = 0;
};

struct totals {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t moves = 0;
  bool done = true;       ///< nobody has anything left to send
  bool consistent = true; ///< for each pair: as many got as were sent
};

totals read_books(actor_system& here, const std::vector<ref<walker>>& all) {
  std::vector<books> every;
  for (const auto& w : all)
    every.push_back(here.request(w, show_books{}, 60s).get());
  totals t;
  for (std::size_t from = 0; from < every.size(); ++from) {
    t.done &= every[from].left == 0;
    t.duplicated += every[from].duplicated;
    t.reordered += every[from].reordered;
    t.moves += every[from].moves;
    for (std::size_t to = 0; to < every.size(); ++to) {
      t.sent += every[from].sent[to];
      t.delivered += every[to].got[from];
      t.consistent &= every[from].sent[to] == every[to].got[from];
    }
  }
  return t;
}

void print(const contract_options& o, const totals& t, double seconds,
           bool ok) {
  nlohmann::ordered_json out;
  out["sent"] = t.sent;
  out["delivered"] = t.delivered;
  out["failed_and_told"] = 0;
  out["uncertain"] = 0;
  out["duplicated"] = t.duplicated;
  out["reordered"] = t.reordered;
  out["moves"] = t.moves;
  out["kills"] = 0;
  out["seconds"] = seconds;
  out["ok"] = ok;
  if (o.json) {
    std::cout << out.dump() << '\n';
    return;
  }
  for (const auto& [key, value] : out.items())
    std::cout << fmt::format("{:16} {}\n", key, value.dump());
}

} // namespace

int run_contract_node(const std::string& host, std::uint16_t port) {
  actor_system here;
  here.add<walker>();
  here.join(host, port);
  while (std::cin.get() != std::istream::traits_type::eof())
    continue;
  return 0;
}

int run_contract(const contract_options& o) {
  actor_system here;
  here.add<walker>();
  std::vector<std::unique_ptr<child_process>> others;
  for (unsigned i = 1; i < o.processes; ++i)
    others.push_back(std::make_unique<child_process>(
        own_path(),
        std::vector<std::string>{"contract-node", here.self().host,
                                 std::to_string(here.self().port)}));
  while (here.members().size() < o.processes)
    std::this_thread::sleep_for(5ms);
  const auto nodes = here.members();
  begin start;
  start.messages = o.messages / o.actors;
  for (unsigned i = 0; i < o.actors; ++i)
    start.all.push_back(here.spawn<walker>());
  const auto from = steady_clock::now();
  for (const auto& w : start.all) {
    here.send(w, start);
    ++start.me;
  }
  // moves, as many as may be open at a time, until all is said
  std::mt19937_64 random(1);
  totals t;
  do {
    for (unsigned i = 0; i < o.actors; ++i)
      here.order_move(start.all[random() % start.all.size()].id(),
                      nodes[random() % nodes.size()].id);
    t = read_books(here, start.all);
  } while (!t.done || t.moves < o.moves);
  for (auto tries = 0; t.sent != t.delivered && tries < 100; ++tries) {
    std::this_thread::sleep_for(50ms); // the last are under way
    t = read_books(here, start.all);
  }
  const double seconds =
      std::chrono::duration<double>(steady_clock::now() - from).count();
  const bool ok = t.consistent && t.sent == start.messages * o.actors
                  && t.duplicated == 0 && t.reordered == 0;
  print(o, t, seconds, ok);
  return ok ? 0 : 1;
}

} // namespace tern::bench
