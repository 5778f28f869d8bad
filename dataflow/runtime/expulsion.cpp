#include "dataflow/runtime/expulsion.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_known = 32;
constexpr auto answer_limit = 1s;
constexpr auto longest_pause = 5s;

// Of two that took each other for dead one comes back, and finds the other: the
// one that asks first.
serial_thread::clock::duration first_pause(const node& self) {
  return 300ms + std::chrono::milliseconds(self.id().value % 1500);
}

} // namespace

expulsion::expulsion(node& self, std::vector<member> known,
                     std::function<void()> told)
  : self_(self), told_(std::move(told)), known_(std::move(known)),
    pause_(first_pause(self)) {
  self_.on_down(gate_.guard([this](const member& who, const std::string&) {
    if (who.threads > 0)
      thread_.post([this, who] { lost(who); });
  }));
  if (!known_.empty())
    thread_.post([this] { ask(); });
}

expulsion::~expulsion() {
  stop();
}

void expulsion::stop() {
  gate_.close();
  thread_.stop();
}

bool expulsion::is_alone() const {
  const auto all = self_.members();
  return std::ranges::none_of(all, [&](const member& m) {
    return m.threads > 0 && m.id != self_.id();
  });
}

void expulsion::lost(const member& who) {
  const auto at_the_same = [&](const member& m) {
    return m.host == who.host && m.port == who.port;
  };
  std::erase_if(known_, at_the_same);
  known_.push_back(who);
  if (known_.size() > most_known)
    known_.erase(known_.begin());
  pause_ = first_pause(self_);
  if (is_alone())
    ask_later();
}

void expulsion::ask_later() {
  if (!std::exchange(asks_, true))
    thread_.post_after(pause_, [this] { ask(); });
}

void expulsion::ask() {
  asks_ = false;
  for (auto one = known_.rbegin(); one != known_.rend() && is_alone(); ++one) {
    const auto joined = self_.join(one->host, one->port, answer_limit);
    if (!joined && joined.error().kind == failure_kind::refused && told_)
      return std::exchange(told_, {})();
  }
  if (!is_alone())
    return;
  pause_ = std::min<clock::duration>(2 * pause_, longest_pause);
  ask_later();
}

} // namespace tern
