// Plans that are larger than the memory they may take.

#include "serialization/system_memory.hpp"
#include "tests/tool/tool.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace tern::test;
using namespace std::chrono_literals;

namespace {

// x is needed twice, and its mean before anything else: 3 x 128 MB.
const std::string larger = "a = random.random((4000, 4000), chunks=1000); "
                           "b = random.random((4000, 4000), chunks=1000); "
                           "x = a @ b; (x - x.mean(axis=0)).std()";

std::string value_without_limit() {
  const auto r = tern::test::tern({"eval", larger, "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["bytes_spilled"] == 0);
  return r.json()["value"].dump();
}

/// Most bytes that the process has had in memory so far; 0: it has ended.
std::uint64_t peak_of(pid_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/status"};
  std::string word;
  std::uint64_t kib = 0;
  while (in >> word)
    if (word == "VmHWM:" && in >> kib)
      break;
  return kib * 1024;
}

/// `tern eval` with these in its environment.
outcome eval_with(const std::string& before, const std::string& memory,
                  const std::string& statements = larger) {
  process p{{"-c", before + " exec " + std::string{TERN_BINARY_DIR}
                       + "/tern eval '" + statements + "' --memory " + memory
                       + " --json"},
            "/bin/bash"};
  return p.wait();
}

boost::test_tools::assertion_result
pooled_memory(boost::unit_test::test_unit_id) {
  return !tern::pools_bypassed; // else AddressSanitizer keeps it
}

} // namespace

BOOST_AUTO_TEST_SUITE(spilling, *boost::unit_test::precondition(pooled_memory))

BOOST_AUTO_TEST_CASE(the_bits_are_the_same_and_the_limit_is_kept) {
  const auto expected = value_without_limit();
  process p{{TERN_BINARY_DIR "/tern", "eval", larger, "--memory", "250MB",
             "--threads", "2", "--json"},
            "/usr/bin/env"};
  std::uint64_t peak = 0;
  while (p.running()) {
    peak = std::max(peak, peak_of(p.pid()));
    std::this_thread::sleep_for(1ms);
  }
  const auto r = p.wait();
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == expected);
  BOOST_TEST(r.json()["bytes_spilled"] > 0);
  BOOST_TEST(peak > 50'000'000u); // it was seen
  BOOST_TEST(peak < 250'000'000u);
}

BOOST_AUTO_TEST_CASE(node_processes_spill_too) {
  const auto expected = value_without_limit();
  const auto r =
      tern::test::tern({"eval", larger, "--scheduler", "processes", "--nodes",
                        "2", "--threads", "1", "--memory", "320MB", "--json"});
  BOOST_TEST_REQUIRE(r.status == 0, r.err);
  BOOST_TEST(r.json()["value"].dump() == expected);
  BOOST_TEST(r.json()["bytes_spilled"] > 0);
}

BOOST_AUTO_TEST_CASE(with_nowhere_to_spill_to_it_is_refused) {
  for (const auto& [where, words] :
       {std::pair<std::string, std::string>{"/dev/shm", "lies in memory"},
        {"/no/such/place", "No such file"}}) {
    const auto r = eval_with("TERN_SPILL_DIR=" + where, "250MB");
    BOOST_TEST(r.status == 1);
    BOOST_TEST(r.err.find(where) != std::string::npos, r.err);
    BOOST_TEST(r.err.find(words) != std::string::npos, r.err);
    BOOST_TEST(r.err.find("that would do is ") != std::string::npos, r.err);
  }
}

// What is said to fit without a disk does.
BOOST_AUTO_TEST_CASE(a_plan_that_fits_needs_no_disk) {
  const std::string fits = "(random.random((1000, 1000), chunks=1000) @ "
                           "ones((1000, 1000), chunks=1000)).sum()";
  for (const char* memory : {"33MB", "40MB"}) {
    const auto r = tern::test::tern({"eval", fits, "--threads", "1", "--memory",
                                     memory, "--spill-dir", "/dev/shm"});
    BOOST_TEST(r.status == 0, r.err);
  }
}

BOOST_AUTO_TEST_CASE(many_small_blocks_are_no_reason_to_look_again_and_again) {
  const auto r = tern::test::tern(
      {"eval",
       "x = random.random((3200, 1280), chunks=32) @ ones((1280, 1280), "
       "chunks=32); (x - x.mean(axis=0)).std()",
       "--threads", "2", "--memory", "90MB", "--json"});
  BOOST_TEST(r.status == 0, r.err);
  BOOST_TEST(r.json()["bytes_spilled"] == 0);
  BOOST_TEST(r.seconds < 20);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_that_names_it) {
  // x has 256 MB and is needed whole before its mean is known: in any order
  // 156 MB go to files, of which more than 20 MB are refused
  const auto r = eval_with("ulimit -f 20000;", "100MB --spill-dir /var/tmp",
                           "x = random.random((4000, 500), chunks=1000) @ "
                           "random.random((500, 8000), chunks=1000); "
                           "(x - x.mean()).std()");
  BOOST_TEST(r.status == 1);
  BOOST_TEST(r.err.find("the limit of 100MB cannot be kept")
                 != std::string::npos,
             r.err);
  BOOST_TEST(r.err.find("/var/tmp") != std::string::npos, r.err);
}

BOOST_AUTO_TEST_SUITE_END()
