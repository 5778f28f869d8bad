#pragma once

#include <tern/actors.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace tern::bench {

/// What an outside observer of the contract writes down: a memory that all
/// processes of the run share, and that does not care which of them dies. An
/// actor has a slot of its own for life; a pair of slots has its counters, each
/// written by one actor, wherever it is at the moment.
class contract_ledger {
public:
  static constexpr std::size_t slots = 4096;

  /// A new one; `path` is how other processes open it, while this one lives.
  static std::unique_ptr<contract_ledger> make();
  static std::unique_ptr<contract_ledger> open(const std::string& path);
  ~contract_ledger();
  contract_ledger(const contract_ledger&) = delete;
  contract_ledger& operator=(const contract_ledger&) = delete;

  const std::string& path() const noexcept {
    return path_;
  }

  struct pair {
    std::atomic<std::uint64_t> sent; ///< by the first
    std::atomic<std::uint64_t> got;  ///< by the second: the number of the last
    std::atomic<std::uint64_t> told; ///< the first, that they may be lost
  };
  struct totals {
    std::atomic<std::uint64_t> duplicated;
    std::atomic<std::uint64_t> reordered;
    std::atomic<std::uint64_t> moves;
  };

  /// What an actor shows of itself: that it goes on, and in which process.
  struct life {
    std::atomic<std::uint64_t> beats;
    std::atomic<int> process;
  };

  pair& of(std::size_t from, std::size_t to) noexcept {
    return pages_->pairs[from][to];
  }
  life& life_of(std::size_t slot) noexcept {
    return pages_->lives[slot];
  }
  totals& all() noexcept {
    return pages_->all;
  }

  /// The actor of a slot says who it is; `slot_of` finds it, or `slots`.
  void name(std::size_t slot, const actor_id& actor) noexcept;
  std::size_t slot_of(const actor_id& actor) const noexcept;

private:
  struct memory {
    totals all;
    std::atomic<std::uint64_t> names[slots][2];
    life lives[slots];
    pair pairs[slots][slots];
  };

  contract_ledger(int file, std::string path);

  int file_;
  std::string path_;
  memory* pages_;
};

} // namespace tern::bench
