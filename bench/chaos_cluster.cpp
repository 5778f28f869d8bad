#include "bench/chaos_cluster.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <thread>

#include <sys/wait.h>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Silence counts as death after 2 s.
constexpr auto shortest_stop = 200ms;
constexpr auto longest_stop = 12000ms;
constexpr auto shortest_cut = 3000ms;
constexpr auto longest_cut = 12000ms;
// A node that leaves stays until the plans that it has a part in are over.
constexpr auto leave_limit = 60s;
constexpr auto return_limit = 30s;
constexpr auto look_every = 500ms;

bool has_ended(const child_process& child) {
  siginfo_t what{};
  return ::waitid(P_PID, static_cast<id_t>(child.pid()), &what,
                  WEXITED | WNOHANG | WNOWAIT)
             == 0
         && what.si_pid != 0;
}

} // namespace

std::string_view chaos_cluster::name_of(doing what) {
  switch (what) {
  case doing::well:
    return "is well";
  case doing::stopped:
    return "is stopped";
  case doing::cut_off:
    return "is cut off";
  case doing::returning:
    return "is to come back";
  case doing::leaving:
    return "is to leave, or killed";
  }
  return "";
}

chaos_cluster::chaos_cluster(const chaos_options& o)
  : options_(o), random_(o.seed) {
  if (options_.cut)
    network_.emplace(most_nodes() + 1);
}

// -- nodes --------------------------------------------------------------------

std::optional<chaos_cluster::node> chaos_cluster::start_at(std::size_t place) {
  const auto host = network_ ? cut_network::address(place) : "127.0.0.1";
  std::vector<std::string> words;
  if (network_)
    words = network_->inside(place);
  words.insert(words.end(), {program_beside("tern"), "node", "--listen",
                             host + ":0", "--threads", "1"});
  if (network_)
    words.emplace_back("--insecure");
  for (const auto& other : nodes_)
    if (other->what == doing::well)
      words.insert(words.end(), {"--join", other->address});
  node n;
  n.place = place;
  n.since = steady_clock::now();
  const auto program = words.front();
  words.erase(words.begin());
  n.child =
      std::make_unique<child_process>(program, words, child_errors::output);
  const auto line = n.child->line();
  const auto said = nlohmann::json::parse(line.value_or(""), nullptr, false);
  if (said.is_discarded() || !said.contains("port")) {
    complaints_.push_back("a node did not start: " + line.value_or(""));
    return std::nullopt;
  }
  n.address = fmt::format("{}:{}", host, said["port"].get<int>());
  return n;
}

// Not one that is cut off, whose node has died: a newcomer there could not
// reach all members, and would say so and end.
std::size_t chaos_cluster::free_place() const {
  const auto is_free = [&](std::size_t place) {
    return std::ranges::none_of(
               nodes_, [&](const auto& n) { return n->place == place; })
           && std::ranges::none_of(cuts_, [&](const auto& cut) {
                return cut.first == place || cut.second == place;
              });
  };
  std::size_t place = 1;
  while (!is_free(place))
    ++place;
  return place;
}

bool chaos_cluster::add() {
  const auto place = free_place();
  if (network_ && place > most_nodes())
    return false;
  auto n = start_at(place);
  if (!n)
    return false;
  note(*n, "started");
  std::lock_guard guard{mutex_};
  nodes_.push_back(std::make_unique<node>(std::move(*n)));
  return true;
}

bool chaos_cluster::start() {
  for (std::size_t i = 0; i < options_.nodes; ++i)
    if (!add())
      return false;
  return settle(30s);
}

std::string chaos_cluster::contact() const {
  std::lock_guard guard{mutex_};
  for (const auto& n : nodes_)
    if (n->what == doing::well)
      return n->address;
  return {};
}

bool chaos_cluster::is_well(const std::string& address) const {
  std::lock_guard guard{mutex_};
  return std::ranges::any_of(nodes_, [&](const auto& n) {
    return n->address == address && n->what == doing::well;
  });
}

// One that nothing is done to, while another such one stays.
chaos_cluster::node* chaos_cluster::pick() {
  std::vector<node*> well;
  for (const auto& n : nodes_)
    if (n->what == doing::well)
      well.push_back(n.get());
  return well.size() < 2 ? nullptr : well[random_() % well.size()];
}

