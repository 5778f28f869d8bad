#include "actors/lounge.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <thread>

using namespace tern;

namespace {

// Never looked into.
actor_runner* job(std::uintptr_t number) {
  return reinterpret_cast<actor_runner*>(number << 4);
}

} // namespace

BOOST_AUTO_TEST_SUITE(lounges)

BOOST_AUTO_TEST_CASE(who_waits_in_vain_goes_and_leaves_the_seat) {
  lounge l;
  for (int i = 0; i < 5; ++i)
    BOOST_TEST(l.wait() == nullptr);
  BOOST_TEST(!l.offer(job(1))); // nobody takes it later
  BOOST_TEST(l.wait() == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_taken_over_comes_out_once) {
  lounge l;
  constexpr std::uintptr_t jobs = 2000;
  std::atomic<bool> over{false};
  std::atomic<std::uintptr_t> sum{0};
  const auto worker = [&] {
    while (!over)
      if (auto* j = l.wait())
        sum += reinterpret_cast<std::uintptr_t>(j) >> 4;
  };
  std::thread one{worker};
  std::thread two{worker};
  for (std::uintptr_t i = 1; i <= jobs; ++i)
    while (!l.offer(job(i)))
      std::this_thread::yield();
  over = true;
  one.join();
  two.join();
  BOOST_TEST(sum == jobs * (jobs + 1) / 2);
}

BOOST_AUTO_TEST_SUITE_END()
