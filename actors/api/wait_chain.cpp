#include "actors/api/wait_chain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

namespace {

std::string seconds_text(std::uint64_t ns) {
  return fmt::format("{:.1f} s", static_cast<double>(ns) * 1e-9);
}

std::string count_text(std::uint64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

const open_wait* blocking_wait(const wait_report& r) {
  const auto found =
      std::ranges::find_if(r.open, [](const auto& w) { return w.blocks; });
  return found == r.open.end() ? nullptr : &*found;
}

/// The request that `awaited_by` is about; null: it is about something else.
const open_wait* reason_of(const wait_report& r) {
  if (const auto* w = blocking_wait(r))
    return w;
  return r.activity == actor_activity::idle && !r.open.empty() ? &r.open.front()
                                                               : nullptr;
}

/// Whether no member of the circle can do anything but wait.
bool is_deadlock(const wait_chain& chain) {
  const auto first =
      chain.steps().begin() + static_cast<std::ptrdiff_t>(*chain.circle());
  return std::all_of(first, chain.steps().end(), [](const wait_step& s) {
    return blocking_wait(*s.report) != nullptr;
  });
}

std::string message_text(const open_wait& w) {
  return w.message.empty() ? "a message" : "`" + w.message + "`";
}

std::string activity_text(const wait_report& r) {
  switch (r.activity) {
  case actor_activity::idle:
    return "no handler of it runs";
  case actor_activity::queued:
    return "a message waits for a thread that runs its handler";
  case actor_activity::running:
    return fmt::format("a handler runs since {} on thread {}, for a message of "
                       "{}",
                       seconds_text(r.ns), r.thread, to_string(r.sender));
  case actor_activity::resting:
    return "it rests until it is made anew, for a handler threw";
  case actor_activity::moving:
    return "it is about to move to another node";
  case actor_activity::ending:
    return "it ends";
  }
  return "it does what this version does not know";
}

std::string last_text(const wait_report& r) {
  if (r.sender.kind() == actor_kind::none)
    return "it has had no message here";
  return fmt::format("the last message came from {}, was handled {} ago, and "
                     "its handler sent {}",
                     to_string(r.sender), seconds_text(r.ago),
                     r.replies == 0 ? "nothing"
                                    : count_text(r.replies, "message"));
}

std::string place_text(const wait_report& r) {
  auto text = fmt::format("on node {}", r.address);
  if (r.came_from)
    text += fmt::format(" (epoch {}, from node {})", r.epoch,
                        to_string(r.came_from));
  return text;
}

std::string waits_text(const wait_report& r) {
  if (const auto* w = blocking_wait(r))
    return fmt::format("; the handler waits since {} for the answer of {} to "
                       "{}, and does nothing else",
                       seconds_text(w->ns), to_string(w->to), message_text(*w));
  if (!r.open.empty()) {
    const auto& w = r.open.front();
    auto text =
        fmt::format("; it waits since {} for the answer of {} to {}",
                    seconds_text(w.ns), to_string(w.to), message_text(w));
    if (r.open_in_all > 1)
      text += fmt::format(", the first of {}",
                          count_text(r.open_in_all, "open request"));
    return text;
  }
  if (!r.without_room.empty())
    return fmt::format("; {} takes no more messages from it for now",
                       to_string(r.without_room.front()));
  return "; it has no open request";
}

std::string type_text(const wait_step& s) {
  return s.report && !s.report->type.empty() ? s.report->type : "actor";
}

std::string members_text(const wait_chain& chain, std::size_t first) {
  std::string out;
  const auto add = [&](const wait_step& s) {
    out += fmt::format("{}{} {}", out.empty() ? "" : " waits for ",
                       type_text(s), to_string(s.actor));
  };
  for (auto i = first; i < chain.steps().size(); ++i)
    add(chain.steps()[i]);
  add(chain.steps()[first]);
  return out;
}

} // namespace

std::optional<actor_id> awaited_by(const wait_report& r) {
  if (const auto* w = reason_of(r))
    return w->to;
  if (r.activity == actor_activity::idle && !r.without_room.empty())
    return r.without_room.front();
  return {}; // what it does is the reason
}

void wait_chain::add(std::optional<wait_report> report) {
  if (!next_)
    return;
  const auto then = report ? awaited_by(*report) : std::nullopt;
  steps_.push_back({*next_, std::move(report)});
  next_.reset();
  if (!then)
    return;
  const auto known = std::ranges::find(steps_, *then, &wait_step::actor);
  if (known != steps_.end())
    circle_ = static_cast<std::size_t>(known - steps_.begin());
  else if (steps_.size() < longest_wait_chain)
    next_ = then;
}

std::set<actor_id> circle_of(const wait_chain& chain) {
  std::set<actor_id> out;
  if (chain.circle())
    for (auto i = *chain.circle(); i < chain.steps().size(); ++i)
      out.insert(chain.steps()[i].actor);
  return out;
}

std::uint64_t age_of_circle(const wait_chain& chain) {
  if (!chain.circle())
    return 0;
  std::optional<std::uint64_t> youngest;
  for (auto i = *chain.circle(); i < chain.steps().size(); ++i) {
    const auto* w = reason_of(*chain.steps()[i].report);
    const auto ns = w ? w->ns : 0;
    youngest = std::min(youngest.value_or(ns), ns);
  }
  return youngest.value_or(0);
}

std::vector<circle_book::circle>
circle_book::look(const std::set<circle>& found) {
  std::vector<circle> out;
  for (const auto& c : found)
    if (before_.contains(c) && told_.insert(c).second)
      out.push_back(c);
  std::erase_if(told_, [&](const circle& c) { return !found.contains(c); });
  before_ = found;
  return out;
}

std::string words_of(const wait_step& s) {
  if (!s.report)
    return "no node of the cluster has it: it has ended, or is on its way "
           "between two nodes";
  const auto& r = *s.report;
  return fmt::format("{}: {}, {} in its mailbox{}", place_text(r),
                     activity_text(r), count_text(r.mailbox, "message"),
                     waits_text(r));
}

std::string conclusion_of(const wait_chain& chain) {
  if (const auto circle = chain.circle()) {
    const auto members = chain.steps().size() - *circle;
    return fmt::format(
        "{} of {}: {}",
        is_deadlock(chain) ? "a deadlock" : "a circle of open requests",
        count_text(members, "actor"), members_text(chain, *circle));
  }
  if (chain.steps().empty())
    return "nothing is known";
  const auto& last = chain.steps().back();
  const auto who = type_text(last) + ' ' + to_string(last.actor);
  if (!last.report)
    return who + " is nowhere";
  switch (last.report->activity) {
  case actor_activity::idle:
    return last.report->mailbox > 0
               ? fmt::format("{} has {} to handle", who,
                             count_text(last.report->mailbox, "message"))
               : fmt::format(
                   "{} has nothing to do, and waits for a message; {}", who,
                   last_text(*last.report));
  case actor_activity::queued:
    return who + " waits for a thread";
  case actor_activity::running:
    return fmt::format("a handler of {} runs since {} on thread {} of node {}",
                       who, seconds_text(last.report->ns), last.report->thread,
                       last.report->address);
  case actor_activity::resting:
    return who + " is to be made anew, for a handler of it threw";
  case actor_activity::moving:
    return who + " moves";
  case actor_activity::ending:
    return who + " ends";
  }
  return who + " does what this version does not know";
}

} // namespace tern