child_end chaos_cluster::finish(node& n) {
  auto end = n.child->finish();
  note(n, "said: " + end.output);
  if (!n.was_away && end.output.find("\"returned\"") != std::string::npos)
    complaints_.push_back(
        fmt::format("node {} yielded without need: {}", n.address, end.output));
  return end;
}

void chaos_cluster::remove(node& n) {
  note(n, "is gone");
  std::unique_ptr<node> gone;
  std::lock_guard guard{mutex_};
  const auto found = std::ranges::find(nodes_, &n, &std::unique_ptr<node>::get);
  gone = std::move(*found);
  nodes_.erase(found);
}

// -- trouble ------------------------------------------------------------------

void chaos_cluster::strike() {
  auto* n = pick();
  if (!n)
    return;
  switch (random_() % (network_ ? 5 : 4)) {
  case 0:
    ++counts_.kills;
    kill(*n);
    break;
  case 1:
    stop(*n);
    break;
  case 2:
    leave(*n);
    break;
  case 3:
    if (nodes_.size() < options_.nodes + 2 && add())
      ++counts_.joins;
    break;
  default:
    cut(*n);
  }
}

void chaos_cluster::kill(node& n) {
  change(n, doing::leaving, {}); // nobody's contact any more
  ::kill(n.child->pid(), SIGKILL);
  finish(n);
  remove(n);
}

std::chrono::milliseconds
chaos_cluster::between(std::chrono::milliseconds least,
                       std::chrono::milliseconds most) {
  return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>(
      least.count(), most.count())(random_)};
}

void chaos_cluster::stop(node& n) {
  ++counts_.stops;
  change(n, doing::stopped,
         steady_clock::now() + between(shortest_stop, longest_stop));
  ::kill(n.child->pid(), SIGSTOP);
}

void chaos_cluster::leave(node& n) {
  ++counts_.leaves;
  change(n, doing::leaving, steady_clock::now() + leave_limit);
  n.child->terminate();
}

// From all the others or from one; one way or both. This process, which is in
// place 0, is another.
void chaos_cluster::cut(node& n) {
  if (!cuts_.empty())
    return;
  ++counts_.cuts;
  const bool from_all = random_() % 2 == 0;
  const auto ways = random_() % 3; // out, in, both
  std::vector<std::size_t> others;
  for (const auto& other : nodes_)
    if (other.get() != &n)
      others.push_back(other->place);
  if (from_all)
    others.push_back(0);
  else
    others = {others[random_() % others.size()]};
  for (const auto other : others) {
    if (ways != 1)
      cuts_.emplace_back(n.place, other);
    if (ways != 0)
      cuts_.emplace_back(other, n.place);
  }
  for (const auto& [from, to] : cuts_)
    network_->cut(from, to);
  change(n, doing::cut_off,
         steady_clock::now() + between(shortest_cut, longest_cut));
}

void chaos_cluster::change(node& n, doing what, time until) {
  std::lock_guard guard{mutex_};
  const auto now = steady_clock::now();
  if (n.what == doing::well)
    n.troubled_since = now;
  if (what == doing::well)
    n.since = now;
  n.was_away = n.was_away || network_.has_value() || what == doing::stopped;
  n.what = what;
  n.until = until;
  note(n, name_of(what));
}

void chaos_cluster::note(const node& n, std::string_view what) {
  const std::chrono::duration<double> at = steady_clock::now() - begin_;
  history_.push_back(
      fmt::format("{:7.2f} s  node {} {}", at.count(), n.address, what));
}

void chaos_cluster::mend() {
  for (const auto& [from, to] : std::exchange(cuts_, {}))
    network_->mend(from, to);
}

// -- and its end --------------------------------------------------------------

void chaos_cluster::look_after(node& n, time now) {
  switch (n.what) {
  case doing::well:
  case doing::returning:
    if (!has_ended(*n.child))
      return;
    complaints_.push_back(fmt::format("node {} ended by itself: {}", n.address,
                                      finish(n).output));
    return remove(n);
  case doing::leaving:
    if (!has_ended(*n.child) && now < n.until)
      return;
    if (now >= n.until) {
      complaints_.push_back(fmt::format("node {} did not leave: {}", n.address,
                                        status_of(n.address).dump()));
      ::kill(n.child->pid(), SIGKILL);
      finish(n);
    } else if (const auto end = finish(n); end.status != 0) {
      complaints_.push_back(fmt::format("node {} left with status {}: {}",
                                        n.address, end.status, end.output));
    }
    return remove(n);
  case doing::stopped:
  case doing::cut_off:
    if (now < n.until)
      return;
    if (n.what == doing::stopped)
      ::kill(n.child->pid(), SIGCONT);
    else
      mend();
    change(n, doing::returning, now + return_limit);
  }
}

