// Arrays are computed on a cluster of real processes, by processes that may die
// as well, while everything is done to them that may happen to a cluster. What
// must hold:
//
//   each answer has the bits of the scheduler `synchronous`;
//   no computation fails but for a reason that names this process as the one
//   that was cut off, and none hangs;
//   the result of a submitter that died is there for who attaches;
//   after all that nodes have no plan, no actor and no block left, and end
//   when they are asked to.

#include "bench/chaos.hpp"

#include "bench/chaos_cluster.hpp"
#include "bench/chaos_work.hpp"
#include "bench/contract.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <random>
#include <thread>

#include <sys/wait.h>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto shortest_pause = 300; ///< ms between two strikes
constexpr auto longest_pause = 3000;
constexpr auto hang_limit = 120s;
constexpr auto clear_limit = 20s;
constexpr auto orphan_limit = 5s; ///< until the nodes know of the death
constexpr auto settle_limit = 60s;
constexpr auto young = 200ms; ///< a submitter that has hardly begun is spared

/// What became of the computations.
struct tally {
  unsigned right = 0;
  unsigned wrong = 0;
  unsigned failed = 0;  ///< and should not have
  unsigned excused = 0; ///< this process was cut off, or all nodes had died
  unsigned hung = 0;
  unsigned killed = 0;   ///< submitters
  unsigned attached = 0; ///< and their results fetched by others
  std::vector<std::string> stories;
};

/// A process that computes, or the result of one.
struct ended_run {
  int status = -1;
  std::string output;  ///< with what it said on standard error
  std::string contact; ///< the node by which it joined
  bool killed = false;
};

class chaos_run {
public:
  explicit chaos_run(const chaos_options& o)
    : options_(o), cluster_(o), random_(o.seed + 1) {}

  int go();

private:
  struct running {
    int pid = 0;
    steady_clock::time_point since;
    bool killed = false;
  };

  bool prepare();
  void make_trouble();
  ended_run run(std::vector<std::string> words);
  void submit(std::uint64_t seed);
  bool is_excused(const ended_run& r) const;
  void judge(std::size_t which, const ended_run& r);
  void adopt(std::size_t which, const std::vector<std::string>& known);
  bool is_of_another(std::size_t which, const ended_run& r) const;
  void kill_a_submitter();
  void end_hanging();
  std::vector<std::string> orphans() const;
  std::vector<std::string> left_over() const;
  bool is_well(const std::vector<std::string>& wrong) const;
  void print(double seconds, const std::vector<std::string>& wrong) const;

  chaos_options options_;
  chaos_cluster cluster_;
  std::vector<std::string> right_;
  std::atomic<bool> over_{false};
  std::atomic<bool> orphaned_{false}; ///< one at a time: else which is whose?
  std::vector<std::string> orphans_before_; ///< it; whose else they are
  mutable std::mutex mutex_;                ///< guards the next two
  std::vector<running*> running_;
  tally tally_;
  std::mt19937_64 random_;
};

// -- computing ----------------------------------------------------------------

ended_run chaos_run::run(std::vector<std::string> words) {
  const auto contact = cluster_.contact();
  words.insert(words.end(), {"--json", "--join", contact});
  if (options_.cut)
    words.emplace_back("--insecure");
  child_process child{program_beside("tern"), words, child_errors::output};
  running me{child.pid(), steady_clock::now(), false};
  {
    std::lock_guard guard{mutex_};
    running_.push_back(&me);
  }
  ended_run out;
  out.contact = contact;
  while (const auto line = child.line())
    out.output += *line + '\n';
  {
    std::lock_guard guard{mutex_};
    std::erase(running_, &me);
    out.killed = me.killed;
  }
  out.status = child.finish().status;
  return out;
}

void chaos_run::submit(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  while (!over_.load()) {
    const auto which = random() % chaos_work::count();
    const auto r = run({"eval", chaos_work::statements(which)});
    if (r.killed) {
      adopt(which, orphans_before_);
      orphaned_.store(false);
    } else {
      judge(which, r);
    }
  }
}

