// The delivery contract, over real processes: between nodes that live, each
// message is handled once and in the order of its pair, whatever moves; when a
// node dies, its actors are gone, and who sent to them is told how many of the
// last messages may be lost. What was sent, handled and told stands in a ledger
// that outlives every process, and is compared at the end:
//
//   both live:      handled = sent
//   sender lives:   handled + told >= sent >= handled
//
// What was both handled and told is uncertain: the acknowledgement was lost.
// And who was told to be gone does nothing any more, but in processes that are
// out.
#include "bench/contract.hpp"

#include "bench/contract_processes.hpp"
#include "bench/contract_walker.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto join_patience = 30s; ///< of a new process, and for a view

struct verdict {
  std::uint64_t sent = 0; ///< by actors that live
  std::uint64_t delivered = 0;
  std::uint64_t told = 0;
  std::uint64_t uncertain = 0;
  std::uint64_t lost = 0;     ///< neither handled nor told
  std::uint64_t from_air = 0; ///< handled, and never sent
  std::uint64_t ghosts = 0;   ///< actors told to be gone that went on
};

class contract_run {
public:
  explicit contract_run(const contract_options& o)
    : options_(o), ledger_(contract_ledger::make()),
      processes_(o, ledger_->path()),
      here_(actor_system::options{processes_.own_host(), 0}) {
    walkers_ledger = ledger_.get();
    here_.add<walker>();
  }

  int go();

private:
  struct live_walker {
    ref<walker> actor;
    std::uint32_t slot = 0;
  };

  std::vector<member> settled_members();
  bool wait_for_processes();
  void spawn_missing();
  void tell_peers();
  void move_some();
  void strike();
  void replace_lost();
  void drop_lost();
  verdict read() const;
  bool is_at_rest() const {
    const auto v = read();
    return v.lost == 0;
  }
  void print(const verdict& v, double seconds, bool ok) const;

  contract_options options_;
  std::unique_ptr<contract_ledger> ledger_;
  contract_processes processes_;
  actor_system here_;
  steady_clock::time_point next_strike_{};
  std::vector<live_walker> live_;
  std::uint32_t next_slot_ = 0;
  std::map<std::uint32_t, std::uint64_t> gone_; // slots, and what they had done
  unsigned unanswered_ = 0;
  unsigned kills_ = 0;
  std::mt19937_64 random_{1};
};

// When a link was lost the others agree on who has to go, or it comes back:
// until then nobody is out. Who ended all that cannot be reached might end a
// majority, and no view could follow.
std::vector<member> contract_run::settled_members() {
  const auto limit = steady_clock::now() + join_patience;
  auto reached = here_.members();
  while (reached.size() != here_.host().now().members.size()
         && steady_clock::now() < limit) {
    std::this_thread::sleep_for(20ms);
    reached = here_.members();
  }
  return reached;
}

// The processes that live, and this one, are those of the view.
bool contract_run::wait_for_processes() {
  const auto limit = steady_clock::now() + join_patience + 10s;
  while (steady_clock::now() < limit) {
    const auto now = here_.members();
    if (processes_.are(now))
      return here_.wait_for_members(now.size(), 5s);
    std::this_thread::sleep_for(2ms);
  }
  std::cerr << "the nodes do not agree on who they are\n";
  return false;
}

void contract_run::spawn_missing() {
  const auto nodes = here_.members();
  while (live_.size() < options_.actors
         && next_slot_ < contract_ledger::slots) {
    const live_walker w{here_.spawn<walker>(), next_slot_++};
    ledger_->name(w.slot, w.actor.id());
    live_.push_back(w);
    here_.order_move(w.actor.id(), nodes[random_() % nodes.size()].id);
  }
  tell_peers();
}

void contract_run::tell_peers() {
  peers m;
  for (const auto& w : live_) {
    m.all.push_back(w.actor);
    m.slots.push_back(w.slot);
  }
  for (const auto& w : live_) {
    m.me = w.slot;
    here_.send(w.actor, m);
  }
}

// As many orders as there are actors, then one answer of each: no order waits
// behind many others.
void contract_run::move_some() {
  const auto nodes = here_.members();
  for (unsigned i = 0; i < live_.size() && !nodes.empty(); ++i)
    here_.order_move(live_[random_() % live_.size()].actor.id(),
                     nodes[random_() % nodes.size()].id);
  drop_lost();
}

// Asks all whether they are there; those that are not are for others to mourn.
void contract_run::drop_lost() {
  std::vector<pending<std::uint64_t>> asked;
  for (const auto& w : live_)
    asked.push_back(here_.request(w.actor, are_you_there{}, 30s));
  std::vector<live_walker> there;
  for (std::size_t i = 0; i < live_.size(); ++i) {
    const auto answer = asked[i].wait();
    if (answer) {
      there.push_back(live_[i]);
    } else if (answer.error().kind == failure_kind::not_found) {
      const auto slot = live_[i].slot;
      gone_[slot] = ledger_->life_of(slot).beats;
    } else {
      ++unanswered_;
      std::cerr << to_string(live_[i].actor.id()) << ": " << answer.error().what
                << '\n';
    }
  }
  live_ = std::move(there);
}

