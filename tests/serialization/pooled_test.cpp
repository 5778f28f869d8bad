#include "serialization/pooled.hpp"
#include "serialization/system_memory.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <thread>

using namespace tern;

namespace {

struct base : pooled {
  virtual ~base() = default;
};
struct heir final : base {
  char more[1000];
};

boost::test_tools::assertion_result
pooled_memory(boost::unit_test::test_unit_id) {
  return !pools_bypassed; // else AddressSanitizer has all
}

} // namespace

BOOST_AUTO_TEST_SUITE(pooled_objects)

BOOST_AUTO_TEST_CASE(what_is_made_comes_from_the_pool_and_goes_back_to_it,
                     *boost::unit_test::precondition(pooled_memory)) {
  const auto before = count_small().in_use;
  std::unique_ptr<base> one = std::make_unique<heir>();
  BOOST_TEST(count_small().in_use >= before + sizeof(heir));
  std::thread{[&] {
    one.reset();
  }}.join(); // as long as the heir is
  BOOST_TEST(count_small().in_use == before);
}

BOOST_AUTO_TEST_CASE(what_has_to_be_aligned_is) {
  struct alignas(4096) page final : base {
    char more[100];
  };
  for (int i = 0; i < 20; ++i) {
    const std::unique_ptr<base> one = std::make_unique<page>();
    BOOST_TEST(reinterpret_cast<std::uintptr_t>(one.get()) % 4096 == 0u);
  }
}

BOOST_AUTO_TEST_CASE(a_map_lives_in_the_pool,
                     *boost::unit_test::precondition(pooled_memory)) {
  const auto before = count_small().in_use;
  {
    pooled_map<int, int> all;
    for (int i = 0; i < 10'000; ++i) // its table is beyond the small sizes
      all[i] = i;
    BOOST_TEST(count_small().in_use > before);
    for (int i = 0; i < 10'000; ++i)
      BOOST_TEST_REQUIRE(all.at(i) == i);
  }
  BOOST_TEST(count_small().in_use == before);
}

BOOST_AUTO_TEST_SUITE_END()
