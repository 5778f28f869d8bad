#include "serialization/run_heap.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <vector>

using namespace tern;

BOOST_AUTO_TEST_SUITE(run_heaps)

BOOST_AUTO_TEST_CASE(neighbours_become_one_run_whatever_the_order) {
  run_heap heap;
  heap.insert({100, 50});
  heap.insert({200, 50});
  BOOST_TEST(heap.runs() == 2u);
  heap.insert({150, 50});
  BOOST_TEST(heap.runs() == 1u);
  BOOST_TEST(heap.bytes() == 150u);
  BOOST_TEST(heap.take(150).value() == 100u);
  BOOST_TEST(heap.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(runs_that_do_not_touch_stay_apart) {
  run_heap heap;
  heap.insert({100, 50});
  heap.insert({151, 49});
  BOOST_TEST(heap.runs() == 2u);
  BOOST_TEST(!heap.take(60));
}

BOOST_AUTO_TEST_CASE(the_smallest_run_that_fits_is_cut) {
  run_heap heap;
  heap.insert({1000, 500});
  heap.insert({3000, 100});
  heap.insert({5000, 200});
  BOOST_TEST(heap.take(150).value() == 5000u);
  BOOST_TEST(heap.take(50).value() == 5150u);
  BOOST_TEST(heap.take(100).value() == 3000u);
  BOOST_TEST(heap.take(100).value() == 1000u);
}

BOOST_AUTO_TEST_CASE(an_empty_run_is_nothing) {
  run_heap heap;
  heap.insert({100, 0});
  BOOST_TEST(heap.runs() == 0u);
  BOOST_TEST(!heap.take(1));
}

BOOST_AUTO_TEST_CASE(aligned_parts_are_taken_out_of_the_middle) {
  run_heap heap;
  heap.insert({90, 230});
  heap.insert({410, 80});
  const auto part = heap.take_aligned(100);
  BOOST_TEST(part.has_value());
  BOOST_TEST((*part == run_heap::run{100, 200}));
  BOOST_TEST(heap.bytes() == 10u + 20u + 80u);
  BOOST_TEST(!heap.take_aligned(100));
}

BOOST_AUTO_TEST_CASE(random_calls_never_hand_out_a_byte_twice) {
  run_heap heap;
  constexpr std::size_t space = 100'000;
  heap.insert({1, space});
  std::map<std::uintptr_t, std::size_t> taken;
  std::size_t taken_bytes = 0;
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t size = 1 + random() % 900;
    if (random() % 2 == 0) {
      if (auto begin = heap.take(size)) {
        const auto next = taken.lower_bound(*begin);
        BOOST_REQUIRE((next == taken.end() || *begin + size <= next->first));
        if (next != taken.begin()) {
          const auto before = std::prev(next);
          BOOST_REQUIRE(before->first + before->second <= *begin);
        }
        taken.emplace(*begin, size);
        taken_bytes += size;
      }
    } else if (!taken.empty()) {
      auto some = taken.lower_bound(random() % space);
      if (some == taken.end())
        some = taken.begin();
      heap.insert({some->first, some->second});
      taken_bytes -= some->second;
      taken.erase(some);
    }
    BOOST_REQUIRE(heap.bytes() + taken_bytes == space);
  }
  for (const auto& [begin, size] : taken)
    heap.insert({begin, size});
  BOOST_TEST(heap.runs() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
