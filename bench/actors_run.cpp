// One figure of `tern-bench actors`. What the actors of this process have to
// say they say by counters that its main thread waits for.
#include "bench/actors.hpp"
#include "bench/child.hpp"

#include <fmt/format.h>
#include <tern/actors.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::uint64_t trips = 20'000;
constexpr std::uint64_t pairs_of_actors = 4;
constexpr std::uint64_t messages_a_pair = 500'000;
constexpr std::uint64_t group = 256;
constexpr int groups_ahead = 4;
constexpr std::size_t crowd = 10'000;
constexpr std::size_t idlers = 100'000;
constexpr int moves = 200;

std::atomic<std::uint64_t> finished{0};

double seconds_since(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

void wait_for(std::uint64_t n) {
  const auto limit = steady_clock::now() + 120s;
  while (finished < n) {
    if (steady_clock::now() > limit)
      throw std::runtime_error("it does not end");
    std::this_thread::sleep_for(1ms);
  }
}

// --- the actors

class player;

struct ball {
  std::uint64_t left = 0;
  ref<player> from;
  template <class Archive>
  void fields(Archive& a) {
    a(left, from);
  }
};

/// Sends a ball back as often as it says.
class player {
public:
  static constexpr std::string_view name = "bench.player";
  using messages = tern::messages<ball>;

  void on(const ball& m, context& here) {
    if (m.left == 0)
      ++finished;
    else
      here.send(m.from, ball{m.left - 1, here.self<player>()});
  }
  template <class Archive>
  void fields(Archive&) {}
};

class sink;

struct number {
  std::uint64_t left = 0; ///< after this one
  template <class Archive>
  void fields(Archive& a) {
    a(left);
  }
};
struct more {
  template <class Archive>
  void fields(Archive&) {}
};
struct all_there {
  template <class Archive>
  void fields(Archive&) {}
};
struct go_on {
  ref<sink> to;
  std::uint64_t left = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(to, left);
  }
};

/// Sends numbers in groups, some groups ahead of those that arrived.
class source {
public:
  static constexpr std::string_view name = "bench.source";
  using messages = tern::messages<go_on, more, all_there>;

  void on(const go_on& m, context& here);
  void on(const more&, context& here);
  void on(const all_there&) {
    ++finished;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(to_, left_);
  }

private:
  ref<sink> to_;
  std::uint64_t left_ = 0;
};

struct told_by {
  ref<source> from;
  template <class Archive>
  void fields(Archive& a) {
    a(from);
  }
};

class sink {
public:
  static constexpr std::string_view name = "bench.sink";
  using messages = tern::messages<told_by, number>;

  void on(const told_by& m) {
    from_ = m.from;
  }
  void on(const number& m, context& here) {
    if (m.left == 0)
      here.send(from_, all_there{});
    else if (m.left % group == 0)
      here.send(from_, more{});
  }
  template <class Archive>
  void fields(Archive& a) {
    a(from_);
  }

private:
  ref<source> from_;
};

void source::on(const go_on& m, context& here) {
  to_ = m.to;
  left_ = m.left;
  for (int i = 0; i < groups_ahead; ++i)
    on(more{}, here);
}

void source::on(const more&, context& here) {
  for (std::uint64_t i = 0; i < group && left_ > 0; ++i)
    here.send(to_, number{--left_});
}

struct are_you_there {
  template <class Archive>
  void fields(Archive&) {}
};

class traveller {
public:
  static constexpr std::string_view name = "bench.crowd";
  using messages = tern::messages<are_you_there>;

  bool on(const are_you_there&) {
    return true;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(state_);
  }

private:
  std::array<std::uint64_t, 8> state_{};
};

void add_all(actor_system& s) {
  s.add<player>();
  s.add<source>();
  s.add<sink>();
  s.add<traveller>();
}

/// This process, and another one in its cluster.
class two_processes {
public:
  two_processes() {
    add_all(here);
    const auto& self = here.self();
    child_.emplace(own_path(),
                   std::vector<std::string>{"actors-peer", self.host,
                                            std::to_string(self.port)});
    if (!here.wait_for_members(2, 20s))
      throw std::runtime_error("the other process does not come");
    for (const auto& m : here.members())
      if (m.id != self.id)
        there = m.id;
  }

  actor_system here;
  node_id there;

private:
  std::optional<child_process> child_;
};

// --- the figures

