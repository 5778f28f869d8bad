#include "actors/simulation/network.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>

using namespace tern::simulation;

namespace {

using int_network = network<int>;

/// Sends 0 .. n-1 from node 0 to node 1; what arrives, in order.
std::vector<int> arrivals(simulator& sim, int_network& net, int n) {
  std::vector<int> got;
  net.on_message([&](std::size_t, std::size_t, int m) { got.push_back(m); });
  for (int i = 0; i < n; ++i)
    net.send(0, 1, i);
  sim.run();
  return got;
}

std::uint64_t hash_of_run(std::uint64_t seed) {
  simulator sim(seed);
  network_options options;
  options.loss = options.duplicate = options.straggle = 0.2;
  int_network net(sim, 3, options);
  net.on_message([&](std::size_t to, std::size_t, int m) {
    if (m > 0)
      net.send(to, sim.rng().below(3), m - 1);
  });
  for (std::size_t i = 0; i < 3; ++i)
    net.send(0, i, 50);
  sim.run();
  return sim.hash();
}

} // namespace

BOOST_AUTO_TEST_SUITE(simulators)

BOOST_AUTO_TEST_CASE(random_numbers_are_the_published_ones) {
  // The first outputs of splitmix64 for the seed 1234567, as in the reference
  // implementation by Vigna (prng.di.unimi.it/splitmix64.c).
  random_source rng(1234567);
  BOOST_TEST(rng.next() == 6457827717110365317u);
  BOOST_TEST(rng.next() == 3203168211198807973u);
  BOOST_TEST(rng.next() == 9817491932198370423u);
}

BOOST_AUTO_TEST_CASE(events_run_by_time_then_in_the_order_asked_for) {
  simulator sim(1);
  std::string ran;
  sim.after(20, [&] { ran += 'c'; });
  sim.after(10, [&] {
    ran += 'a';
    sim.after(10, [&] { ran += 'e'; });
    sim.after(0, [&] { ran += 'b'; });
  });
  sim.after(20, [&] { ran += 'd'; });
  BOOST_TEST(sim.run() == 5u);
  BOOST_TEST(ran == "abcde");
  BOOST_TEST(sim.now() == 20u);
}

BOOST_AUTO_TEST_CASE(a_run_stops_at_a_time_and_goes_on) {
  simulator sim(1);
  int ran = 0;
  for (sim_time t = 1; t <= 10; ++t)
    sim.after(t, [&] { ++ran; });
  BOOST_TEST(sim.run_until(4) == 4u);
  BOOST_TEST(sim.now() == 4u);
  BOOST_TEST(sim.run_until(100) == 6u);
  BOOST_TEST(sim.now() == 100u);
  BOOST_TEST(sim.idle());
  BOOST_TEST(ran == 10);
}

BOOST_AUTO_TEST_CASE(a_run_for_ever_can_be_cut) {
  simulator sim(1);
  std::function<void()> again = [&] {
    sim.after(1, again);
  };
  again();
  BOOST_TEST(sim.run(1000) == 1000u);
  BOOST_TEST(!sim.idle());
}

BOOST_AUTO_TEST_CASE(one_seed_is_one_run) {
  BOOST_TEST(hash_of_run(7) == hash_of_run(7));
  BOOST_TEST(hash_of_run(7) != hash_of_run(8));
}

BOOST_AUTO_TEST_CASE(messages_overtake_each_other_unless_told_not_to) {
  for (const bool fifo : {false, true}) {
    simulator sim(3);
    network_options options;
    options.fifo = fifo;
    int_network net(sim, 2, options);
    const auto got = arrivals(sim, net, 100);
    BOOST_TEST(got.size() == 100u);
    BOOST_TEST(std::is_sorted(got.begin(), got.end()) == fifo);
  }
}

BOOST_AUTO_TEST_CASE(messages_are_lost_and_doubled_as_often_as_told) {
  simulator sim(3);
  network_options options;
  options.loss = 0.25;
  options.duplicate = 0.5;
  int_network net(sim, 2, options);
  constexpr int n = 4000;
  const auto got = arrivals(sim, net, n);
  std::map<int, int> times;
  for (const int m : got)
    ++times[m];
  const auto twice = std::count_if(times.begin(), times.end(),
                                   [](auto& t) { return t.second == 2; });
  // Five standard deviations of the binomial distributions.
  BOOST_TEST(std::abs(static_cast<double>(times.size()) - 0.75 * n) < 137);
  BOOST_TEST(std::abs(static_cast<double>(twice) - 0.375 * n) < 153);
  BOOST_TEST(net.count().lost == n - times.size());
  BOOST_TEST(net.count().delivered == got.size());
}