std::set<int> chaos_cluster::seen_by(const node& n) {
  std::set<int> pids;
  const auto status = status_of(n.address);
  if (!status.is_null())
    for (const auto& other : status["nodes"])
      pids.insert(other["pid"].get<int>());
  return pids;
}

// By most of the others that are well.
bool chaos_cluster::is_seen(
    const node& n, const std::map<const node*, std::set<int>>& by) const {
  std::size_t asked = 0;
  std::size_t seen = 0;
  for (const auto& [other, pids] : by)
    if (other != &n && other->what == doing::well) {
      ++asked;
      seen += pids.contains(n.child->pid());
    }
  return asked == 0 || 2 * seen > asked;
}

// Whether a node is left that it can know: well since before it was in trouble.
bool chaos_cluster::has_old_friends(const node& n) const {
  return std::ranges::any_of(nodes_, [&](const auto& other) {
    return other.get() != &n && other->what == doing::well
           && other->since < n.troubled_since;
  });
}

// Those whom the others took for dead come back by themselves.
void chaos_cluster::look_around() {
  const auto now = steady_clock::now();
  if (now < next_look_)
    return;
  next_look_ = now + look_every;
  std::map<const node*, std::set<int>> by;
  for (const auto& n : nodes_)
    if (n->what == doing::well)
      by[n.get()] = seen_by(*n);
  std::vector<node*> lost;
  for (const auto& n : nodes_)
    if (n->what == doing::well && !is_seen(*n, by)) {
      change(*n, doing::returning, now + return_limit);
    } else if (n->what == doing::returning && is_seen(*n, by)) {
      ++counts_.returns;
      change(*n, doing::well, {});
    } else if (n->what == doing::returning && now > n->until) {
      lost.push_back(n.get());
    }
  for (auto* n : lost) {
    if (has_old_friends(*n))
      complaints_.push_back(fmt::format("node {} did not come back: it sees {}",
                                        n->address,
                                        status_of(n->address).dump()));
    kill(*n);
  }
}

void chaos_cluster::tend() {
  const auto now = steady_clock::now();
  std::vector<node*> all;
  for (const auto& n : nodes_)
    all.push_back(n.get());
  for (auto* n : all)
    look_after(*n, now);
  look_around();
  const auto live = std::ranges::count_if(
      nodes_, [](const auto& n) { return n->what != doing::leaving; });
  if (static_cast<std::size_t>(live) < options_.nodes
      && nodes_.size() < most_nodes())
    add();
}

bool chaos_cluster::settle(std::chrono::seconds limit) {
  const auto end = steady_clock::now() + limit;
  while (steady_clock::now() < end) {
    tend();
    const bool quiet = std::ranges::all_of(
        nodes_, [](const auto& n) { return n->what == doing::well; });
    const bool known = std::ranges::all_of(nodes_, [&](const auto& n) {
      return seen_by(*n).size() == nodes_.size();
    });
    if (quiet && known && nodes_.size() >= options_.nodes)
      return true;
    std::this_thread::sleep_for(100ms);
  }
  return false;
}

nlohmann::json chaos_cluster::status_of(const std::string& address) {
  const auto said =
      nlohmann::json::parse(output_of(program_beside("tern"),
                                      {"status", "--join", address, "--json"}),
                            nullptr, false);
  return said.is_discarded() ? nlohmann::json{} : said;
}

void chaos_cluster::end() {
  for (const auto& n : nodes_)
    n->child->terminate();
  const auto limit = steady_clock::now() + leave_limit;
  for (const auto& n : nodes_) {
    while (!has_ended(*n->child) && steady_clock::now() < limit)
      std::this_thread::sleep_for(10ms);
    if (!has_ended(*n->child)) {
      complaints_.push_back(
          fmt::format("node {} did not leave at the end", n->address));
      ::kill(n->child->pid(), SIGKILL);
    }
    const auto end = finish(*n);
    if (end.status != 0
        && !(WIFSIGNALED(end.status) && WTERMSIG(end.status) == SIGKILL))
      complaints_.push_back(fmt::format("node {} ended with status {}: {}",
                                        n->address, end.status, end.output));
  }
  nodes_.clear();
}

} // namespace tern::bench
