#include "serialization/spill_file.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <sys/resource.h>

using namespace tern;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

spill_file& file() {
  auto& f = spill_file::process();
  BOOST_REQUIRE(f.open("/var/tmp").has_value());
  return f;
}

/// Spilled, and counted.
result<std::size_t> spill(const buffer& b, const spill_file::account& away) {
  auto gave = file().spill(b);
  file().count(b, away);
  return gave;
}

spill_file::account counter() {
  return std::make_shared<std::atomic<std::uint64_t>>(0);
}

std::byte at(std::size_t i, int seed) {
  return static_cast<std::byte>((i >> 9) * 31 + i
                                + static_cast<unsigned>(seed));
}

buffer filled(std::size_t size, int seed) {
  auto b = buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i)
    b.mutable_data()[i] = at(i, seed);
  return b;
}

bool is_filled(const buffer& b, int seed) {
  for (std::size_t i = 0; i < b.size(); ++i)
    if (b.data()[i] != at(i, seed))
      return false;
  return true;
}

boost::test_tools::assertion_result
pooled_memory(boost::unit_test::test_unit_id) {
  return !pools_bypassed; // else AddressSanitizer keeps it
}

} // namespace

BOOST_AUTO_TEST_SUITE(spill_files,
                      *boost::unit_test::precondition(pooled_memory))

// First: once there is a file it is the one.
BOOST_AUTO_TEST_CASE(a_directory_that_will_not_do_is_named) {
  auto& f = spill_file::process();
  const auto none = f.open("/no/such/place");
  BOOST_REQUIRE(!none.has_value());
  BOOST_TEST((none.error().kind == failure_kind::io));
  BOOST_TEST(none.error().what.find("/no/such/place") != std::string::npos);
  const auto memory = f.open("/dev/shm");
  BOOST_REQUIRE(!memory.has_value());
  BOOST_TEST((memory.error().kind == failure_kind::refused));
  BOOST_TEST(memory.error().what.find("/dev/shm") != std::string::npos);
  BOOST_TEST(!f.spill(filled(mib, 0)).has_value());
}

BOOST_AUTO_TEST_CASE(what_was_spilled_reads_as_before) {
  const auto away = counter();
  auto b = filled(3 * mib + 17, 1);
  const auto gave = spill(b, away);
  BOOST_REQUIRE(gave.has_value());
  BOOST_TEST(*gave >= b.size());
  BOOST_TEST(*away == *gave);
  BOOST_TEST(file().bytes_away(b) == *gave);
  BOOST_TEST(is_filled(b, 1));
  BOOST_TEST(spill(b, away).value() == 0u); // it is
  b = {};
  BOOST_TEST(*away == 0u);
  const auto again = filled(3 * mib + 17, 2); // in the same memory, mostly
  BOOST_TEST(is_filled(again, 2));
}

BOOST_AUTO_TEST_CASE(the_memory_of_what_is_pinned_counts) {
  const auto away = counter();
  const auto b = filled(mib, 3);
  BOOST_REQUIRE(spill(b, away).has_value());
  BOOST_REQUIRE(file().pin(b).has_value());
  BOOST_REQUIRE(file().pin(b).has_value());
  BOOST_TEST(*away == 0u);
  BOOST_TEST(file().bytes_away(b) == 0u);
  file().unpin(b);
  BOOST_TEST(*away == 0u);
  file().unpin(b);
  BOOST_TEST(*away == mib);
  BOOST_TEST(is_filled(b, 3));
}

BOOST_AUTO_TEST_CASE(what_is_pinned_stays) {
  const auto away = counter();
  auto b = filled(mib, 4);
  BOOST_REQUIRE(file().pin(b).has_value());
  BOOST_TEST(spill(b, away).value() == 0u);
  BOOST_TEST(!file().is_spilled(b));
  file().unpin(b);
  file().unpin(b); // of nobody
  BOOST_TEST(spill(b, away).value() == mib);
  BOOST_TEST(*away == mib);
  BOOST_REQUIRE(file().pin(b).has_value());
  b = {}; // with its pin
  BOOST_TEST(*away == 0u);
  const auto again = filled(mib, 5);
  BOOST_TEST(spill(again, away).value() == mib);
}

