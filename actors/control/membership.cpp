#include "actors/control/membership.hpp"

#include "actors/link/socket.hpp"

#include <algorithm>

namespace tern {

// Why all end in a full mesh. Take two nodes A and B with first contacts C and
// D, which are members of each other or become so. Once both A and B are
// members for D (C has told D of A, or A of D), whichever was second there:
// if A, D sends A its list, with B in it; if B, D as B's contact tells all, A
// among them. So one of the two learns of the other, and in the same way the
// other one from C; the lower id dials. Dials that fail are repeated until the
// other is known to be gone.

namespace {

std::string words(const std::string& libraries) {
  return libraries.empty() ? "none" : libraries;
}

} // namespace

std::optional<std::string> mismatch(const member& inside,
                                    const member& newcomer) {
  if (newcomer.version != inside.version)
    return "it runs tern " + inside.version + ", the newcomer tern "
           + newcomer.version;
  if (newcomer.threads > 0 && inside.threads > 0
      && newcomer.libraries != inside.libraries)
    return "the libraries of functions that it has loaded (--load) are "
           + words(inside.libraries) + ", the newcomer's "
           + words(newcomer.libraries);
  return std::nullopt;
}

membership::membership(member self) : self_(std::move(self)) {}

std::optional<std::string> membership::refusal(const member& from) const {
  if (from.id == self_.id)
    return "a node cannot join itself";
  if (departed_.contains(from.id))
    return "this node was taken for dead; it can come back as a new one";
  return mismatch(self_, from);
}

membership::instructions membership::on_hello(const member& from,
                                              bool contact) {
  instructions out;
  auto [place, is_new] = peers_.try_emplace(from.id);
  auto& p = place->second;
  p.what = from;
  p.control = side::up;
  p.mine_to_announce = p.mine_to_announce || contact;
  if (is_new)
    out.push_back(wake{from.id, patience});
  check_joined(p, out);
  return out;
}

membership::instructions
membership::on_welcome(const std::vector<member>& list) {
  instructions out;
  auto& from = list.front();
  if (refusal(from))
    return out;
  auto [place, is_new] = peers_.try_emplace(from.id);
  auto& p = place->second;
  p.what = from;
  p.control = side::up;
  if (is_new)
    out.push_back(wake{from.id, patience});
  if (p.link == side::none) {
    p.link = side::dialling;
    out.push_back(dial_link{p.what});
  }
  check_joined(p, out);
  learn(list, out);
  return out;
}

membership::instructions
membership::on_members(const std::vector<member>& list) {
  instructions out;
  learn(list, out);
  return out;
}

void membership::learn(const std::vector<member>& list, instructions& out) {
  for (auto& m : list) {
    if (refusal(m) || peers_.contains(m.id))
      continue;
    auto& p = peers_[m.id];
    p.what = m;
    if (self_.id < m.id)
      dial(p, out);
    else
      out.push_back(wake{m.id, patience});
  }
}

void membership::dial(peer& p, instructions& out) {
  ++p.attempts;
  p.control = side::dialling;
  out.push_back(dial_control{p.what});
}

membership::admission membership::admit(node_id from) const {
  auto found = peers_.find(from);
  if (found == peers_.end() || found->second.control != side::up)
    return admission::stranger;
  // Both may dial at the same time: the link of the lower id stays.
  auto link = found->second.link;
  if (link == side::up || (link == side::dialling && self_.id < from))
    return admission::present;
  return admission::yes;
}

membership::instructions membership::on_link_up(node_id who) {
  instructions out;
  auto found = peers_.find(who);
  if (found == peers_.end())
    return out;
  found->second.link = side::up;
  check_joined(found->second, out);
  return out;
}

void membership::check_joined(peer& p, instructions& out) {
  if (p.is_member || p.control != side::up || p.link != side::up)
    return;
  p.is_member = true;
  out.push_back(joined{p.what});
  out.push_back(tell{p.what.id});
  if (!p.mine_to_announce)
    return;
  for (auto& [id, other] : peers_)
    if (other.is_member && id != p.what.id)
      out.push_back(tell{id});
}

membership::instructions membership::on_dial_failed(node_id who) {
  instructions out;
  auto found = peers_.find(who);
  if (found == peers_.end() || found->second.is_member)
    return out;
  auto& p = found->second;
  if (p.control == side::dialling)
    p.control = side::none;
  if (p.link == side::dialling)
    p.link = side::none;
  out.push_back(wake{who, retry_after});
  return out;
}

membership::instructions membership::on_time(node_id who) {
  instructions out;
  auto found = peers_.find(who);
  if (found == peers_.end() || found->second.is_member)
    return out;
  auto& p = found->second;
  if (p.control == side::dialling || p.link == side::dialling)
    return out; // its end will be told
  // The other one was to come, or its end of a half-made connection gave up.
  if (p.attempts < max_attempts) {
    dial(p, out);
  } else {
    out.push_back(gone{p.what, "it never came", false});
    peers_.erase(found);
  }
  return out;
}

membership::instructions membership::on_down(node_id who,
                                             const std::string& reason) {
  instructions out;
  auto found = peers_.find(who);
  if (found == peers_.end())
    return out;
  auto& p = found->second;
  const bool was_member = p.is_member;
  out.push_back(gone{p.what, reason, was_member});
  peers_.erase(found);
  depart(who);
  if (was_member) // newcomers may still be waiting for it
    for (auto& [id, other] : peers_)
      if (other.mine_to_announce && other.is_member)
        out.push_back(tell{id});
  return out;
}

void membership::depart(node_id who) {
  if (!departed_.insert(who).second)
    return;
  departed_order_.push_back(who);
  if (departed_order_.size() <= max_departed)
    return;
  departed_.erase(departed_order_.front());
  departed_order_.pop_front();
}

std::vector<member> membership::members() const {
  auto all = list();
  std::ranges::sort(all, {}, &member::id);
  return all;
}

std::vector<member> membership::list() const {
  std::vector<member> all{self_};
  for (auto& [id, p] : peers_)
    if (p.is_member)
      all.push_back(p.what);
  return all;
}

bool membership::is_member(node_id who) const {
  auto found = peers_.find(who);
  return who == self_.id || (found != peers_.end() && found->second.is_member);
}

bool membership::is_known(node_id who) const {
  return peers_.contains(who);
}

bool membership::is_expected(node_id who) const {
  auto found = peers_.find(who);
  return found != peers_.end() && !found->second.is_member;
}

} // namespace tern
