#pragma once

#include "actors/trace/event.hpp"
#include "actors/trace/flight_file.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tern {

/// The newest events of one thread: a new one takes the place of the oldest.
///
/// `push` and what is named "of the writer" belong to the owning thread; `read`
/// to anybody, while the writer goes on; the rest to whoever holds the tracer's
/// lock.
///
/// Why `read` gives no torn event. Event p lies in place p mod (capacity + 1).
/// The writer stores the four words of p and then head = p + 1, all of them
/// with `release`; the reader loads the words with `acquire` and then head
/// again. If a word it got is one of a later event q in the same place, q >= p
/// + capacity + 1, then that load synchronised with the store of the word,
/// before which, in the order of the writer, head became q: so the second look
/// at head gives at least q. The reader keeps only events p with p + capacity +
/// 1 > head, none of which can hold a word of a later one. A word of an earlier
/// event it cannot get, for it loads p's words after it saw a head above p,
/// and so after p was whole. On x86 all of these are plain moves; and there is
/// no fence, which ThreadSanitizer could not follow.
class trace_ring : public std::enable_shared_from_this<trace_ring> {
public:
  /// `capacity` is a power of two. `reserved`: places whose memory was
  /// another ring's, and is there.
  trace_ring(std::uint32_t thread, std::string name, std::uint64_t capacity,
             const flight_file::place& memory, std::uint64_t reserved = 0)
    : words_(memory.events), slot_(memory.slot), reserved_(reserved),
      places_(flight::places(capacity)), capacity_(capacity), memory_(memory),
      thread_(thread), name_(std::move(name)) {}

  // -- of the writer ----------------------------------------------------------

  /// Whether `make_way` has to be called before the next event.
  bool at_stop() const noexcept {
    return next_ == stop_;
  }

  void push(const trace_event& e) noexcept {
    auto* to = words_ + flight::words_an_event * index_;
    const std::array words{e.time, e.actor, e.argument, packed(e)};
    for (std::size_t i = 0; i < words.size(); ++i)
      std::atomic_ref{to[i]}.store(words[i], std::memory_order_release);
    if (++index_ == places_) [[unlikely]]
      index_ = 0;
    std::atomic_ref{slot_->head}.store(++next_, std::memory_order_release);
  }

  /// Memory for the next events; false: there is none, and they must be
  /// dropped.
  bool make_way(flight_file& file) noexcept {
    if (next_ == reserved_ && reserved_ < places_) {
      const auto more = std::min(step(), places_ - reserved_);
      if (!file.reserve(memory_, reserved_, more))
        return false;
      reserved_ += more;
    }
    const auto lap = std::max<std::uint64_t>(capacity_ / 4, 1);
    stop_ = reserved_ < places_ ? reserved_ : (next_ / lap + 1) * lap;
    return true;
  }

  /// The number of the next event.
  std::uint64_t next() const noexcept {
    return next_;
  }
  /// The number of the first event that is not handed over yet.
  std::uint64_t handed = 0;

  /// A number that the writer has met, and its index in a table.
  struct known_number {
    std::uint64_t number = 0;
    std::uint16_t index = 0;
  };
  /// Where the writer remembers a scope or a node, instead of another if need
  /// be.
  known_number& scope_near(std::uint64_t high) noexcept {
    return scopes_[(high >> 1) % scopes_.size()]; // ids of plans are odd
  }
  known_number& peer_near(node_id who) noexcept {
    return peers_[who.value % peers_.size()];
  }

  /// The writer says that it ends; what it wrote before is seen by whoever
  /// sees that it has.
  void end() noexcept {
    ended_.store(true, std::memory_order_release);
  }

  void count_lost() noexcept {
    lost_.fetch_add(1, std::memory_order_relaxed);
  }

  // -- of anybody -------------------------------------------------------------

  /// Events in a row.
  struct run {
    std::uint64_t first = 0; ///< number of the first
    std::vector<trace_event> events;

    std::uint64_t end() const noexcept {
      return first + events.size();
    }
  };

  /// Those from number `from` on that are still there.
  run read(std::uint64_t from) const {
    const auto oldest = [this](std::uint64_t head) {
      return head > capacity_ ? head - capacity_ : 0;
    };
    const auto head = this->head();
    run r{std::min(std::max(from, oldest(head)), head), {}};
    r.events.reserve(head - r.first);
    for (auto n = r.first; n < head; ++n)
      r.events.push_back(
          event(words_ + flight::words_an_event * (n % places_)));
    const auto whole = std::min(oldest(this->head()), head);
    if (whole > r.first) {
      r.events.erase(r.events.begin(),
                     r.events.begin()
                         + static_cast<std::ptrdiff_t>(whole - r.first));
      r.first = whole;
    }
    return r;
  }

  std::uint64_t head() const noexcept {
    return std::atomic_ref{slot_->head}.load(std::memory_order_acquire);
  }
  std::uint64_t capacity() const noexcept {
    return capacity_;
  }
  std::uint32_t thread() const noexcept {
    return thread_;
  }
  const std::string& name() const noexcept {
    return name_;
  }
  /// Places that have memory; once the writer has ended.
  std::uint64_t reserved() const noexcept {
    return reserved_;
  }
  const flight_file::place& memory() const noexcept {
    return memory_;
  }
  std::uint64_t lost() const noexcept {
    return lost_.load(std::memory_order_relaxed);
  }
  bool has_ended() const noexcept {
    return ended_.load(std::memory_order_acquire);
  }

  // -- of whoever holds the tracer's lock -------------------------------------

  std::uint64_t taken = 0;        ///< number of the first event not taken
  std::vector<trace_event> ready; ///< taken, for the next drain
  /// The time last handed out, so that times never run backwards.
  std::uint64_t last_time = 0;

private:
  static std::uint64_t packed(const trace_event& e) noexcept {
    return static_cast<std::uint64_t>(e.kind) | std::uint64_t{e.peer} << 16
           | std::uint64_t{e.extra} << 32 | std::uint64_t{e.scope} << 48;
  }

  static trace_event event(std::uint64_t* from) noexcept {
    std::array<std::uint64_t, flight::words_an_event> w{};
    for (std::size_t i = 0; i < w.size(); ++i)
      w[i] = std::atomic_ref{from[i]}.load(std::memory_order_acquire);
    return event_of(w);
  }

public:
  /// What lies in four words of a ring.
  static trace_event event_of(
      const std::array<std::uint64_t, flight::words_an_event>& w) noexcept {
    return {w[0],
            w[1],
            w[2],
            static_cast<trace_kind>(w[3] & 0xffff),
            static_cast<std::uint16_t>(w[3] >> 16),
            static_cast<std::uint16_t>(w[3] >> 32),
            static_cast<std::uint16_t>(w[3] >> 48)};
  }

private:
  // As many as fill some pages.
  std::uint64_t step() const noexcept {
    return std::min<std::uint64_t>(capacity_, 512);
  }

  std::uint64_t* words_;
  flight::slot* slot_;
  std::uint64_t index_ = 0; ///< next_ mod places_
  std::uint64_t next_ = 0;
  std::uint64_t stop_ = 0;
  std::uint64_t reserved_; ///< places that have memory
  const std::uint64_t places_;
  const std::uint64_t capacity_;
  std::array<known_number, 16> scopes_;
  std::array<known_number, 16> peers_;
  const flight_file::place memory_;
  const std::uint32_t thread_;
  const std::string name_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> ended_{false};
};

} // namespace tern
