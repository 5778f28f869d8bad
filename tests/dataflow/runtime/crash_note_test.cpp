#include "dataflow/runtime/crash_note.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include <sys/wait.h>

using namespace tern;

namespace {

using running = crash_note::running;

/// An id that no other test or node has.
node_id some_id(std::uint64_t number) {
  return node_id{(static_cast<std::uint64_t>(::getpid()) << 32) | number};
}

/// Runs `f` in a process of its own, which then dies by SIGKILL.
void killed_after(const auto& f) {
  const auto child = ::fork();
  BOOST_TEST_REQUIRE(child >= 0);
  if (child == 0) {
    f();
    ::raise(SIGKILL);
  }
  int status = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash_notes)

BOOST_AUTO_TEST_CASE(what_ran_in_a_killed_process_is_read_by_any_other) {
  const auto id = some_id(1);
  killed_after([&] {
    auto* note = new crash_note{id, 3};
    note->begin(0, {77, 5});
    note->begin(2, {78, 6});
    note->begin(1, {77, 7});
    note->end(1);
  });
  const std::vector<running> expected{{77, 5}, {78, 6}};
  BOOST_TEST((crash_note::of_dead(id) == expected));
  BOOST_TEST((crash_note::of_dead(id) == expected));
  std::filesystem::remove("/dev/shm/tern-note-" + std::to_string(::getuid())
                          + "-" + to_string(id));
}

BOOST_AUTO_TEST_CASE(a_process_that_lives_has_not_died_with_anything) {
  crash_note note{some_id(2), 1};
  note.begin(0, {77, 5});
  BOOST_TEST(crash_note::of_dead(some_id(2)).empty());
}

BOOST_AUTO_TEST_CASE(one_that_ended_in_order_leaves_nothing) {
  std::optional<crash_note> note{std::in_place, some_id(3), std::size_t{1}};
  note->begin(0, {77, 5});
  note.reset();
  BOOST_TEST(crash_note::of_dead(some_id(3)).empty());
}

BOOST_AUTO_TEST_CASE(threads_that_are_not_the_nodes_take_no_notes) {
  const auto id = some_id(4);
  killed_after([&] {
    auto* note = new crash_note{id, 2};
    note->begin(-1, {77, 5});
    note->begin(2, {77, 6});
    note->end(-1);
  });
  BOOST_TEST(crash_note::of_dead(id).empty());
  std::filesystem::remove("/dev/shm/tern-note-" + std::to_string(::getuid())
                          + "-" + to_string(id));
}

BOOST_AUTO_TEST_SUITE_END()
