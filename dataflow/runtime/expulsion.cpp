#include "dataflow/runtime/expulsion.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 500ms;
constexpr unsigned most_silences = 60; ///< then it is dead
// The lonely yield first; of two lonely ones, the one with the higher id.
constexpr auto lonely_patience = 2s;
constexpr auto patience = 4s;

} // namespace

expulsion::expulsion(node& self, std::vector<member> others,
                     std::vector<node_process::peer> contacts,
                     std::function<void()> yield)
  : self_(self), yield_(std::move(yield)), before_(std::move(others)),
    contacts_(std::move(contacts)) {
  self_.on_down(gate_.guard([this](const member& who, const std::string&) {
    if (who.threads > 0)
      thread_.post([this, who] { lost(who); });
  }));
  if (!before_.empty())
    thread_.post([this] { look(); });
}

expulsion::~expulsion() {
  stop();
}

void expulsion::stop() {
  gate_.close();
  thread_.stop();
}

std::vector<member> expulsion::others() const {
  std::vector<member> out;
  if (stronger_.id)
    out.push_back(stronger_);
  for (const auto& m : self_.members())
    if (m.threads > 0 && m.id != self_.id())
      out.push_back(m);
  for (const auto& one : lost_)
    out.push_back(one.who);
  out.insert(out.end(), before_.begin(), before_.end());
  return out;
}

bool expulsion::is_alone() const {
  const auto all = self_.members();
  return std::ranges::none_of(all, [&](const member& m) {
    return m.threads > 0 && m.id != self_.id();
  });
}

void expulsion::lost(const member& who) {
  lost_.push_back({who, 0, clock::now()});
  look_again();
}

void expulsion::look_again() {
  if (!std::exchange(looks_, true))
    thread_.post_after(look_every, [this] {
      looks_ = false;
      look();
    });
}

void expulsion::look() {
  const bool joined = join_others();
  std::vector<lost_node> still;
  for (auto& one : std::exchange(lost_, {})) {
    const bool lives = self_.lives(one.who);
    if (lives && yields_to(one) && yield_) {
      stronger_ = one.who;
      return std::exchange(yield_, {})();
    }
    one.silences = lives ? 0 : one.silences + 1;
    if (one.silences < most_silences)
      still.push_back(std::move(one));
  }
  lost_ = std::move(still);
  if (!joined || !lost_.empty())
    look_again();
}

// True once it is done, or nobody is left to join.
bool expulsion::join_others() {
  for (const auto& m : before_)
    if (is_alone() && self_.lives(m))
      static_cast<void>(self_.join(m.host, m.port));
  for (const auto& where : contacts_)
    if (!before_.empty() && is_alone())
      static_cast<void>(self_.join(where.host, where.port));
  if (!is_alone())
    before_.clear();
  return before_.empty();
}

bool expulsion::yields_to(const lost_node& one) const {
  const auto waited = clock::now() - one.since;
  if (one.who.id < self_.id())
    return is_alone() || waited > patience;
  return is_alone() && waited > lonely_patience;
}

} // namespace tern
