// One run of `tern-bench migrate`: two processes, a traveller, four senders.
// Each process notes when an attempt froze or ran on it; both clocks are the
// machine's monotonic one, so the difference is how long the actor was frozen.
#include "actors/host.hpp"
#include "actors/node.hpp"
#include "bench/child.hpp"
#include "bench/migrate.hpp"
#include "bench/travel.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t numbers_a_tick = 10;
constexpr auto tick = 1ms;
constexpr std::size_t senders_a_node = 2;

/// When which attempt to move the traveller froze and ran.
class move_log {
public:
  struct times {
    std::int64_t frozen = 0;
    std::int64_t running = 0;
  };

  void watch(actor_host& host) {
    host.on_move([this](const move_event& e) {
      std::lock_guard guard{mutex_};
      auto& t = log_[e.attempt.epoch];
      (e.what == move_event::kind::frozen ? t.frozen : t.running) =
          e.time.count();
    });
  }
  /// What another process printed.
  void merge(std::istream& from) {
    std::lock_guard guard{mutex_};
    std::uint32_t epoch = 0;
    for (times t; from >> epoch >> t.frozen >> t.running;) {
      auto& mine = log_[epoch];
      mine.frozen += t.frozen;
      mine.running += t.running;
    }
  }
  void print(std::ostream& to) {
    std::lock_guard guard{mutex_};
    for (const auto& [epoch, t] : log_)
      to << epoch << ' ' << t.frozen << ' ' << t.running << '\n';
  }
  /// Microseconds from frozen to running, sorted.
  std::vector<double> freezes() {
    std::lock_guard guard{mutex_};
    std::vector<double> out;
    for (const auto& [epoch, t] : log_)
      if (t.frozen != 0 && t.running != 0)
        out.push_back(static_cast<double>(t.running - t.frozen) / 1000);
    std::sort(out.begin(), out.end());
    return out;
  }

private:
  std::mutex mutex_;
  std::map<std::uint32_t, times> log_;
};

template <class F>
bool wait_for(F f) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!f()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

/// Asks actors for their tallies, one at a time.
class questions {
public:
  explicit questions(actor_host& host) : host_(host) {
    host.on_message([this](const envelope&, std::span<const std::byte> bytes) {
      if (bytes.size() != sizeof(tally))
        return;
      std::lock_guard guard{mutex_};
      std::memcpy(&last_, bytes.data(), sizeof last_);
      ++answers_;
    });
  }
  ~questions() {
    host_.on_message({});
  }

  tally ask(const actor_id& actor) {
    std::uint64_t before = 0;
    {
      std::lock_guard guard{mutex_};
      before = answers_;
    }
    wait_for([&] { return host_.send(actor, {}); });
    wait_for([&] {
      std::lock_guard guard{mutex_};
      return answers_ > before;
    });
    std::lock_guard guard{mutex_};
    return last_;
  }

private:
  actor_host& host_;
  std::mutex mutex_;
  tally last_;
  std::uint64_t answers_ = 0;
};

/// Keeps the senders talking, at a steady rate.
class load {
public:
  load(actor_host& host, std::vector<actor_id> senders)
    : thread_([&host, senders = std::move(senders)](std::stop_token stop) {
        while (!stop.stop_requested()) {
          const std::uint64_t n = numbers_a_tick;
          for (const auto& s : senders)
            host.send(s, std::as_bytes(std::span(&n, 1)));
          std::this_thread::sleep_for(tick);
        }
      }) {}

private:
  std::jthread thread_;
};

double at(const std::vector<double>& sorted, double part) {
  if (sorted.empty())
    return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(last * part))];
}

} // namespace

int run_migrate_once(std::size_t bytes, std::size_t moves) {
  auto started = node::start({});
  if (!started) {
    std::cerr << started.error().what << '\n';
    return 1;
  }
  auto& here = **started;
  move_log log;
  actor_host host(here);
  register_travel_types(host);
  log.watch(host);
  child_process other(own_path(), {"migrate-peer", here.self().host,
                                   std::to_string(here.self().port)});
  if (!host.wait_for(2, std::chrono::seconds(5)))
    return 1;
  const auto members = here.members();
  const auto there = members[0].id == here.id() ? members[1].id : members[0].id;

  const auto traveller =
      *host.spawn("traveller", traveller_state(bytes).bytes());
  std::vector<actor_id> senders;
  for (std::size_t i = 0; i < 2 * senders_a_node; ++i)
    senders.push_back(*host.spawn("sender", sender_state(traveller).bytes()));
  for (std::size_t i = 0; i < senders_a_node; ++i)
    if (!host.migrate(senders[i], there).get().moved)
      return 1;

  std::size_t failed = 0;
  {
    const load talk(host, senders);
    for (std::size_t i = 0; i < moves; ++i) {
      failed +=
          !host.migrate(traveller, i % 2 == 0 ? there : here.id()).get().moved;
      std::this_thread::sleep_for(tick);
    }
  }
  questions q(host);
  std::uint64_t sent = 0;
  for (const auto& s : senders) {
    tally t;
    wait_for([&] {
      t = q.ask(s);
      return t.waiting == 0;
    });
    sent += t.messages;
  }
  tally got;
  wait_for([&] {
    got = q.ask(traveller);
    return got.messages >= sent;
  });
  const auto missing =
      got.messages > sent ? got.messages - sent : sent - got.messages;
  std::istringstream theirs(other.finish().output);
  log.merge(theirs);
  auto freezes = log.freezes();
  nlohmann::ordered_json out;
  out["moves"] = freezes.size();
  out["p50"] = at(freezes, 0.5);
  out["p99"] = at(freezes, 0.99);
  out["max"] = at(freezes, 1);
  out["failed"] = failed;
  out["messages"] = got.messages;
  out["wrong"] = got.wrong + missing;
  std::cout << out.dump() << std::endl;
  return freezes.size() + failed >= moves ? 0 : 1;
}

int run_migrate_peer(const std::string& to_host, std::uint16_t port) {
  auto started = node::start({});
  if (!started) {
    std::cerr << started.error().what << '\n';
    return 1;
  }
  move_log log;
  actor_host host(**started);
  register_travel_types(host);
  log.watch(host);
  if (auto joined = (*started)->join(to_host, port); !joined) {
    std::cerr << joined.error().what << '\n';
    return 1;
  }
  char c;
  while (::read(STDIN_FILENO, &c, 1) > 0) {
  }
  log.print(std::cout);
  return 0;
}

} // namespace tern::bench