BOOST_AUTO_TEST_CASE(what_nobody_counts_any_more_is_no_part_of_an_account) {
  const auto away = counter();
  auto b = filled(mib, 4);
  BOOST_TEST(spill(b, away).value() == mib);
  file().count(b, nullptr);
  BOOST_TEST(*away == 0u);
  BOOST_REQUIRE(file().pin(b).has_value());
  file().count(b, away); // in memory for the moment
  BOOST_TEST(*away == 0u);
  file().unpin(b);
  BOOST_TEST(*away == mib);
  b = {};
  BOOST_TEST(*away == 0u);
}

// A process has a number of mappings; what was spilled takes some of them.
BOOST_AUTO_TEST_CASE(however_many_are_spilled_all_come_back) {
  const auto away = counter();
  std::vector<buffer> all;
  for (int i = 0; i < 2000; ++i)
    all.push_back(filled(300'000, i));
  for (std::size_t i = 0; i < all.size(); i += 2) // no neighbours
    BOOST_TEST_REQUIRE(spill(all[i], away).value() > 0u);
  for (std::size_t i = 0; i < all.size(); ++i)
    BOOST_TEST_REQUIRE(is_filled(all[i], static_cast<int>(i)));
  all.clear();
  BOOST_TEST(*away == 0u);
}

BOOST_AUTO_TEST_CASE(small_buffers_stay) {
  const auto away = counter();
  const auto b = filled(200'000, 5);
  BOOST_TEST(!spill_file::can_spill(b));
  BOOST_TEST(spill(b, away).value() == 0u);
  BOOST_TEST(spill(buffer{}, away).value() == 0u);
  BOOST_TEST(*away == 0u);
}

BOOST_AUTO_TEST_CASE(what_others_have_read_can_be_dropped) {
  const auto away = counter();
  const auto b = filled(mib, 6);
  const auto pinned = filled(mib, 8);
  for (const auto* each : {&b, &pinned})
    BOOST_REQUIRE(spill(*each, away).has_value());
  BOOST_REQUIRE(file().pin(pinned).has_value());
  BOOST_TEST(is_filled(b, 6)); // without a pin
  file().drop_read();
  BOOST_TEST(is_filled(b, 6));
  BOOST_TEST(is_filled(pinned, 8));
  BOOST_TEST(*away == mib);
  file().unpin(pinned);
}

BOOST_AUTO_TEST_CASE(readers_see_nothing_of_it) {
  const auto away = counter();
  std::vector<buffer> all;
  for (int i = 0; i < 8; ++i)
    all.push_back(filled(mib, i));
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::thread reader{[&] {
    while (!over)
      for (int i = 0; i < 8; ++i)
        wrong += is_filled(all[static_cast<std::size_t>(i)], i) ? 0 : 1;
  }};
  for (int round = 0; round < 40; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      BOOST_TEST_REQUIRE(spill(all[i], away).has_value());
      BOOST_TEST_REQUIRE(file().pin(all[i]).has_value());
      file().unpin(all[i]);
    }
  over = true;
  reader.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_full_changes_nothing) {
  const auto away = counter();
  std::vector<buffer> kept; // so that the next one lies behind them
  for (int i = 0; i < 4; ++i) {
    kept.push_back(filled(mib, i));
    BOOST_REQUIRE(spill(kept.back(), away).has_value());
  }
  const auto b = filled(64 * mib, 7);
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit low{8 * mib, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &low);
  const auto said = spill(b, away);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, before);
  BOOST_REQUIRE(!said.has_value());
  BOOST_TEST((said.error().kind == failure_kind::io));
  BOOST_TEST(said.error().what.find("/var/tmp") != std::string::npos);
  BOOST_TEST(is_filled(b, 7));
  BOOST_TEST(*away == 4 * mib);
  BOOST_TEST(spill(b, away).value() == 64 * mib); // there is room again
  BOOST_TEST(is_filled(b, 7));
}

BOOST_AUTO_TEST_SUITE_END()
