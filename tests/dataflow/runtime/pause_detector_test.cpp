#include "dataflow/runtime/pause_detector.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>

using namespace std::chrono_literals;

namespace {

// Stops this process, which a child wakes up.
void stand_still_for(std::chrono::milliseconds time) {
  const auto self = ::getpid();
  const auto child = ::fork();
  if (child == 0) {
    std::this_thread::sleep_for(time);
    ::kill(self, SIGCONT);
    ::_exit(0);
  }
  BOOST_TEST_REQUIRE(child > 0); // else nobody wakes us
  ::raise(SIGSTOP);
  ::waitpid(child, nullptr, 0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(pauses)

BOOST_AUTO_TEST_CASE(a_stop_of_the_process_is_noticed_and_forgotten) {
  const tern::pause_detector detector;
  BOOST_TEST(!detector.was_paused());
  stand_still_for(3s);
  BOOST_TEST(detector.was_paused());
  std::this_thread::sleep_for(700ms); // its own look is behind it
  BOOST_TEST(detector.was_paused());
  std::this_thread::sleep_for(2s);
  BOOST_TEST(!detector.was_paused());
}

// The others hear nothing for two seconds, the last of them half a second
// before the stop.
BOOST_AUTO_TEST_CASE(a_stop_that_others_may_take_for_death_is_noticed) {
  const tern::pause_detector detector;
  for (int i = 0; i < 4; ++i) { // wherever between two looks it begins
    std::this_thread::sleep_for(2s + 130ms * i);
    BOOST_TEST(!detector.was_paused());
    stand_still_for(1500ms);
    BOOST_TEST(detector.was_paused());
  }
}

BOOST_AUTO_TEST_CASE(a_short_stop_is_none) {
  const tern::pause_detector detector;
  stand_still_for(500ms);
  BOOST_TEST(!detector.was_paused());
}

BOOST_AUTO_TEST_SUITE_END()
