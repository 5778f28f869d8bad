#include "serialization/small_pool.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <barrier>
#include <cstring>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

using namespace tern;

namespace {

struct piece {
  unsigned char* memory;
  std::size_t size;
  unsigned char mark;
};

piece make_piece(std::size_t size, unsigned char mark) {
  auto* memory = static_cast<unsigned char*>(small_allocate(size));
  std::memset(memory, mark, size);
  return {memory, size, mark};
}

/// False if somebody else wrote to it.
bool drop(const piece& p) {
  bool intact = true;
  for (std::size_t i = 0; i < p.size; ++i)
    intact = intact && p.memory[i] == p.mark;
  small_free(p.memory, p.size);
  return intact;
}

boost::test_tools::assertion_result pooled(boost::unit_test::test_unit_id) {
  return !pools_bypassed;
}

} // namespace

BOOST_AUTO_TEST_SUITE(small_pool)

BOOST_AUTO_TEST_CASE(every_size_is_aligned_and_its_own) {
  std::vector<piece> pieces;
  for (std::size_t size = 1; size <= max_small + 100; ++size) {
    pieces.push_back(make_piece(size, static_cast<unsigned char>(size)));
    const auto address = reinterpret_cast<std::uintptr_t>(pieces.back().memory);
    BOOST_REQUIRE(address % (size % 64 == 0 ? 64 : 16) == 0u);
  }
  for (const auto& p : pieces)
    BOOST_REQUIRE(drop(p));
}

BOOST_AUTO_TEST_CASE(nothing_and_no_bytes_are_allowed) {
  small_free(nullptr, 32);
  auto* p = small_allocate(0);
  BOOST_TEST(p != nullptr);
  small_free(p, 0);
}

BOOST_AUTO_TEST_CASE(the_last_one_back_is_the_next_one_out,
                     *boost::unit_test::precondition(pooled)) {
  auto* first = small_allocate(48);
  small_free(first, 48);
  auto* second = small_allocate(40); // the same class
  BOOST_TEST(first == second);
  small_free(second, 40);
}

BOOST_AUTO_TEST_CASE(counters_come_back_to_where_they_were,
                     *boost::unit_test::precondition(pooled)) {
  const auto before = count_small();
  std::vector<void*> all(5000);
  for (auto& p : all)
    p = small_allocate(100);
  const auto during = count_small();
  BOOST_TEST(during.in_use - before.in_use == 5000u * 112u);
  BOOST_TEST(during.allocations - before.allocations == 5000u);
  BOOST_TEST(during.held >= during.in_use);
  for (auto* p : all)
    small_free(p, 100);
  BOOST_TEST(count_small().in_use == before.in_use);
}

BOOST_AUTO_TEST_CASE(one_thread_allocates_and_another_frees) {
  const auto before = count_small();
  std::uint64_t held_after_warming = 0;
  std::vector<piece> all(3000);
  std::barrier turn(2);
  std::atomic<bool> intact = true;
  constexpr int rounds = 50;
  std::thread consumer([&] {
    for (int round = 0; round < rounds; ++round) {
      turn.arrive_and_wait();
      for (auto& p : all)
        if (!drop(p))
          intact = false;
      turn.arrive_and_wait();
    }
  });
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = make_piece(16 * (1 + i % 20), static_cast<unsigned char>(i + 1));
    turn.arrive_and_wait();
    turn.arrive_and_wait();
    // Each class gets 150 or more a round, and the consumer keeps two stacks of
    // at most 256 of them: it is full after four rounds.
    if (round == 20)
      held_after_warming = count_small().held;
  }
  consumer.join();
  BOOST_TEST(intact);
  const auto after = count_small();
  BOOST_TEST(after.in_use == before.in_use);
  // What the consumer got goes back to the producer: nothing more is mapped.
  BOOST_TEST(after.held == held_after_warming);
}

BOOST_AUTO_TEST_CASE(what_ended_threads_had_is_used_again) {
  const auto work = [] {
    std::vector<piece> pieces;
    for (std::size_t i = 0; i < 2000; ++i)
      pieces.push_back(make_piece(200, 9));
    for (const auto& p : pieces)
      drop(p);
  };
  std::thread(work).join();
  const auto before = count_small();
  for (int i = 0; i < 100; ++i)
    std::thread(work).join();
  const auto after = count_small();
  BOOST_TEST(after.in_use == before.in_use);
  BOOST_TEST(after.held == before.held);
}

BOOST_AUTO_TEST_CASE(a_thread_may_allocate_and_free_while_it_ends) {
  // Made before the thread's cache, so destroyed after it.
  struct late {
    std::vector<piece> pieces;
    std::atomic<int>* intact = nullptr;
    ~late() {
      for (const auto& p : pieces)
        *intact += drop(p);
      for (int i = 0; i < 10; ++i)
        *intact += drop(make_piece(320, 3));
    }
  };
  const auto before = count_small();
  std::atomic<int> intact = 0;
  std::thread([&intact] {
    thread_local late last;
    last.intact = &intact;
    for (std::size_t i = 0; i < 500; ++i)
      last.pieces.push_back(make_piece(16 * (1 + i % 20), 5));
  }).join();
  BOOST_TEST(intact == 510);
  BOOST_TEST(count_small().in_use == before.in_use);
}

BOOST_AUTO_TEST_CASE(pieces_that_wander_between_threads_stay_whole) {
  constexpr std::size_t slots = 512;
  constexpr int steps = 40'000;
  const auto before = count_small();
  struct slot {
    std::mutex mutex;
    piece held{nullptr, 0, 0};
  };
  std::vector<slot> shared(slots);
  std::atomic<int> damaged = 0;
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < steps; ++i) {
      auto mine =
          make_piece(1 + random() % 700, static_cast<unsigned char>(random()));
      auto& place = shared[random() % slots];
      {
        std::lock_guard guard(place.mutex);
        std::swap(mine, place.held);
      }
      if (mine.memory != nullptr && !drop(mine))
        ++damaged;
    }
  };
  // More threads than places to run, and some that end early.
  for (unsigned generation = 0; generation < 3; ++generation) {
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t)
      threads.emplace_back(work, 10 * generation + t);
    for (auto& t : threads)
      t.join();
  }
  for (auto& s : shared)
    if (s.held.memory != nullptr && !drop(s.held))
      ++damaged;
  BOOST_TEST(damaged == 0);
  BOOST_TEST(count_small().in_use == before.in_use);
}

BOOST_AUTO_TEST_SUITE_END()