double rate() {
  two_processes both;
  std::vector<std::pair<ref<source>, ref<sink>>> all;
  for (std::uint64_t i = 0; i < pairs_of_actors; ++i) {
    all.emplace_back(both.here.spawn<source>(), both.here.spawn<sink>());
    both.here.send(all.back().second, told_by{all.back().first});
    both.here.migrate(all.back().second, both.there);
  }
  const auto begin = steady_clock::now();
  for (auto& [from, to] : all)
    both.here.send(from, go_on{to, messages_a_pair});
  wait_for(pairs_of_actors);
  return pairs_of_actors * messages_a_pair / seconds_since(begin);
}

double trip() {
  two_processes both;
  const auto a = both.here.spawn<player>();
  const auto b = both.here.spawn<player>();
  both.here.migrate(b, both.there);
  const auto play = [&](std::uint64_t n) {
    const auto before = finished.load();
    const auto begin = steady_clock::now();
    both.here.send(b, ball{2 * n - 1, a});
    wait_for(before + 1);
    return seconds_since(begin);
  };
  play(trips / 10);
  return play(trips) / trips * 1e6;
}

double batch() {
  two_processes both;
  std::vector<ref<traveller>> all;
  for (std::size_t i = 0; i < crowd; ++i)
    all.push_back(both.here.spawn<traveller>());
  std::atomic<std::uint64_t> stayed{0};
  const auto begin = steady_clock::now();
  for (const auto& one : all)
    both.here.host().migrate(one.id(), both.there,
                             [&](const migration_outcome& o) {
                               stayed += !o.moved;
                               ++finished;
                             });
  wait_for(crowd);
  const auto seconds = seconds_since(begin);
  if (stayed > 0)
    throw std::runtime_error("some did not move");
  return seconds;
}

// How long the longest request took that was made while its actor moved.
double gap() {
  two_processes both;
  const auto one = both.here.spawn<traveller>();
  std::atomic<bool> through{false};
  double longest = 0;
  std::thread asker{[&] {
    while (!through) {
      const auto begin = steady_clock::now();
      both.here.request(one, are_you_there{}).get();
      longest = std::max(longest, seconds_since(begin));
    }
  }};
  for (int i = 0; i < moves; ++i) {
    both.here.migrate(one, i % 2 == 0 ? both.there : both.here.self().id);
    std::this_thread::sleep_for(2ms);
  }
  through = true;
  asker.join();
  return longest * 1e3;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double all = 0;
  double resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double idle() {
  actor_system here;
  add_all(here);
  here.spawn<player>();
  const auto before = resident_bytes();
  for (std::size_t i = 0; i < idlers; ++i)
    here.spawn<player>();
  return (resident_bytes() - before) / idlers;
}

// --- a bare socket

int connect_to(std::uint16_t port) {
  const int file = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(file, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("no connection");
  return file;
}

double tcp() {
  child_process echo(own_path(), {"actors-echo"});
  const auto port = echo.line();
  const int file =
      connect_to(static_cast<std::uint16_t>(std::stoi(port.value_or("0"))));
  std::array<char, 16> bytes{};
  const auto begin = steady_clock::now();
  for (std::uint64_t i = 0; i < trips; ++i)
    if (::write(file, bytes.data(), bytes.size()) != 16
        || ::recv(file, bytes.data(), bytes.size(), MSG_WAITALL) != 16)
      throw std::runtime_error("the socket broke");
  const auto seconds = seconds_since(begin);
  ::close(file);
  return seconds / trips * 1e6;
}

} // namespace

int run_actors_echo() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&at), size) != 0
      || ::listen(listener, 1) != 0
      || ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    return 1;
  std::cout << ntohs(at.sin_port) << std::endl;
  const int file = ::accept(listener, nullptr, nullptr);
  const int on = 1;
  ::setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto n = ::read(file, bytes.data(), bytes.size());
    if (n <= 0 || ::write(file, bytes.data(), static_cast<std::size_t>(n)) != n)
      return 0;
  }
}

int run_actors_peer(const std::string& host, std::uint16_t port) {
  actor_system here;
  add_all(here);
  here.join(host, port);
  while (std::cin.get() != std::istream::traits_type::eof())
    continue;
  return 0;
}

int run_actors_once(const std::string& kind) {
  const std::map<std::string, double (*)()> figures = {
      {"rate", rate}, {"trip", trip}, {"tcp", tcp},
      {"gap", gap},   {"idle", idle}, {"batch", batch}};
  const auto found = figures.find(kind);
  if (found == figures.end())
    throw std::invalid_argument("no such figure: " + kind);
  std::cout << fmt::format("{:.6g}\n", found->second());
  return 0;
}

} // namespace tern::bench
