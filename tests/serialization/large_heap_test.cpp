#include "serialization/large_heap.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

#include <sys/mman.h>

using namespace tern;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;
constexpr std::size_t arena = 64 * mib;

bool is_mapped(const std::byte* page) {
  unsigned char resident = 0;
  auto* address = const_cast<std::byte*>(page);
  return ::mincore(address, 1, &resident) == 0 || errno != ENOMEM;
}

std::vector<std::byte*> take(large_heap& heap, std::size_t count,
                             std::size_t size) {
  std::vector<std::byte*> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(heap.allocate(size));
  return all;
}

void give(large_heap& heap, const std::vector<std::byte*>& all,
          std::size_t size) {
  for (auto* data : all)
    heap.free(data, size);
}

} // namespace

BOOST_AUTO_TEST_SUITE(large_heaps)

BOOST_AUTO_TEST_CASE(pieces_are_aligned_and_do_not_overlap) {
  large_heap heap(arena);
  std::vector<std::pair<std::byte*, std::size_t>> all;
  for (std::size_t size = 5000; size < 4 * mib; size += size / 3) {
    auto* data = heap.allocate(size);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(data) % 64 == 0u);
    std::memset(data, static_cast<int>(all.size()), size);
    all.emplace_back(data, size);
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    for (auto at : {std::size_t{0}, all[i].second / 2, all[i].second - 1})
      BOOST_TEST(std::to_integer<std::size_t>(all[i].first[at]) == i);
  for (auto [data, size] : all)
    heap.free(data, size);
  BOOST_TEST(heap.count().in_use == 0u);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(the_same_memory_comes_back) {
  large_heap heap(arena);
  auto* first = heap.allocate(3 * mib);
  heap.free(first, 3 * mib);
  auto* second = heap.allocate(3 * mib - 1000);
  BOOST_TEST(first == second);
  heap.free(second, 3 * mib - 1000);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(a_steady_state_takes_nothing_from_the_system) {
  large_heap heap(arena);
  give(heap, take(heap, 20, 2 * mib), 2 * mib);
  const auto held = heap.count().held;
  for (int round = 0; round < 100; ++round)
    give(heap, take(heap, 20, 2 * mib), 2 * mib);
  BOOST_TEST(heap.count().held == held);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(small_pieces_become_large_ones_when_sizes_change) {
  large_heap heap(arena);
  give(heap, take(heap, 128, mib / 2), mib / 2);
  const auto held = heap.count().held;
  const auto large = take(heap, 8, 8 * mib);
  BOOST_TEST(heap.count().held == held);
  give(heap, large, 8 * mib);
  const auto small = take(heap, 128, mib / 2);
  BOOST_TEST(heap.count().held == held);
  give(heap, small, mib / 2);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(trim_unmaps_all_that_is_free) {
  large_heap heap(arena);
  auto* kept = heap.allocate(mib);
  std::memset(kept, 7, mib);
  const auto freed = take(heap, 10, 4 * mib);
  for (auto* data : freed)
    data[0] = std::byte{1};
  BOOST_TEST(heap.count().held >= 40 * mib);
  give(heap, freed, 4 * mib);
  heap.trim();
  BOOST_TEST(heap.count().held <= mib + 2 * huge_page);
  BOOST_TEST(!is_mapped(freed[5]));
  BOOST_TEST(std::to_integer<int>(kept[mib - 1]) == 7);
  heap.free(kept, mib);
  auto* again = heap.allocate(4 * mib);
  std::memset(again, 1, 4 * mib);
  heap.free(again, 4 * mib);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(free_memory_above_the_limit_goes_back) {
  large_heap heap(arena);
  heap.limit_free(16 * mib);
  auto all = take(heap, 16, 4 * mib);
  for (auto* data : all) {
    heap.free(data, 4 * mib);
    const auto counted = heap.count();
    BOOST_TEST(counted.held - counted.in_use <= 16 * mib + 2 * huge_page);
  }
  all = take(heap, 16, 4 * mib);
  give(heap, all, 4 * mib);
  heap.limit_free(0);
  BOOST_TEST(heap.count().held <= 2 * huge_page);
}

BOOST_AUTO_TEST_CASE(free_memory_stays_while_little_is_held) {
  large_heap heap(arena);
  heap.limit_free(4 * mib, 72 * mib);
  auto all = take(heap, 16, 4 * mib);
  give(heap, all, 4 * mib);
  BOOST_TEST(heap.count().held == 64 * mib);
  all = take(heap, 30, 4 * mib);
  for (auto* data : all) {
    heap.free(data, 4 * mib);
    const auto counted = heap.count();
    BOOST_TEST((counted.held <= 72 * mib
                || counted.held - counted.in_use <= 4 * mib + 2 * huge_page));
  }
  BOOST_TEST(heap.count().held > 60 * mib);
  heap.trim();
}

BOOST_AUTO_TEST_CASE(heaps_with_one_limit_give_back_for_each_other) {
  std::atomic<std::uint64_t> together{0};
  large_heap one(arena, &together);
  large_heap other(arena, &together);
  for (auto* heap : {&one, &other})
    heap->limit_free(4 * mib, 80 * mib);
  auto first = take(one, 16, 4 * mib);
  give(one, first, 4 * mib);
  auto second = take(other, 8, 4 * mib);
  BOOST_TEST(one.count().held == 64 * mib);
  BOOST_TEST(together.load() == 96 * mib);
  one.keep_limits();
  BOOST_TEST(together.load() <= 80 * mib);
  BOOST_TEST(one.count().held > 40 * mib);
  give(other, second, 4 * mib);
  one.trim();
  other.trim();
}

BOOST_AUTO_TEST_CASE(pieces_above_the_largest_class_are_exact) {
  large_heap heap(arena);
  constexpr std::size_t size = 1537 * mib;
  auto* data = heap.allocate(size);
  data[0] = data[size - 1] = std::byte{1};
  BOOST_TEST(heap.count().in_use == 1538 * mib);
  heap.free(data, size);
  auto* again = heap.allocate(size);
  BOOST_TEST(again == data);
  heap.free(again, size);
  heap.trim();
  BOOST_TEST(heap.count().held == 0u);
  BOOST_TEST(!is_mapped(data));
}

BOOST_AUTO_TEST_CASE(sizes_beyond_all_memory_throw) {
  large_heap heap(arena);
  BOOST_CHECK_THROW(heap.allocate(~std::size_t{0}), std::bad_alloc);
  BOOST_CHECK_THROW(heap.allocate(std::size_t{1} << 60), std::bad_alloc);
  BOOST_TEST(heap.count().in_use == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
