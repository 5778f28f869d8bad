#include "dataflow/runtime/spiller.hpp"
#include "serialization/spill_file.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace tern;

namespace {

constexpr std::int64_t items = 131'072;
constexpr std::uint64_t bytes = items * 8; // of a block

block filled(double with) {
  block_builder made(dtype::float64, {items});
  std::ranges::fill(made.values<double>(), with);
  return made.finish();
}

bool is_filled(const block& b, double with) {
  return std::ranges::all_of(b.values<double>(),
                             [&](double x) { return x == with; });
}

bool is_spilled(const block& b) {
  return spill_file::process().is_spilled(b.storage());
}

/// A node that holds ten blocks, each needed at the moment of its key.
struct small_node {
  explicit small_node(std::uint64_t limit, const std::string& directory = {})
    : memory(limit), disk(memory, directory, [this](const auto& visit) {
        for (const auto& [next, b] : blocks)
          visit(b, next);
      }) {
    for (std::uint32_t next = 0; next < 10; ++next) {
      blocks[next] = filled(next);
      memory.charge(blocks[next]);
    }
  }

  ledger memory;
  std::map<std::uint32_t, block> blocks;
  spiller disk;
};

boost::test_tools::assertion_result
pooled_memory(boost::unit_test::test_unit_id) {
  return !pools_bypassed; // else AddressSanitizer keeps it
}

} // namespace

BOOST_AUTO_TEST_SUITE(spillers, *boost::unit_test::precondition(pooled_memory))

BOOST_AUTO_TEST_CASE(what_is_needed_last_goes_first) {
  small_node n{10 * bytes}; // of which sources fill six
  BOOST_TEST(n.disk.make_room(bytes));
  BOOST_TEST(n.memory.used() <= 5 * bytes);
  BOOST_TEST(n.memory.spilled() >= 5 * bytes);
  std::uint32_t kept = 0; // a few more than needed may have gone
  while (kept < 10 && !is_spilled(n.blocks[kept]))
    ++kept;
  BOOST_TEST(kept >= 3u);
  for (std::uint32_t next = 0; next < 10; ++next) {
    BOOST_TEST(is_spilled(n.blocks[next]) == (next >= kept));
    BOOST_TEST(is_filled(n.blocks[next], next));
  }
}

BOOST_AUTO_TEST_CASE(with_room_enough_nothing_is_written) {
  small_node n{20 * bytes};
  BOOST_TEST(n.disk.make_room(bytes));
  BOOST_REQUIRE(n.disk.begin({}, bytes).has_value());
  BOOST_TEST(n.memory.spilled() == 0u);
}

BOOST_AUTO_TEST_CASE(when_all_is_written_there_is_no_more) {
  small_node n{10 * bytes};
  BOOST_TEST(!n.disk.make_room(7 * bytes)); // never
  BOOST_TEST(n.memory.used() == 0u);
  BOOST_TEST(n.disk.make_room(6 * bytes));
}

BOOST_AUTO_TEST_CASE(inputs_are_in_memory_while_a_task_reads_them) {
  small_node n{10 * bytes};
  BOOST_TEST(!n.disk.make_room(7 * bytes));
  const std::vector<block> inputs{n.blocks[1], n.blocks[2], n.blocks[1],
                                  block::of(3.0)};
  {
    auto room = n.disk.begin(inputs, bytes);
    BOOST_REQUIRE(room.has_value());
    BOOST_TEST(n.memory.used() == 3 * bytes); // and what it will give
    room->read();
    BOOST_TEST(n.memory.used() == bytes);
  }
  BOOST_TEST(n.memory.used() == 0u);
}

BOOST_AUTO_TEST_CASE(a_task_makes_room_for_what_it_needs) {
  small_node n{10 * bytes}; // of which tasks fill eight
  const auto room = n.disk.begin({}, bytes);
  BOOST_REQUIRE(room.has_value());
  BOOST_TEST(n.memory.used() <= 8 * bytes);
  BOOST_TEST(n.memory.peak() == 10 * bytes);
}

// Nothing is left to spill: one after the other.
BOOST_AUTO_TEST_CASE(tasks_that_do_not_fit_together_wait_for_each_other) {
  small_node n{10 * bytes};
  std::atomic<bool> second{false};
  std::optional<spiller::room> first;
  first.emplace(n.disk.begin({}, 8 * bytes).value());
  std::thread other{[&] {
    const auto room = n.disk.begin({}, 8 * bytes);
    second = room.has_value();
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  BOOST_TEST(!second);
  first.reset();
  other.join();
  BOOST_TEST(second);
  BOOST_TEST(n.memory.used() == 0u);
}

BOOST_AUTO_TEST_CASE(a_block_counts_once_and_until_the_last_lets_go) {
  small_node n{20 * bytes};
  const auto b = n.blocks[4];
  n.memory.charge(b); // for another plan
  BOOST_TEST(n.memory.used() == 10 * bytes);
  n.memory.credit(b);
  BOOST_TEST(n.memory.used() == 10 * bytes);
  BOOST_TEST(n.memory.spill(b).value() == bytes);
  BOOST_TEST(n.memory.used() == 9 * bytes);
  n.memory.credit(b); // somebody still has it
  BOOST_TEST(n.memory.used() == 9 * bytes);
  BOOST_TEST(n.memory.large() == 9 * bytes);
  n.memory.charge(b);
  BOOST_TEST(n.memory.used() == 9 * bytes); // it is on disk
  BOOST_REQUIRE(spill_file::process().pin(b.storage()).has_value());
  BOOST_TEST(n.memory.used() == 10 * bytes);
  spill_file::process().unpin(b.storage());
}

BOOST_AUTO_TEST_CASE(without_a_limit_nothing_happens) {
  small_node n{0};
  const std::vector<block> inputs{n.blocks[1]};
  BOOST_REQUIRE(n.disk.begin(inputs, 1'000 * bytes).has_value());
  BOOST_TEST(n.memory.spilled() == 0u);
}

BOOST_AUTO_TEST_CASE(a_share_and_its_limit_belong_together) {
  for (std::uint64_t limit :
       {1'000ull, 20'000'000ull, 255'999'999ull, 256'000'000ull, 4ull << 30}) {
    const auto share = ledger::share_of(limit);
    BOOST_TEST(share < limit);
    BOOST_TEST(ledger::share_of(ledger::limit_with(share)) >= share);
    BOOST_TEST(ledger::limit_with(share) <= limit + 2);
  }
}

BOOST_AUTO_TEST_SUITE_END()
