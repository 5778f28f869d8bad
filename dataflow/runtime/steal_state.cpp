// How work finds idle nodes, without a place that knows who is idle.
//
// A node whose compute threads find nothing asks one peer at a time, `tries`
// times: first whoever gave it work last, else one at random, and after one
// that has nothing the one who gave that one work. So where a plan begins on
// one node all soon ask that one, and not each other for its crumbs. If nobody
// has anything the node falls asleep on its lifelines: a few peers, chosen by
// position and not by chance, keep its name and send work as soon as they have
// more than they need. So work reaches every sleeping node (lifelines connect
// all nodes), and a cluster with nothing to do is silent: no node asks twice
// for the same nothing.
//
//   working --idle--> asking --two misses--> asleep
//      ^                |                       |
//      +--tasks came----+------- or it is busy again: lifelines are cut
//
// Up to `few_peers` peers all of them are lifelines; beyond that those at
// distances 1, 2, 4, ... in the ring of ids, so that the graph of lifelines has
// a small diameter (Saraswat et al., Lifeline-based Global Load Balancing,
// PPoPP 2011). Whoever gives to a sleeping node has forgotten it by that, so
// giving needs no cancel.
//
// What this file is not for: which tasks are given (steal_terms.hpp,
// task_engine_steal.cpp), and how a task moves (task_state.cpp).

#include "dataflow/runtime/steal_state.hpp"

#include <algorithm>

namespace tern {

steal_state::asks steal_state::idle(std::uint64_t draw) {
  if (phase_ != phase::working || peers_.empty())
    return {};
  phase_ = phase::asking;
  misses_ = 0;
  asked_ = {};
  return is_peer(giver_) ? probe(giver_) : probe_another(draw);
}

bool steal_state::is_peer(node_id who) const {
  return std::binary_search(peers_.begin(), peers_.end(), who);
}

steal_state::asks steal_state::probe(node_id peer) {
  asked_ = peer;
  return {{peer, question::probe}};
}

// Not the one that was asked just now, if there is another.
steal_state::asks steal_state::probe_another(std::uint64_t draw) {
  auto at = static_cast<std::size_t>(draw % peers_.size());
  if (peers_[at] == asked_)
    at = (at + 1) % peers_.size();
  return probe(peers_[at]);
}

steal_state::asks steal_state::busy() {
  if (phase_ != phase::asleep)
    return {};
  phase_ = phase::working;
  return cancel_but({});
}

steal_state::asks steal_state::answered(node_id from, std::uint64_t tasks,
                                        std::uint64_t draw, node_id its_giver) {
  if (tasks > 0) {
    phase_ = phase::working;
    giver_ = from;
    return cancel_but(from);
  }
  if (from == giver_)
    giver_ = {};
  if (phase_ == phase::asking && from == asked_)
    return missed(draw, its_giver);
  return {};
}

steal_state::asks steal_state::missed(std::uint64_t draw, node_id hint) {
  if (++misses_ >= tries || peers_.size() <= 1)
    return sleep();
  return is_peer(hint) && hint != asked_ ? probe(hint) : probe_another(draw);
}

steal_state::asks steal_state::sleep() {
  phase_ = phase::asleep;
  const auto after = static_cast<std::size_t>(
      std::upper_bound(peers_.begin(), peers_.end(), me_) - peers_.begin());
  const auto n = peers_.size();
  for (std::size_t distance = 0; distance < n;
       distance = n <= few_peers ? distance + 1 : distance * 2 + 1)
    lifelines_.push_back(peers_[(after + distance) % n]);
  asks out;
  for (auto peer : lifelines_)
    out.push_back({peer, question::lifeline});
  return out;
}

steal_state::asks steal_state::cancel_but(node_id spared) {
  asks out;
  for (auto peer : lifelines_)
    if (peer != spared)
      out.push_back({peer, question::cancel});
  lifelines_.clear();
  return out;
}

steal_state::asks steal_state::joined(node_id peer) {
  const auto at = std::lower_bound(peers_.begin(), peers_.end(), peer);
  if (peer == me_ || (at != peers_.end() && *at == peer))
    return {};
  peers_.insert(at, peer);
  if (phase_ != phase::asleep || lifelines_.size() >= few_peers)
    return {};
  lifelines_.push_back(peer);
  return {{peer, question::lifeline}};
}

steal_state::asks steal_state::left(node_id peer, std::uint64_t draw) {
  std::erase(peers_, peer);
  std::erase(lifelines_, peer);
  forget(peer);
  if (peers_.empty()) {
    phase_ = phase::working;
    return {};
  }
  if (phase_ == phase::asking && asked_ == peer)
    return missed(draw, {});
  return {};
}

void steal_state::remember(const hungry& who) {
  forget(who.who);
  waiting_.push_back(who);
}

void steal_state::forget(node_id who) {
  std::erase_if(waiting_, [&](const hungry& h) { return h.who == who; });
}

} // namespace tern
