#include "dataflow/runtime/node_table.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

using namespace tern;

namespace {

plan_view view_of(std::uint64_t nodes) {
  plan_view v;
  for (std::uint64_t i = 0; i < nodes; ++i)
    v.places.push_back({node_id{100 + i}, 1});
  return v;
}

} // namespace

BOOST_AUTO_TEST_SUITE(node_table_suite)

BOOST_AUTO_TEST_CASE(places_of_the_view_have_the_numbers_of_their_places) {
  node_table t{view_of(3)};
  for (node_index i = 0; i < 3; ++i) {
    BOOST_TEST(t.number_of(node_id{100u + i}) == i);
    BOOST_TEST((t.id_of(i) == node_id{100u + i}));
    BOOST_TEST(!t.is_guest(i));
  }
  BOOST_TEST(t.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_guest_gets_the_next_number_and_keeps_it) {
  node_table t{view_of(2)};
  BOOST_TEST(t.find(node_id{7}) == no_node);
  BOOST_TEST(t.number_of(node_id{7}) == 2u);
  BOOST_TEST(t.number_of(node_id{8}) == 3u);
  BOOST_TEST(t.number_of(node_id{7}) == 2u);
  BOOST_TEST(t.is_guest(2));
  BOOST_TEST((t.id_of(3) == node_id{8}));
}

BOOST_AUTO_TEST_CASE(nobody_has_no_number_and_no_number_has_nobody) {
  node_table t{view_of(2)};
  BOOST_TEST(t.number_of(node_id{}) == no_node);
  BOOST_TEST(!t.id_of(2));
  BOOST_TEST(!t.id_of(no_node));
}

BOOST_AUTO_TEST_CASE(guests_beyond_the_last_number_stay_outside) {
  node_table t{view_of(1)};
  for (std::uint64_t i = 1; i <= node_table::most_guests; ++i)
    BOOST_TEST(t.number_of(node_id{1000 + i}) == i);
  BOOST_TEST(t.number_of(node_id{5000}) == no_node);
  BOOST_TEST(t.number_of(node_id{1001}) == 1u);
}

BOOST_AUTO_TEST_CASE(threads_that_meet_a_guest_at_once_agree_on_its_number) {
  node_table t{view_of(2)};
  std::vector<std::thread> threads;
  std::vector<std::vector<node_index>> seen(4);
  for (std::size_t k = 0; k < seen.size(); ++k)
    threads.emplace_back([&, k] {
      for (std::uint64_t i = 0; i < 100; ++i)
        seen[k].push_back(t.number_of(node_id{1000 + (i * (k + 1)) % 101}));
    });
  for (auto& thread : threads)
    thread.join();
  for (std::size_t k = 0; k < seen.size(); ++k)
    for (std::uint64_t i = 0; i < 100; ++i)
      BOOST_TEST((t.id_of(seen[k][i]).value == 1000 + (i * (k + 1)) % 101));
}

BOOST_AUTO_TEST_SUITE_END()