// It was cut off itself; or something happened to the node that it joined by,
// before it knew another.
bool chaos_run::is_excused(const ended_run& r) const {
  const auto says = [&](const char* words) {
    return r.output.find(words) != std::string::npos;
  };
  if (options_.cut
      && (says("go on without this process") || says("cannot reach")))
    return true;
  return !cluster_.is_well(r.contact)
         && (says("cannot reach") || says("the last of the plan"));
}

void chaos_run::judge(std::size_t which, const ended_run& r) {
  std::lock_guard guard{mutex_};
  if (r.status == 0 && value_in(r.output) == right_[which]) {
    ++tally_.right;
    return;
  }
  if (r.status == 0)
    ++tally_.wrong;
  else if (WIFSIGNALED(r.status))
    ++tally_.hung;
  else if (is_excused(r))
    ++tally_.excused;
  else
    ++tally_.failed;
  tally_.stories.push_back(fmt::format(
      "{}: status {}: {}", chaos_work::statements(which), r.status, r.output));
}

std::vector<std::string> chaos_run::orphans() const {
  std::vector<std::string> out;
  const auto status = chaos_cluster::status_of(cluster_.contact());
  if (!status.is_null())
    for (const auto& plan : status["plans"])
      if (plan["orphaned"].get<bool>())
        out.push_back(plan["id"].get<std::string>());
  return out;
}

// The submitter has been killed; perhaps it had its result, or no plan yet.
void chaos_run::adopt(std::size_t which,
                      const std::vector<std::string>& known) {
  const auto give_up = steady_clock::now() + orphan_limit;
  std::vector<std::string> found;
  while (found.empty() && steady_clock::now() < give_up) {
    std::this_thread::sleep_for(100ms);
    found = orphans();
    std::erase_if(found, [&](const auto& id) {
      return std::ranges::find(known, id) != known.end();
    });
  }
  for (const auto& plan : found) {
    const auto r = run({"attach", plan});
    if (options_.cut && is_of_another(which, r))
      continue;
    judge(which, r);
    std::lock_guard guard{mutex_};
    ++tally_.attached;
    return;
  }
}

// A node that is cut off from a submitter takes it for dead, though it lives.
bool chaos_run::is_of_another(std::size_t which, const ended_run& r) const {
  const auto value = value_in(r.output);
  return r.status == 0 && value != right_[which]
         && std::ranges::find(right_, value) != right_.end();
}

// -- trouble ------------------------------------------------------------------

void chaos_run::kill_a_submitter() {
  if (orphaned_.load())
    return;
  auto known = orphans();
  std::lock_guard guard{mutex_};
  const auto now = steady_clock::now();
  for (auto* r : running_)
    if (now - r->since > young && !orphaned_.exchange(true)) {
      orphans_before_ = std::move(known);
      r->killed = true;
      ::kill(r->pid, SIGKILL);
      ++tally_.killed;
      return;
    }
}

void chaos_run::end_hanging() {
  std::lock_guard guard{mutex_};
  for (auto* r : running_)
    if (steady_clock::now() - r->since > hang_limit)
      ::kill(r->pid, SIGKILL);
}

void chaos_run::make_trouble() {
  const auto end =
      steady_clock::now()
      + std::chrono::duration_cast<steady_clock::duration>(
          std::chrono::duration<double, std::ratio<60>>(options_.minutes));
  auto next = steady_clock::now();
  while (steady_clock::now() < end) {
    if (steady_clock::now() >= next) {
      if (random_() % 5 == 0)
        kill_a_submitter();
      else
        cluster_.strike();
      next = steady_clock::now()
             + std::chrono::milliseconds(std::uniform_int_distribution<>(
                 shortest_pause, longest_pause)(random_));
    }
    cluster_.tend();
    end_hanging();
    std::this_thread::sleep_for(20ms);
  }
}

// -- what comes of it ---------------------------------------------------------

// Plans that nobody waits for are the last to go: their results are kept.
std::vector<std::string> chaos_run::left_over() const {
  const auto limit = steady_clock::now() + clear_limit;
  std::vector<std::string> out;
  do {
    std::this_thread::sleep_for(100ms);
    out.clear();
    const auto status = chaos_cluster::status_of(cluster_.contact());
    if (status.is_null()) {
      out.emplace_back("no node tells its status");
      continue;
    }
    for (const auto& plan : status["plans"])
      out.push_back("plan " + plan.dump());
    for (const auto& n : status["nodes"])
      if (n["memory_used"] != 0 || !n["actors"].empty())
        out.push_back("node " + n.dump());
  } while (!out.empty() && steady_clock::now() < limit);
  return out;
}