BOOST_AUTO_TEST_CASE(a_node_sends_to_itself_without_faults) {
  simulator sim(3);
  network_options options;
  options.loss = options.duplicate = options.straggle = 1;
  int_network net(sim, 1, options);
  int got = 0;
  net.on_message([&](std::size_t, std::size_t, int) { ++got; });
  for (int i = 0; i < 10; ++i)
    net.send(0, 0, i);
  sim.run();
  BOOST_TEST(got == 10);
  BOOST_TEST(sim.now() == options.min_delay);
}

BOOST_AUTO_TEST_CASE(a_paused_node_does_all_later_in_the_old_order) {
  simulator sim(3);
  network_options options;
  options.fifo = true;
  int_network net(sim, 2, options);
  std::string log;
  net.on_message(
      [&](std::size_t, std::size_t, int m) { log += std::to_string(m); });
  net.pause_for(1, second);
  net.after(1, microsecond, [&] { log += 't'; });
  net.send(0, 1, 1);
  net.send(0, 1, 2);
  sim.run_until(second - 1);
  BOOST_TEST(log == "");
  BOOST_TEST(net.paused(1));
  sim.run();
  BOOST_TEST(log == "t12");
}

BOOST_AUTO_TEST_CASE(a_killed_node_does_nothing_and_its_successor_starts_anew) {
  simulator sim(3);
  int_network net(sim, 2, {});
  int got = 0;
  net.on_message([&](std::size_t, std::size_t, int) { ++got; });
  net.send(0, 1, 1);
  net.after(1, microsecond, [&] { ++got; });
  net.kill(1);
  net.kill(1);
  BOOST_TEST(!net.alive(1));
  net.restart(1);
  sim.run();
  BOOST_TEST(got == 0);
  net.send(0, 1, 2);
  sim.run();
  BOOST_TEST(got == 1);
  BOOST_TEST(net.count().kills == 1u);
}

BOOST_AUTO_TEST_CASE(a_cut_goes_one_way_until_it_is_mended) {
  simulator sim(3);
  int_network net(sim, 2, {});
  std::map<std::size_t, int> got;
  net.on_message([&](std::size_t to, std::size_t, int) { ++got[to]; });
  const auto both = [&] {
    net.send(0, 1, 0);
    net.send(1, 0, 0);
    sim.run();
  };
  net.cut(0, 1);
  both();
  BOOST_TEST(got[0] == 1);
  BOOST_TEST(got[1] == 0);
  net.mend(0, 1);
  both();
  BOOST_TEST(got[1] == 1);
  net.cut(1, 0);
  net.pause(1);
  net.heal();
  both();
  BOOST_TEST(got[0] == 3);
  BOOST_TEST(got[1] == 2);
}

BOOST_AUTO_TEST_CASE(a_clogged_link_holds_back_and_loses_nothing) {
  for (const bool heals : {false, true}) {
    simulator sim(3);
    network_options options;
    options.fifo = true;
    int_network net(sim, 2, options);
    std::map<std::size_t, std::vector<int>> got;
    net.on_message(
        [&](std::size_t to, std::size_t, int m) { got[to].push_back(m); });
    net.send(0, 1, 0); // on its way already
    net.clog(0, 1);
    for (int i = 1; i < 20; ++i)
      net.send(0, 1, i);
    net.send(1, 0, 7);
    sim.run_until(second);
    BOOST_TEST(got[0].size() == 1u);
    BOOST_TEST(got[1].size() == 1u);
    if (heals)
      net.heal();
    else
      net.unclog(0, 1);
    net.send(0, 1, 20);
    sim.run_until(second + options.max_delay);
    BOOST_TEST(got[1].size() == 21u);
    BOOST_TEST(std::ranges::is_sorted(got[1]));
    BOOST_TEST(net.count().lost == 0u);
  }
}

BOOST_AUTO_TEST_CASE(what_is_held_back_for_a_node_dies_with_it) {
  simulator sim(3);
  int_network net(sim, 2, {});
  int got = 0;
  net.on_message([&](std::size_t, std::size_t, int) { ++got; });
  net.clog(0, 1);
  net.send(0, 1, 1);
  net.kill(1);
  net.restart(1);
  net.unclog(0, 1);
  sim.run();
  BOOST_TEST(got == 0);
  BOOST_TEST(net.count().lost == 1u);
}

BOOST_AUTO_TEST_CASE(last_words_over_a_clogged_link_may_be_lost) {
  for (const double lost : {0.0, 1.0}) {
    simulator sim(3);
    network_options options;
    options.lost_last_words = lost;
    int_network net(sim, 2, options);
    int got = 0;
    net.on_message([&](std::size_t, std::size_t, int) { ++got; });
    net.clog(0, 1);
    net.send(0, 1, 1);
    net.kill(0);
    net.unclog(0, 1);
    sim.run();
    BOOST_TEST(got == (lost > 0 ? 0 : 1));
  }
}

BOOST_AUTO_TEST_SUITE_END()