void contract_run::strike() {
  processes_.strike();
  ++kills_;
  // It takes 2 s until silence counts as death; most of the time is to be
  // quiet.
  next_strike_ = steady_clock::now()
                 + (options_.kill    ? 0s
                    : options_.pause ? 8s
                                     : 14s);
  if (!options_.cut)
    replace_lost();
}

void contract_run::replace_lost() {
  if (!wait_for_processes())
    return;
  drop_lost();
  spawn_missing();
}

verdict contract_run::read() const {
  verdict v;
  std::vector<bool> lives(next_slot_);
  for (const auto& w : live_)
    lives[w.slot] = true;
  for (const auto& w : live_)
    for (std::uint32_t to = 0; to < next_slot_; ++to) {
      const auto& pair = ledger_->of(w.slot, to);
      const auto sent = pair.sent.load();
      const auto got = pair.got.load();
      const auto told = lives[to] ? 0 : pair.told.load();
      v.sent += sent;
      v.delivered += got;
      v.told += told;
      v.from_air += got > sent ? got - sent : 0;
      v.lost += got + told < sent ? sent - got - told : 0;
      v.uncertain += got + told > sent ? got + told - sent : 0;
    }
  for (const auto& [slot, beats] : gone_) {
    const auto& life = ledger_->life_of(slot);
    v.ghosts += life.beats > beats && !processes_.has_ended(life.process);
  }
  return v;
}

void contract_run::print(const verdict& v, double seconds, bool ok) const {
  auto& all = ledger_->all();
  nlohmann::ordered_json out;
  out["sent"] = v.sent;
  out["delivered"] = v.delivered;
  out["failed_and_told"] = v.told;
  out["uncertain"] = v.uncertain;
  out["duplicated"] = all.duplicated.load();
  out["reordered"] = all.reordered.load();
  out["moves"] = all.moves.load();
  out["kills"] = kills_;
  out["lost"] = v.lost;
  out["ghosts"] = v.ghosts;
  out["unanswered"] = unanswered_;
  out["seconds"] = seconds;
  out["ok"] = ok;
  if (options_.json) {
    std::cout << out.dump() << '\n';
    return;
  }
  for (const auto& [key, value] : out.items())
    std::cout << fmt::format("{:16} {}\n", key, value.dump());
}

int contract_run::go() {
  processes_.start([this] { return settled_members(); });
  if (!wait_for_processes())
    return 1;
  const auto begin = steady_clock::now();
  spawn_missing();
  const bool trouble = options_.kill || options_.pause || options_.cut;
  const unsigned kills = trouble ? options_.kills : 0;
  while (kills_ < kills || read().sent < options_.messages
         || ledger_->all().moves < options_.moves || !processes_.is_quiet()) {
    if (here_.members().empty()) {
      std::cerr << "the others took the process that counts for dead\n";
      return 1;
    }
    move_some();
    if (processes_.tend())
      replace_lost();
    if (kills_ < kills && steady_clock::now() >= next_strike_)
      strike();
  }
  for (const auto& w : live_)
    here_.send(w.actor, finish{});
  for (auto tries = 0; !is_at_rest() && tries < 300; ++tries)
    std::this_thread::sleep_for(100ms); // the last are under way
  drop_lost();
  const double seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  const auto v = read();
  auto& all = ledger_->all();
  const bool ok = v.lost == 0 && v.from_air == 0 && v.ghosts == 0
                  && unanswered_ == 0 && all.duplicated == 0
                  && all.reordered == 0 && v.delivered >= v.sent / 10 * 9
                  && live_.size() == options_.actors
                  && (kills > 0 || v.delivered == v.sent);
  print(v, seconds, ok);
  return ok ? 0 : 1;
}

std::unique_ptr<actor_system> join(const std::string& at,
                                   const std::string& contact) {
  auto here = std::make_unique<actor_system>(actor_system::options{at, 0});
  here->add<walker>();
  const auto colon = contact.rfind(':');
  const auto port = std::stoi(contact.substr(colon + 1));
  here->join(contact.substr(0, colon), static_cast<std::uint16_t>(port));
  return here;
}

// A contact, or a member that it names, may be cut off at the time: then
// another one is asked, until the others have agreed on who is left. Each time
// by a new node, for some may have taken the last one for dead.
std::unique_ptr<actor_system>
join_one_of(const std::string& at, const std::vector<std::string>& contacts) {
  const auto limit = steady_clock::now() + join_patience;
  for (std::size_t i = 0;; ++i) {
    try {
      return join(at, contacts[i % contacts.size()]);
    } catch (const actor_error&) {
      if (steady_clock::now() > limit)
        throw;
    }
    std::this_thread::sleep_for(100ms);
  }
}

} // namespace

int run_contract_node(const std::string& ledger, const std::string& at,
                      const std::vector<std::string>& contacts) {
  const auto opened = contract_ledger::open(ledger);
  walkers_ledger = opened.get();
  const auto here = join_one_of(at, contacts);
  while (std::cin.get() != std::istream::traits_type::eof())
    continue;
  return 0;
}

int run_contract(const contract_options& o) {
  if (o.cut && !cut_network::is_possible()) {
    std::cerr
        << "contract --cut needs root and network namespaces (iproute2)\n";
    return not_possible;
  }
  return contract_run{o}.go();
}

} // namespace tern::bench
