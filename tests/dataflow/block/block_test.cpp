#include "dataflow/block/block.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <thread>

using namespace tern;

BOOST_AUTO_TEST_SUITE(blocks)

BOOST_AUTO_TEST_CASE(a_scalar_lies_in_its_record) {
  const auto b = block::of(2.5);
  BOOST_TEST(b.size() == 1);
  BOOST_TEST(b.shape().empty());
  BOOST_TEST((b.type() == dtype::float64));
  BOOST_TEST(b.item() == 2.5);
  BOOST_TEST(block::of(true).item() == 1.0);
  BOOST_TEST(block::of(std::int64_t{-7}).item() == -7.0);
  BOOST_TEST(block::of(0.5f).item() == 0.5);
  const auto stored = b.storage();
  BOOST_TEST(stored.size() == sizeof(double));
  double value = 0;
  std::memcpy(&value, stored.data(), sizeof(value));
  BOOST_TEST(value == 2.5);
}

BOOST_AUTO_TEST_CASE(copies_share_elements_that_are_aligned) {
  block_builder builder(dtype::int64, {3, 100});
  for (std::int64_t i = 0; i < builder.size(); ++i)
    builder.values<std::int64_t>()[i] = i;
  auto first = builder.finish();
  const block second = first;
  BOOST_TEST(first.data() == second.data());
  BOOST_TEST(reinterpret_cast<std::uintptr_t>(first.data()) % 64 == 0u);
  first = block();
  BOOST_TEST(!first);
  BOOST_TEST(second.values<std::int64_t>()[299] == 299);
  BOOST_TEST((second.shape() == shape{3, 100}));
  BOOST_TEST(second.bytes() == 2400u);
}

BOOST_AUTO_TEST_CASE(a_wrapped_buffer_is_not_copied) {
  auto bytes = buffer::allocate(80);
  std::memset(bytes.mutable_data(), 0, 80);
  const auto* at = bytes.data();
  const auto b = block::wrap(dtype::float64, {2, 5}, bytes);
  BOOST_TEST(b.data() == at);
  BOOST_TEST(b.storage().data() == at);
}

BOOST_AUTO_TEST_CASE(a_small_buffer_is_taken_into_the_record) {
  auto bytes = buffer::allocate(2);
  bytes.mutable_data()[0] = std::byte{1};
  bytes.mutable_data()[1] = std::byte{0};
  const auto b = block::wrap(dtype::boolean, {2}, bytes);
  bytes = buffer();
  BOOST_TEST(b.values<bool>()[0]);
  BOOST_TEST(!b.values<bool>()[1]);
}

BOOST_AUTO_TEST_CASE(bytes_that_do_not_fit_the_shape_are_refused) {
  BOOST_CHECK_THROW(block::wrap(dtype::float64, {2, 5}, buffer::allocate(72)),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_block_without_elements_is_a_block) {
  block_builder builder(dtype::float32, {0, 4});
  const auto b = builder.finish();
  BOOST_TEST(static_cast<bool>(b));
  BOOST_TEST(b.size() == 0);
  BOOST_TEST(b.bytes() == 0u);
  BOOST_TEST((b.shape() == shape{0, 4}));
  const auto w = block::wrap(dtype::float32, {4, 0}, buffer());
  BOOST_TEST(w.size() == 0);
}

BOOST_AUTO_TEST_CASE(threads_may_share_and_drop_handles) {
  auto shared = block::of(1.0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([mine = shared] {
      for (int i = 0; i < 10000; ++i) {
        const block copy = mine; // NOLINT: the copy is what is tested
        if (copy.item() != 1.0)
          std::abort();
      }
    });
  shared = block();
  for (auto& t : threads)
    t.join();
}

BOOST_AUTO_TEST_SUITE_END()
