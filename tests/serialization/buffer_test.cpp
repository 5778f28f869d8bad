#include "serialization/buffer.hpp"
#include "serialization/buffer_pool.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

using namespace tern;

namespace {

boost::test_tools::assertion_result pooled(boost::unit_test::test_unit_id) {
  return !pools_bypassed;
}

const std::vector<std::size_t> sizes{1,      63,     64,       65,   4095,
                                     4096,   4097,   5056,     5057, 100'000,
                                     262144, 262145, 8'000'000};

buffer filled(std::size_t size, unsigned char with) {
  auto made = buffer::allocate(size);
  std::memset(made.mutable_data(), with, size);
  return made;
}

bool is_filled(const buffer& b, unsigned char with) {
  for (auto byte : b.bytes())
    if (std::to_integer<unsigned char>(byte) != with)
      return false;
  return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(buffers)

BOOST_AUTO_TEST_CASE(the_empty_buffer_has_nothing) {
  const buffer none;
  BOOST_TEST(!none);
  BOOST_TEST(none.size() == 0u);
  BOOST_TEST(none.data() == nullptr);
  BOOST_TEST(none.bytes().empty());
}

BOOST_AUTO_TEST_CASE(a_buffer_of_no_bytes_is_a_buffer) {
  const auto b = buffer::allocate(0);
  BOOST_TEST(static_cast<bool>(b));
  BOOST_TEST(b.size() == 0u);
  BOOST_TEST(buffer::copy({}).size() == 0u);
}

BOOST_AUTO_TEST_CASE(every_size_is_aligned_to_64_and_wholly_writable) {
  for (auto size : sizes) {
    const auto b = filled(size, 0xa5);
    BOOST_TEST(b.size() == size);
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(b.data()) % 64 == 0u);
    BOOST_TEST(is_filled(b, 0xa5));
  }
}

BOOST_AUTO_TEST_CASE(copies_share_the_bytes_until_the_last_is_gone) {
  for (auto size : sizes) {
    auto first = filled(size, 17);
    const auto* data = first.data();
    auto second = first;
    auto third = std::move(first);
    BOOST_TEST(!first); // NOLINT(bugprone-use-after-move): it is empty
    BOOST_TEST(second.data() == data);
    second = buffer();
    BOOST_TEST(third.data() == data);
    BOOST_TEST(is_filled(third, 17));
  }
}

BOOST_AUTO_TEST_CASE(assigning_a_buffer_to_itself_keeps_it) {
  auto b = filled(100, 3);
  auto& same = b;
  b = same;
  BOOST_TEST(is_filled(b, 3));
}

BOOST_AUTO_TEST_CASE(a_copy_of_bytes_is_apart_from_them) {
  std::vector<std::byte> bytes(1000, std::byte{9});
  const auto b = buffer::copy(bytes);
  bytes.assign(1000, std::byte{1});
  BOOST_TEST(is_filled(b, 9));
}

BOOST_AUTO_TEST_CASE(the_same_address_comes_back,
                     *boost::unit_test::precondition(pooled)) {
  for (auto size : sizes) {
    const auto* address = buffer::allocate(size).data();
    BOOST_TEST(buffer::allocate(size).data() == address);
  }
}

BOOST_AUTO_TEST_CASE(a_shrunk_buffer_goes_back_to_where_it_came_from) {
  const auto before = buffer_pool::process().count().in_use;
  for (auto size : sizes) {
    auto b = filled(size, 1);
    b.shrink(1);
    BOOST_TEST(b.size() == 1u);
    b.shrink(0);
    b = buffer();
    BOOST_TEST(buffer_pool::process().count().in_use == before);
  }
}

BOOST_AUTO_TEST_CASE(the_pool_counts_what_is_in_use,
                     *boost::unit_test::precondition(pooled)) {
  auto& pool = buffer_pool::process();
  const auto before = pool.count();
  {
    const auto small = buffer::allocate(100);
    const auto medium = buffer::allocate(100'000);
    const auto large = buffer::allocate(10'000'000);
    const auto during = pool.count();
    const auto used = during.in_use - before.in_use;
    BOOST_TEST(used >= 10'100'100u);
    BOOST_TEST(used <= 10'100'100u * 9 / 8);
    BOOST_TEST(during.held >= during.in_use);
  }
  BOOST_TEST(pool.count().in_use == before.in_use);
  BOOST_TEST(pool.count().allocations >= before.allocations + 3);
}

BOOST_AUTO_TEST_CASE(trim_gives_large_memory_back,
                     *boost::unit_test::precondition(pooled)) {
  auto& pool = buffer_pool::process();
  pool.trim();
  const auto before = pool.count().held;
  static_cast<void>(filled(50'000'000, 1));
  BOOST_TEST(pool.count().held >= before + 50'000'000);
  pool.trim();
  BOOST_TEST(pool.count().held <= before + 2 * huge_page);
}

BOOST_AUTO_TEST_CASE(the_free_memory_of_the_pool_can_be_bounded,
                     *boost::unit_test::precondition(pooled)) {
  auto& pool = buffer_pool::process();
  pool.trim();
  pool.limit_free(8'000'000);
  const auto before = pool.count().held;
  std::vector<buffer> all;
  all.reserve(20);
  for (int i = 0; i < 20; ++i)
    all.push_back(buffer::allocate(4'000'000));
  all.clear();
  BOOST_TEST(pool.count().held <= before + 8'000'000 + 2 * huge_page);
  pool.limit_free(buffer_pool::no_limit);
}

BOOST_AUTO_TEST_CASE(what_is_free_of_one_size_makes_room_for_another,
                     *boost::unit_test::precondition(pooled)) {
  auto& pool = buffer_pool::process();
  pool.trim();
  const auto before = pool.count().held;
  pool.limit_free(8'000'000, before + 60'000'000);
  std::vector<buffer> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(buffer::allocate(4'000'000));
  all.clear();
  BOOST_TEST(pool.count().held > before + 40'000'000);
  for (int i = 0; i < 400; ++i) {
    all.push_back(buffer::allocate(100'000));
    BOOST_TEST(pool.count().held
               <= before + 60'000'000 + 8'000'000 + 2 * huge_page);
  }
  all.clear();
  pool.limit_free(buffer_pool::no_limit);
}

BOOST_AUTO_TEST_CASE(buffers_that_wander_between_threads_stay_whole) {
  constexpr std::size_t slots = 64;
  constexpr int steps = 3000;
  const auto before = buffer_pool::process().count().in_use;
  struct slot {
    std::mutex mutex;
    buffer held;
    unsigned char mark = 0;
  };
  std::vector<slot> shared(slots);
  std::atomic<int> damaged = 0;
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < steps; ++i) {
      const auto magnitude = 1 + random() % 16;
      auto mark = static_cast<unsigned char>(random());
      auto mine = filled(random() % (std::size_t{1} << magnitude), mark);
      auto seen = mine;
      const auto seen_mark = mark;
      auto& place = shared[random() % slots];
      {
        std::lock_guard guard(place.mutex);
        std::swap(mine, place.held);
        std::swap(mark, place.mark);
      }
      if (!is_filled(mine, mark) || !is_filled(seen, seen_mark))
        ++damaged;
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back(work, t);
  for (auto& t : threads)
    t.join();
  for (auto& s : shared)
    s.held = buffer();
  BOOST_TEST(damaged == 0);
  BOOST_TEST(buffer_pool::process().count().in_use == before);
}

BOOST_AUTO_TEST_SUITE_END()
