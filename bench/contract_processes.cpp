#include "bench/contract_processes.hpp"

#include <signal.h>

#include <algorithm>
#include <thread>

namespace tern::bench {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Silence counts as death after 2 s.
constexpr auto trouble = 5s;

} // namespace

contract_processes::contract_processes(const contract_options& o,
                                       std::string ledger)
  : options_(o), ledger_(std::move(ledger)) {
  if (options_.cut)
    network_.emplace(options_.processes + 1);
}

std::string contract_processes::own_host() const {
  return network_ ? cut_network::address(0) : "127.0.0.1";
}

void contract_processes::start(std::function<std::vector<member>()> members) {
  members_ = std::move(members);
  for (std::size_t place = 1; place <= options_.processes; ++place)
    processes_.push_back(start_at(place));
}

contract_processes::process contract_processes::start_at(std::size_t place) {
  std::vector<std::string> words;
  if (network_)
    words = network_->inside(place);
  for (const auto& word : {own_path(), std::string{"contract-node"}, ledger_,
                           network_ ? cut_network::address(place) : own_host()})
    words.push_back(word);
  for (const auto& contact : members_())
    words.push_back(contact.host + ':' + std::to_string(contact.port));
  const auto program = words.front();
  words.erase(words.begin());
  return {place, std::make_unique<child_process>(program, words)};
}

bool contract_processes::are(const std::vector<member>& members) const {
  const auto is_member = [&](const process& p) {
    return std::ranges::find(members, p.child->pid(), &member::pid)
           != members.end();
  };
  return members.size() == processes_.size() + 1
         && std::ranges::all_of(processes_, is_member);
}

void contract_processes::strike() {
  if (options_.cut)
    return cut_some();
  auto& which = processes_[random_() % processes_.size()];
  const auto place = which.place;
  if (options_.pause)
    stop(std::move(which));
  else
    end(std::move(which));
  which = start_at(place);
}

void contract_processes::end(process p) {
  ended_.insert(p.child->pid());
  ::kill(p.child->pid(), SIGKILL);
  p.child->finish();
}

// The others take it for dead and go on.
void contract_processes::stop(process p) {
  ::kill(p.child->pid(), SIGSTOP);
  stopped_.push_back({std::move(p), steady_clock::now() + trouble});
}

// One from all the others or from one; one way or both.
void contract_processes::cut_some() {
  const auto one = 1 + random_() % options_.processes;
  const bool from_all = random_() % 2 == 0;
  auto other = 1 + random_() % options_.processes;
  while (other == one && options_.processes > 1)
    other = 1 + random_() % options_.processes;
  const auto ways = random_() % 3; // out, in, both
  for (std::size_t place = from_all ? 0 : 1; place <= options_.processes;
       ++place) {
    if (place == one || (!from_all && place != other))
      continue;
    if (ways != 1)
      cut(one, place);
    if (ways != 0)
      cut(place, one);
  }
  cut_until_ = steady_clock::now() + trouble;
}

void contract_processes::cut(std::size_t a, std::size_t b) {
  network_->cut(a, b);
  cuts_.emplace_back(a, b);
}

bool contract_processes::mend() {
  if (cuts_.empty() || steady_clock::now() < cut_until_)
    return false;
  for (const auto& [a, b] : std::exchange(cuts_, {}))
    network_->mend(a, b);
  return true;
}

bool contract_processes::tend() {
  // A stopped one goes on for a while with what it had; none of that may be
  // heard.
  while (!stopped_.empty() && stopped_.front().until < steady_clock::now()) {
    auto p = std::move(stopped_.front().what);
    stopped_.pop_front();
    ::kill(p.child->pid(), SIGCONT);
    std::this_thread::sleep_for(500ms);
    end(std::move(p));
  }
  if (!mend())
    return false;
  std::this_thread::sleep_for(500ms); // the same for who was cut off
  const auto now = members_();
  for (auto& p : processes_) {
    if (std::ranges::find(now, p.child->pid(), &member::pid) != now.end())
      continue;
    const auto place = p.place;
    end(std::move(p));
    p = start_at(place);
  }
  return true;
}

} // namespace tern::bench
