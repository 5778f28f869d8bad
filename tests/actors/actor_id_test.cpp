#include "actors/actor_id.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <unordered_set>

using namespace tern;

BOOST_AUTO_TEST_SUITE(actor_id)

namespace {

tern::actor_id keyed(std::uint64_t high, std::uint64_t low) {
  return {high, (std::uint64_t{3} << tern::actor_id::kind_shift) | low};
}

} // namespace

BOOST_AUTO_TEST_CASE(a_task_keeps_plan_layer_and_index) {
  auto id = tern::actor_id::task(~0ull, tern::actor_id::max_layers - 1,
                                 tern::actor_id::max_index - 1);
  BOOST_TEST((id.kind() == actor_kind::task));
  BOOST_TEST(id.plan() == ~0ull);
  BOOST_TEST(id.layer() == tern::actor_id::max_layers - 1);
  BOOST_TEST(id.index() == tern::actor_id::max_index - 1);
}

BOOST_AUTO_TEST_CASE(people_read_what_an_id_names) {
  BOOST_TEST(to_string(tern::actor_id::task(0xab, 3, 12))
             == "task/00000000000000ab/3/12");
  BOOST_TEST(to_string(tern::actor_id::stateful(node_id{0x1f}, 9))
             == "actor/000000000000001f/9");
  BOOST_TEST(to_string(tern::actor_id::service(node_id{2}, 1))
             == "service/0000000000000002/1");
  BOOST_TEST(to_string(keyed(1, 0xff))
             == "key/0000000000000001/0000000000000ff");
  BOOST_TEST(to_string(tern::actor_id{}) == "none");
}

BOOST_AUTO_TEST_CASE(every_text_of_an_id_is_read_back) {
  std::mt19937_64 random{1};
  for (int i = 0; i < 1000; ++i) {
    auto a = random();
    auto b = random();
    for (auto id :
         {tern::actor_id::task(a, b % tern::actor_id::max_layers,
                               random() % tern::actor_id::max_index),
          tern::actor_id::stateful(node_id{a}, b >> 4),
          tern::actor_id::service(node_id{a}, b >> 4), keyed(a, b >> 4)})
      BOOST_TEST((parse_actor_id(to_string(id)) == id));
  }
  auto last = tern::actor_id::task(~0ull, 0, 0);
  BOOST_TEST((parse_actor_id(to_string(last)) == last));
}

BOOST_AUTO_TEST_CASE(any_other_text_names_nothing) {
  for (auto text : {"",
                    "none",
                    "task",
                    "task/",
                    "task/1",
                    "task/1/2",
                    "task/1/2/",
                    "task/1/2/3/4",
                    "task/1/2/3 ",
                    "task/ 1/2/3",
                    "task/-1/2/3",
                    "task/1/1048576/0",
                    "task/1/0/1099511627776",
                    "task/g/0/0",
                    "actor/1",
                    "actor/1/2/3",
                    "actor/1/1152921504606846976",
                    "actor/1/0x1",
                    "key/1/g",
                    "service//1",
                    "plan/1/2",
                    "task/11111111111111111/0/0"})
    BOOST_TEST((parse_actor_id(text) == tern::actor_id{}), text);
}

BOOST_AUTO_TEST_CASE(neighbours_in_a_grid_hash_apart) {
  std::unordered_set<std::size_t> seen;
  std::hash<tern::actor_id> hash;
  for (std::uint64_t layer = 0; layer < 10; ++layer)
    for (std::uint64_t index = 0; index < 10000; ++index)
      seen.insert(hash(tern::actor_id::task(77, layer, index)));
  BOOST_TEST(seen.size() == 100000u);
}

BOOST_AUTO_TEST_SUITE_END()
