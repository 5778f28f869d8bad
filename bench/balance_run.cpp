// One run of `tern-bench balance`: two processes, each held on a processor of
// its own, as if they were two machines; otherwise the first would use both and
// there would be nothing to gain.
#include "bench/balance.hpp"
#include "bench/child.hpp"

#include <nlohmann/json.hpp>
#include <sched.h>
#include <tern/actors.hpp>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <map>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

struct go {
  template <class Archive>
  void fields(Archive&) {}
};
struct steps {
  template <class Archive>
  void fields(Archive&) {}
};

/// Does the same work in each step (about 20 us), and then asks for the next.
class worker {
public:
  static constexpr std::string_view name = "balance-worker";
  using messages = tern::messages<go, steps>;

  void on(const go&, context& here) {
    for (int i = 0; i < 8000; ++i) {
      state_ ^= state_ << 13;
      state_ ^= state_ >> 7;
      state_ ^= state_ << 17;
    }
    ++steps_;
    here.send(here.self<worker>(), go{});
  }
  std::uint64_t on(const steps&) const {
    return steps_;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(state_, steps_);
  }

private:
  std::uint64_t state_ = 88172645463325252ull;
  std::uint64_t steps_ = 0;
};

void stay_on(int processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  ::sched_setaffinity(0, sizeof set, &set); // where it may not, it is as it is
}

actor_system::options with(const std::string& policy) {
  actor_system::options o;
  o.balancer = policy == "load" ? balance_policy::load : balance_policy::none;
  return o;
}

double since(clock::time_point t) {
  return std::chrono::duration<double>(clock::now() - t).count();
}

/// What all of them have done; whoever does not answer is lost.
class census_of_steps {
public:
  census_of_steps(actor_system& here, const std::vector<ref<worker>>& all) {
    std::vector<pending<std::uint64_t>> asked;
    for (const auto& w : all)
      asked.push_back(here.request(w, steps{}, 30s));
    for (auto& a : asked)
      if (const auto n = a.wait())
        sum += *n;
      else
        ++lost;
  }
  std::uint64_t sum = 0;
  std::size_t lost = 0;
};

std::uint64_t moves_of(actor_system& s) {
  const auto c = s.host().count();
  return c.moved_out + c.moved_in;
}

} // namespace

int run_balance_once(const std::string& policy,
                     const balance_bench_options& how) {
  stay_on(0);
  actor_system here(with(policy));
  here.add<worker>();
  child_process other(own_path(), {"balance-peer", here.self().host,
                                   std::to_string(here.self().port), policy});
  if (!here.wait_for_members(2, 10s))
    return 1;
  const auto begin = clock::now();
  std::vector<ref<worker>> all;
  for (std::size_t i = 0; i < how.actors; ++i) {
    all.push_back(here.spawn<worker>());
    here.send(all.back(), go{});
  }
  std::uint64_t moves = 0;
  double settled = 0;
  const auto watch = [&](double seconds) {
    for (const auto from = clock::now(); since(from) < seconds;) {
      std::this_thread::sleep_for(20ms);
      if (const auto n = moves_of(here); n != moves) {
        moves = n;
        settled = since(begin);
      }
    }
  };
  watch(how.settle);
  const census_of_steps first(here, all);
  const auto from = clock::now();
  watch(how.window);
  const census_of_steps last(here, all);
  const auto seconds = since(from);
  std::map<node_id, std::size_t> places;
  for (const auto& w : all)
    ++places[here.where(w)];
  std::size_t fullest = 0;
  for (const auto& [node, n] : places)
    fullest = std::max(fullest, n);

  nlohmann::ordered_json out;
  out["rate"] = static_cast<double>(last.sum - first.sum) / seconds;
  out["moves"] = moves;
  out["settled"] = settled;
  out["fullest"] = fullest;
  out["lost"] = last.lost;
  std::cout << out.dump() << std::endl;
  return 0;
}

int run_balance_peer(const std::string& host, std::uint16_t port,
                     const std::string& policy) {
  stay_on(1);
  actor_system here(with(policy));
  here.add<worker>();
  here.join(host, port);
  char c;
  while (::read(STDIN_FILENO, &c, 1) > 0) {
  }
  return 0;
}

} // namespace tern::bench
