#pragma once

#include "actors/simulation/simulator.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace tern::simulation {

/// How bad the network of a run is. Delays are drawn for each message by
/// itself, so messages overtake each other, unless `fifo` is set.
struct network_options {
  sim_time min_delay = 20 * microsecond;
  sim_time max_delay = 500 * microsecond;
  double straggle = 0.01; ///< probability of a delay up to `straggle_delay`
  sim_time straggle_delay = 50 * millisecond;
  double loss = 0;      ///< probability that a message is lost
  double duplicate = 0; ///< probability that it arrives twice
  bool fifo = false;    ///< keep the order of each pair (from, to)
  double lost_last_words =
      0; ///< probability that what a dead node sent is lost
};

/// N simulated nodes (0 .. n-1) that exchange values of type `Message`.
///
/// A node is a clock and a mail address: `send` delivers to the one handler,
/// `after` runs something on a node later. A paused node does neither until
/// it resumes, then all at once in the old order (SIGSTOP). A killed one never
/// does again; `restart` brings a new incarnation that gets nothing of what was
/// on its way to the old one. A link that is cut loses everything, one way; one
/// that is clogged holds back what is sent, until it is clear again.
/// Messages of a node to itself are neither lost nor doubled nor delayed
/// beyond `min_delay`.
///
/// `Message` is copied when duplicated; nothing else is asked of it.
template <class Message>
class network {
public:
  using handler =
      std::function<void(std::size_t to, std::size_t from, Message)>;
  using action = simulator::action;

  struct counters {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0; ///< by the network, a cut or a death
    std::uint64_t duplicated = 0;
    std::uint64_t kills = 0;
  };

  network(simulator& sim, std::size_t nodes, network_options options)
    : sim_(sim), options_(options), nodes_(nodes), links_(nodes * nodes) {}
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  void on_message(handler f) {
    handler_ = std::move(f);
  }

  void send(std::size_t from, std::size_t to, Message m) {
    ++count_.sent;
    if (to == from)
      return post(from, nodes_[from].life, to, options_.min_delay,
                  std::move(m));
    const bool lost = sim_.rng().chance(options_.loss);
    const bool twice = sim_.rng().chance(options_.duplicate);
    const auto delay_one = delay(from, to);
    const auto delay_two = delay(from, to);
    if (lost || link(from, to).cut) {
      ++count_.lost;
      return;
    }
    if (twice) {
      ++count_.duplicated;
      transmit(from, to, delay_two, m);
    }
    transmit(from, to, delay_one, std::move(m));
  }

  /// Runs `f` on `node` after `delay`: not if it was killed since, later if it
  /// is paused. A node's timers are made by this.
  void after(std::size_t node, sim_time delay, action f) {
    sim_.after(delay, [this, node, life = nodes_[node].life,
                       f = std::move(f)]() mutable {
      run_on(node, life, std::move(f));
    });
  }

  void pause(std::size_t node) {
    nodes_[node].paused = true;
  }
  void resume(std::size_t node) {
    auto& n = nodes_[node];
    n.paused = false;
    for (auto& f : std::exchange(n.held, {}))
      sim_.after(0, [this, node, life = n.life, f = std::move(f)]() mutable {
        run_on(node, life, std::move(f));
      });
  }
  void pause_for(std::size_t node, sim_time duration) {
    pause(node);
    sim_.after(duration, [this, node] { resume(node); });
  }

  void kill(std::size_t node) {
    auto& n = nodes_[node];
    if (!n.alive)
      return;
    n.alive = false;
    ++n.life;
    count_.lost += n.held.size();
    n.held.clear();
    n.paused = false;
    for (std::size_t from = 0; from < nodes_.size(); ++from)
      count_.lost += std::exchange(link(from, node).held, {}).size();
    ++count_.kills;
    sim_.note(node);
  }
  void restart(std::size_t node) {
    nodes_[node].alive = true;
  }

  void cut(std::size_t from, std::size_t to) {
    link(from, to).cut = true;
  }
  void mend(std::size_t from, std::size_t to) {
    link(from, to).cut = false;
  }

  void clog(std::size_t from, std::size_t to) {
    link(from, to).clogged = true;
  }
  void unclog(std::size_t from, std::size_t to) {
    auto& l = link(from, to);
    l.clogged = false;
    for (auto& m : std::exchange(l.held, {}))
      post(from, m.life, to, delay(from, to), std::move(m.what));
  }

  /// Mends and clears all links, resumes all nodes and stops loss, duplication
  /// and stragglers: from here on a protocol has to come to rest.
  void heal() {
    options_.loss = options_.duplicate = options_.straggle = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      resume(i);
      for (std::size_t to = 0; to < nodes_.size(); ++to) {
        mend(i, to);
        unclog(i, to);
      }
    }
  }

  bool alive(std::size_t node) const {
    return nodes_[node].alive;
  }
  bool paused(std::size_t node) const {
    return nodes_[node].paused;
  }
  std::size_t size() const noexcept {
    return nodes_.size();
  }
  network_options& options() noexcept {
    return options_;
  }
  const counters& count() const noexcept {
    return count_;
  }

private:
  struct node_state {
    bool alive = true;
    bool paused = false;
    std::uint64_t life = 0;   // incarnation: what was meant for another is lost
    std::vector<action> held; // while paused
  };
  struct held_message {
    std::uint64_t life = 0; // of its sender
    Message what;
  };
  struct link_state {
    bool cut = false;
    bool clogged = false;
    std::vector<held_message> held; // while clogged
    sim_time last = 0;              // arrival of the last message, for fifo
  };

  link_state& link(std::size_t from, std::size_t to) {
    return links_[from * nodes_.size() + to];
  }

  sim_time delay(std::size_t from, std::size_t to) {
    auto& rng = sim_.rng();
    const bool straggles = rng.chance(options_.straggle);
    const auto d = rng.between(
        options_.min_delay,
        straggles ? std::max(options_.straggle_delay, options_.min_delay)
                  : options_.max_delay);
    if (!options_.fifo)
      return d;
    auto& last = link(from, to).last;
    last = std::max(last, sim_.now() + d);
    return last - sim_.now();
  }

  void transmit(std::size_t from, std::size_t to, sim_time delay, Message m) {
    const auto life = nodes_[from].life;
    if (auto& l = link(from, to); l.clogged)
      l.held.push_back({life, std::move(m)});
    else
      post(from, life, to, delay, std::move(m));
  }

  void post(std::size_t from, std::uint64_t life, std::size_t to,
            sim_time delay, Message m) {
    after(to, delay, [this, from, to, life, m = std::move(m)]() mutable {
      if (nodes_[from].life != life
          && sim_.rng().chance(options_.lost_last_words)) {
        ++count_.lost;
        return;
      }
      ++count_.delivered;
      sim_.note(from << 32 | to);
      handler_(to, from, std::move(m));
    });
  }

  void run_on(std::size_t node, std::uint64_t life, action f) {
    auto& n = nodes_[node];
    if (!n.alive || n.life != life) {
      ++count_.lost;
      return;
    }
    if (n.paused)
      n.held.push_back(std::move(f));
    else
      f();
  }

  simulator& sim_;
  network_options options_;
  std::vector<node_state> nodes_;
  std::vector<link_state> links_;
  handler handler_;
  counters count_;
};

} // namespace tern::simulation
