#include "actors/simulation/random.hpp"
#include "dataflow/runtime/message_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>

using namespace tern;

namespace {

block some_block(std::int64_t n) {
  block_builder b{dtype::float64, {n}};
  for (std::int64_t i = 0; i < n; ++i)
    b.values<double>()[static_cast<std::size_t>(i)] =
        static_cast<double>(i) / 3;
  return b.finish();
}

dataflow_message again(const dataflow_message& m) {
  auto bytes = encode(m, 7);
  auto back = decode(m.kind, bytes.head, bytes.payload, bytes.bulk);
  BOOST_TEST_REQUIRE(back.has_value());
  return *back;
}

bool same(const block& a, const block& b) {
  return a.type() == b.type() && a.shape() == b.shape()
         && std::memcmp(a.data(), b.data(), a.bytes()) == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(message_codec_suite)

BOOST_AUTO_TEST_CASE(a_have_with_a_small_block_comes_back_whole) {
  auto m = message_of(message_kind::have, pack({3, 17}), pack({2, 5}));
  m.slot = 4;
  m.ordinal = 9;
  m.node = node_id{2};
  m.bytes = 80;
  m.data = some_block(10);
  const auto back = again(m);
  BOOST_TEST(back.to == m.to);
  BOOST_TEST(back.from == m.from);
  BOOST_TEST(back.slot == 4u);
  BOOST_TEST(back.ordinal == 9u);
  BOOST_TEST(back.node.value == 2u);
  BOOST_TEST(same(back.data, m.data));
}

BOOST_AUTO_TEST_CASE(a_large_block_travels_beside_the_message) {
  auto m = message_of(message_kind::block_data, 0, pack({2, 5}));
  m.data = some_block(100'000);
  const auto bytes = encode(m, 7);
  BOOST_TEST(bytes.payload.size() < 200u);
  BOOST_TEST(bytes.bulk.size() == 800'000u);
  BOOST_TEST(same(again(m).data, m.data));
}

BOOST_AUTO_TEST_CASE(a_moving_task_comes_back_whole) {
  auto body = std::make_shared<lend_body>();
  body->snapshot = {5, false, true, false, 2};
  body->inputs.push_back(
      {1, pack({0, 3}), 2, node_id{1}, some_block(3), nullptr});
  body->inputs.push_back({2,
                          pack({0, 4}),
                          0,
                          node_id{},
                          {},
                          std::make_shared<task_failure>(task_failure{
                              {1, 2}, {failure_kind::kernel, "no"}})});
  body->released = {1, 66};
  body->wants = {node_id{8}};
  body->monitors = {node_id{9}, node_id{10}};
  body->priority = 12;
  auto m = message_of(message_kind::lend, pack({1, 1}));
  m.lend = body;
  const auto back = again(m).lend;
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST((back->snapshot == body->snapshot));
  BOOST_TEST(back->priority == 12u);
  BOOST_TEST_REQUIRE(back->inputs.size() == 2u);
  BOOST_TEST(same(back->inputs[0].data, body->inputs[0].data));
  BOOST_TEST(back->inputs[1].error->why.what == "no");
  BOOST_TEST(back->inputs[1].error->origin.index == 2);
  BOOST_TEST(back->released == body->released);
  BOOST_TEST((back->wants == body->wants));
  BOOST_TEST((back->monitors == body->monitors));
}

BOOST_AUTO_TEST_CASE(damaged_bytes_give_a_message_or_a_failure) {
  auto m = message_of(message_kind::have, 1, 2);
  m.data = some_block(10);
  m.text = "text";
  const auto good = encode(m, 7);
  simulation::random_source rng{11};
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good.payload;
    const auto flips = 1 + rng.below(6);
    for (std::uint64_t k = 0; k < flips; ++k)
      bytes[rng.below(bytes.size())] = static_cast<std::byte>(rng.below(256));
    bytes.resize(rng.chance(0.3) ? rng.below(bytes.size() + 1) : bytes.size());
    const auto back = decode(m.kind, good.head, bytes, {});
    if (!back)
      BOOST_TEST((back.error().kind == failure_kind::malformed));
  }
}

BOOST_AUTO_TEST_CASE(a_block_whose_size_is_not_that_of_its_shape_is_refused) {
  auto m = message_of(message_kind::block_data, 0, 1);
  m.data = some_block(1000);
  const auto bytes = encode(m, 7);
  const auto back =
      decode(m.kind, bytes.head, bytes.payload, buffer::allocate(7999));
  BOOST_TEST_REQUIRE(!back.has_value());
  BOOST_TEST(back.error().what.find("size") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