// One piece of trouble excuses at most one computation of each submitter.
bool chaos_run::is_well(const std::vector<std::string>& wrong) const {
  const auto& done = cluster_.counts();
  const auto trouble = done.kills + done.stops + done.cuts + done.leaves;
  return wrong.empty() && tally_.right > 0
         && tally_.excused <= trouble * options_.submitters
         && tally_.wrong + tally_.failed + tally_.hung == 0;
}

void chaos_run::print(double seconds,
                      const std::vector<std::string>& wrong) const {
  const auto& done = cluster_.counts();
  nlohmann::ordered_json out;
  out["computations"] = tally_.right + tally_.wrong + tally_.failed
                        + tally_.excused + tally_.hung;
  out["right"] = tally_.right;
  out["wrong"] = tally_.wrong;
  out["failed"] = tally_.failed;
  out["excused"] = tally_.excused;
  out["hung"] = tally_.hung;
  out["submitters_killed"] = tally_.killed;
  out["attached"] = tally_.attached;
  out["kills"] = done.kills;
  out["stops"] = done.stops;
  out["cuts"] = done.cuts;
  out["leaves"] = done.leaves;
  out["joins"] = done.joins;
  out["returns"] = done.returns;
  out["left_over"] = wrong;
  out["seconds"] = seconds;
  out["ok"] = is_well(wrong);
  if (options_.json) {
    std::cout << out.dump() << '\n';
    return;
  }
  for (const auto& [key, value] : out.items())
    std::cout << fmt::format("{:18} {}\n", key, value.dump());
}

bool chaos_run::prepare() {
  chaos_work work;
  for (std::size_t which = 0; which < chaos_work::count(); ++which)
    right_.push_back(work.right(which));
  if (std::ranges::find(right_, std::string{}) != right_.end()) {
    std::cerr << "tern-bench chaos: `tern eval` does not work\n";
    return false;
  }
  if (!cluster_.start()) {
    std::cerr << "tern-bench chaos: the nodes do not find each other\n";
    return false;
  }
  return true;
}

int chaos_run::go() {
  if (!prepare())
    return 1;
  const auto begin = steady_clock::now();
  std::vector<std::jthread> submitters;
  for (std::size_t i = 0; i < options_.submitters; ++i)
    submitters.emplace_back([this, i] { submit(options_.seed * 1000 + i); });
  make_trouble();
  over_.store(true);
  bool settled = false;
  std::atomic<bool> done{false};
  std::jthread mending{[&] {
    settled = cluster_.settle(settle_limit);
    for (; !done.load(); std::this_thread::sleep_for(100ms))
      end_hanging();
  }};
  submitters.clear();
  done.store(true);
  mending.join();
  std::vector<std::string> wrong;
  if (!settled)
    wrong.emplace_back("the nodes do not find together again");
  for (const auto& plan : orphans()) // of submitters killed when they were done
    if (auto r = run({"attach", plan});
        std::ranges::find(right_, value_in(r.output)) == right_.end())
      wrong.push_back(std::move(r.output));
  for (auto& what : left_over())
    wrong.push_back(std::move(what));
  cluster_.end();
  wrong.insert(wrong.end(), cluster_.complaints().begin(),
               cluster_.complaints().end());
  for (const auto& story : tally_.stories)
    std::cerr << story << '\n';
  if (!is_well(wrong))
    for (const auto& line : cluster_.history())
      std::cerr << line << '\n';
  const auto seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  print(seconds, wrong);
  return is_well(wrong) ? 0 : 1;
}

} // namespace

int run_chaos(const chaos_options& o) {
  if (o.cut && !cut_network::is_possible()) {
    std::cerr << "tern-bench chaos: --cut needs root and network namespaces\n";
    return not_possible;
  }
  chaos_run run{o};
  return run.go();
}

} // namespace tern::bench
